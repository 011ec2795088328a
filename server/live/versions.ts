/**
 * Tells a cache whether its data is still current. The protocol:
 *
 * 1. take the version,
 * 2. look up the data,
 * 3. keep both.
 *
 * While the version stays the same, no process has committed anything that changes the data. A commit
 * between 1 and 2 leaves an old version beside new data: the next request looks up once more. The other
 * order would leave a new version beside old data, which the cache would keep serving.
 *
 * SQLite has one version for the whole database, which each commit changes. PostgreSQL has none: there
 * the triggers of the tables announce each change of a user or a room in the transaction that makes it.
 */
export interface Versions {
  /**
   * The version of what polls and the pages of rooms know of a user: their row, sessions, presence, memberships, blocks.
   * NaN if it is unknown: it equals no version, not even itself.
   */
  ofUser(id: number): number;
  /** The version of a room: its existence, name and last seq. NaN if it is unknown. */
  ofRoom(id: number): number;
  /**
   * Returns once the versions include all that this process has committed. A client that is answered
   * after that sees its own changes in its next poll.
   */
  settled(): void | Promise<void>;
}
