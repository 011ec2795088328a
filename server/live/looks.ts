import type { Lease } from '../chat/presence.ts';

/** At once where the database is in this process, later where it is not. */
export type Awaitable<T> = T | Promise<T>;

/** Goes on with a value: at once where it is there, for a promise costs a poll more than all else. */
export function andThen<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Where whoever has a session is. Times are milliseconds since 1970. */
export interface Whereabouts {
  user: number;
  seenAt: number;
  createdAt: number;
  /** What koa-session keeps, as JSON. */
  data: string;
  room: number;
  lease: Lease;
  closing: boolean;
  /** How far they have been shown the log, as far as it is written down. */
  read: number;
}

/** What the live path asks of a database, by plain columns. Sees what is committed, and nothing else. */
export interface Looks {
  /** Where whoever has the session with this id is; undefined where there is none, or they are in no room, or no member of it. */
  whereabouts(session: string): Awaitable<Whereabouts | undefined>;
  /** Whom the person has blocked, by id. */
  blockedBy(user: number): Awaitable<number[]>;
  /** A room's name, and the seq of its latest entry; undefined where it is gone. */
  room(id: number): Awaitable<{ name: string; last: number } | undefined>;
  /** When the descriptions of these attachments were changed last, in milliseconds since 1970; null where they never were. */
  describedAt(room: number, seqs: number[]): Awaitable<(number | null)[]>;
  /** What these people are called now. */
  usernames(ids: number[]): Awaitable<string[]>;
}
