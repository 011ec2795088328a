import type { Lease } from '../chat/presence.ts';
import { type Awaitable } from './chain.ts';

/** A session, and the presence of its user. Times are milliseconds since 1970. */
export interface SessionPresence {
  user: number;
  seenAt: number;
  createdAt: number;
  /** The `SessionData` of koa-session, as JSON. */
  data: string;
  /** The room that the user is in; null if they are in none. The columns below belong to it. */
  room: number | null;
  lease: Lease | null;
  closing: boolean | null;
  /** The stored read marker. */
  read: number | null;
}

/** The queries of the fast path, in plain SQL. They see committed data only. */
export interface Lookups {
  /** Returns undefined if there is no session with this id. */
  sessionPresence(session: string): Awaitable<SessionPresence | undefined>;
  /** The ids of the users that the user has blocked. */
  blockedBy(user: number): Awaitable<number[]>;
  /** A room's name and the seq of its last entry; undefined if there is no such room. */
  room(id: number): Awaitable<{ name: string; last: number } | undefined>;
  /** When the description of each attachment was last changed, in milliseconds since 1970; null if it never was. */
  describedAt(room: number, seqs: number[]): Awaitable<(number | null)[]>;
  /** The current usernames, in the order of the ids. */
  usernames(ids: number[]): Awaitable<string[]>;
}

/** How the database is, as far as this process knows. */
export interface DatabaseState {
  /** False while it does not answer: what needs it is refused at once. */
  isUp: boolean;
  /** Whether this process hears of what other processes change. */
  isListening: boolean;
  /** Requests that wait for a connection. */
  waiting: number;
}
