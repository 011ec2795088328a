/**
 * Tells whether what is remembered still holds, for each kind of database in its own way. Whoever
 * remembers takes the version first, looks then, and keeps both: as long as the version is the same,
 * nothing has been committed, by whatever process, that the look would have shown.
 *
 * On SQLite the database itself tells: it has one version, which each commit moves. On PostgreSQL
 * each change of a person, of a room or of anything has to be told of within the transaction that
 * makes it, best by the tables themselves, so that no act can forget to.
 */
export interface Signals {
  /**
   * The version of what polls know of a person: their sessions, where they are, their memberships,
   * whom they have blocked. NaN, which is like no other, where it cannot be told.
   */
  ofUser(id: number): number;
  /** The version of a room: its name, how far its log goes, that it is there. NaN as above. */
  ofRoom(id: number): number;
  /**
   * Waits until the versions tell of all that this process has committed: whoever is answered may
   * build on it with their next poll, where signals are still on a way around.
   */
  settled(): void | Promise<void>;
}
