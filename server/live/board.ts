import type { IncomingMessage, ServerResponse } from 'node:http';
import Cookies from 'cookies';
import type Keygrip from 'keygrip';
import { freshUntil, sessionId } from '../chat/session.ts';
import { andThen, type Awaitable, type Looks, type Whereabouts } from './looks.ts';
import type { Signals } from './signals.ts';

/** So many browsers are remembered; then all are forgotten, and known again at their next poll. */
const MOST_BROWSERS = 20_000;
const LONGEST_COOKIE = 1000;

/** Somebody in a room, as one of their browsers is known. */
export interface Person extends Whereabouts {
  /** The id of the session. */
  session: string;
  /** Until when the session need not be looked at, in milliseconds since 1970. */
  freshUntil: number;
  blocked: Awaitable<ReadonlySet<number>> | undefined;
  version: number;
}

/** Who is in which room, by the cookies that their browser sends. */
export class Board {
  readonly #signals: Signals;
  readonly #looks: Looks;
  readonly #keys: Keygrip;
  readonly #cookie: string;
  readonly #clock: () => Date;
  readonly #people = new Map<string, Person>();

  constructor({
    signals,
    looks,
    keys,
    cookie,
    clock,
  }: {
    signals: Signals;
    looks: Looks;
    keys: Keygrip;
    cookie: string;
    clock: () => Date;
  }) {
    this.#signals = signals;
    this.#looks = looks;
    this.#keys = keys;
    this.#cookie = cookie;
    this.#clock = clock;
  }

  /** Who asks; undefined where they are not in a room, or their session is to be looked at the usual way. */
  find(request: IncomingMessage, response: ServerResponse): Awaitable<Person | undefined> {
    const cookies = request.headers.cookie ?? '';
    const known = this.#people.get(cookies);
    if (known && known.version === this.#signals.ofUser(known.user)) return this.#fresh(known);
    const session = known?.session ?? this.#sessionIn(request, response);
    if (!session) return undefined;
    if (known) return this.#look(cookies, session, known.user);
    // The first look tells only whose session it is: a version taken after it says nothing about it.
    return andThen(
      this.#looks.whereabouts(session),
      (found) => found && this.#look(cookies, session, found.user),
    );
  }

  /**
   * Who asks, as they were known last: for whoever asks the database once more before anything is
   * done for them. Undefined where they are to be found as above.
   */
  known(request: IncomingMessage): Person | undefined {
    const known = this.#people.get(request.headers.cookie ?? '');
    return known && this.#fresh(known);
  }

  /** Forgets who asks, because what was known of them is in doubt. */
  forget(request: IncomingMessage): void {
    this.#people.delete(request.headers.cookie ?? '');
  }

  /** Whom the person has blocked. */
  blockedBy(person: Person): Awaitable<ReadonlySet<number>> {
    if (person.version !== this.#signals.ofUser(person.user))
      return andThen(this.#looks.blockedBy(person.user), (ids) => new Set(ids)); // they are known from before
    return (person.blocked ??= andThen(
      this.#looks.blockedBy(person.user),
      (ids) => (person.blocked = new Set(ids)),
    ));
  }

  #look(cookies: string, session: string, user: number): Awaitable<Person | undefined> {
    const version = this.#signals.ofUser(user);
    return andThen(this.#looks.whereabouts(session), (found) => {
      if (!found) {
        this.#people.delete(cookies);
        return undefined;
      }
      const person = { ...found, session, freshUntil: freshUntil(found), blocked: undefined, version };
      if (this.#people.size >= MOST_BROWSERS) this.#people.clear();
      if (cookies.length <= LONGEST_COOKIE) this.#people.set(cookies, person);
      return this.#fresh(person);
    });
  }

  #fresh(person: Person): Person | undefined {
    return this.#clock().getTime() < person.freshUntil ? person : undefined;
  }

  /** The session's id, where its cookie is signed by us. */
  #sessionIn(request: IncomingMessage, response: ServerResponse): string | undefined {
    const key = new Cookies(request, response, { keys: this.#keys }).get(this.#cookie, { signed: true });
    return key && sessionId(key);
  }
}
