/** How SQLite, PostgreSQL and the system say that a disk is full. */
const FULL: unknown[] = ['SQLITE_FULL', '53100', 'ENOSPC'];

/** Whether there was no room for what was to be written. */
export function isFull(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return FULL.includes(code) || (cause !== undefined && isFull(cause));
}

/** For what is written beside something that can do without: nothing is, while there is no room. @throws whatever else went wrong */
export function unlessFull(error: unknown): void {
  if (!isFull(error)) throw error;
}
