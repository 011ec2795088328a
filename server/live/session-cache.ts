import type { Lease } from '../chat/presence.ts';
import type { Reader } from '../chat/reader.ts';
import { type Viewer, viewerOf } from '../chat/viewer.ts';
import Cookies from 'cookies';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { freshUntil, sessionId } from '../chat/session.ts';
import type { CookieKeys } from './cookie-keys.ts';
import { type Awaitable, chain } from './chain.ts';
import { type Lookups, type SessionPresence } from './lookups.ts';
import type { Versions } from './versions.ts';

/** The cache is emptied when it holds this many users. Each is looked up again at their next request. */
const MOST_USERS = 20_000;
/** Longer cookies are not kept as keys. */
const LONGEST_COOKIES = 1000;

/** A user who is logged in, as one of their sessions was looked up, with the room that they are in. */
export interface CachedUser extends SessionPresence {
  /** The session's id. */
  session: string;
  /** When the middleware has to check the session again, in milliseconds since 1970. */
  freshUntil: number;
  /** What pages show of the user. Looked up when it is first needed, as the blocked users are. */
  viewer: Promise<Viewer | undefined> | undefined;
  blocked: Awaitable<ReadonlySet<number>> | undefined;
  /** The user's version, taken before the lookup. */
  version: number;
}

/** A cached user who is in a room. */
export type UserInRoom = CachedUser & { room: number; lease: Lease; closing: boolean; read: number };

/** Whether the user is in a room: in this one, if one is given. */
export const isInRoom = (user: CachedUser | undefined, room?: number): user is UserInRoom =>
  user !== undefined && user.room !== null && (room === undefined || user.room === room);

interface Parts {
  versions: Versions;
  lookups: Lookups;
  reader: Reader;
  /** The keys that sign cookies. */
  keys: CookieKeys;
  /** The name of the session cookie, and whether it is for https alone. */
  cookie: string;
  secure: boolean;
  clock: () => Date;
}

/**
 * The users who are logged in, by the Cookie header of their requests: a request with a known header needs
 * neither a signature check nor a query.
 *
 * Protocol: version first, then lookup, as `versions.ts` says. For an unknown header, a first lookup only
 * tells whose session it is. Then the cache takes that user's version, and looks up again. While the version
 * differs from the cached one, or is NaN, each request looks up the user.
 */
export class SessionCache {
  readonly #versions: Versions;
  readonly #lookups: Lookups;
  readonly #reader: Reader;
  readonly #keys: CookieKeys;
  readonly #cookie: string;
  readonly #isSecure: boolean;
  readonly #clock: () => Date;
  readonly #users = new Map<string, CachedUser>();

  constructor({ versions, lookups, reader, keys, cookie, secure, clock }: Parts) {
    this.#versions = versions;
    this.#lookups = lookups;
    this.#reader = reader;
    this.#keys = keys;
    this.#cookie = cookie;
    this.#isSecure = secure;
    this.#clock = clock;
  }

  /** Returns the user who sends the request; undefined if nobody is logged in, or the middleware has to check their session. */
  find(request: IncomingMessage, response: ServerResponse): Awaitable<CachedUser | undefined> {
    const cookies = request.headers.cookie ?? '';
    const cached = this.#users.get(cookies);
    if (cached && cached.version === this.#versions.ofUser(cached.user)) return this.#ifFresh(cached);
    const session = cached?.session ?? this.#sessionIn(request, response);
    if (!session) return undefined;
    if (cached) return this.#lookUp(cookies, session, cached.user);
    return chain(
      this.#lookups.sessionPresence(session),
      (found) => found && this.#lookUp(cookies, session, found.user),
    );
  }

  /** The cached user, possibly outdated. Only for callers that check the database again. */
  cached(request: IncomingMessage): CachedUser | undefined {
    const user = this.#users.get(request.headers.cookie ?? '');
    return user && this.#ifFresh(user);
  }

  /** Drops the cached user, because a check has failed. */
  forget(request: IncomingMessage): void {
    this.#users.delete(request.headers.cookie ?? '');
  }

  /** The ids of the users that the user has blocked. */
  blockedBy(user: CachedUser): Awaitable<ReadonlySet<number>> {
    if (user.version !== this.#versions.ofUser(user.user))
      return chain(this.#lookups.blockedBy(user.user), (ids) => new Set(ids)); // not cached: `user` holds an outdated version
    user.blocked ??= chain(this.#lookups.blockedBy(user.user), (ids) => (user.blocked = new Set(ids)));
    if (user.blocked instanceof Promise) user.blocked.catch(() => (user.blocked = undefined)); // a failed lookup is not kept
    return user.blocked;
  }

  /** What pages show of the user; undefined if they were deleted or suspended. */
  viewerOf(user: CachedUser): Promise<Viewer | undefined> {
    if (user.version !== this.#versions.ofUser(user.user)) return viewerOf(this.#reader, user.user); // not cached, as above
    user.viewer ??= viewerOf(this.#reader, user.user);
    user.viewer.catch(() => (user.viewer = undefined)); // a failed lookup is not kept
    return user.viewer;
  }

  /** Takes the version first, then looks up: see `versions.ts`. */
  #lookUp(cookies: string, session: string, userId: number): Awaitable<CachedUser | undefined> {
    const version = this.#versions.ofUser(userId);
    return chain(this.#lookups.sessionPresence(session), (found) => {
      if (!found) {
        this.#users.delete(cookies);
        return undefined;
      }
      const user = {
        ...found,
        session,
        freshUntil: freshUntil(found),
        viewer: undefined,
        blocked: undefined,
        version,
      };
      if (this.#users.size >= MOST_USERS) this.#users.clear();
      if (cookies.length <= LONGEST_COOKIES) this.#users.set(cookies, user);
      return this.#ifFresh(user);
    });
  }

  #ifFresh(user: CachedUser): CachedUser | undefined {
    return this.#clock().getTime() < user.freshUntil ? user : undefined;
  }

  /** The session's id; undefined without a cookie that we have signed. */
  #sessionIn(request: IncomingMessage, response: ServerResponse): string | undefined {
    // A cookie that an older key has signed gets a new signature, which browsers take only if it is as secure as the first.
    const cookies = new Cookies(request, response, { keys: this.#keys, secure: this.#isSecure });
    const key = cookies.get(this.#cookie, { signed: true });
    return key && sessionId(key);
  }
}
