import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reader } from '../chat/reader.ts';
import { hasMessagesBetween } from '../chat/room-details.ts';
import type { SessionData } from '../chat/session.ts';
import type { Feed } from './feed.ts';
import type { Leases } from './leases.ts';
import type { Early } from './listener.ts';
import { jsonHeaders } from './poll-endpoint.ts';
import type { PostQueue } from './post-queue.ts';
import { isInRoom, type SessionCache, type UserInRoom } from './session-cache.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { ReadMarkers } from './read-markers.ts';
import type { PollAnswer } from './tail.ts';

const MESSAGES = /^\/rooms\/(\d{1,9})\/messages$/;
const LARGEST_BYTES = 64 * 1024;
/** If a client has missed more entries, the middleware answers with the first of them. */
const MOST_MISSED = 100;

/** The JSON that a script posts. If it has any other field, the request goes on to the middleware. */
interface Message {
  body: string;
  key: string;
  after: number;
  reply?: number;
}

const FIELDS: ReadonlySet<string> = new Set(['body', 'key', 'after', 'reply']);

/** Rules of the middleware that hold here as well. */
export interface RequestRules {
  isOwnOrigin(origin: string, host: string): boolean;
  /** Whether `given` is the CSRF token, masked or not. */
  isTokenOf(token: string, given: string): boolean;
  /** The client's network address, the key of its rate limits. */
  addressOf(request: IncomingMessage): string;
}

interface Parts {
  sessions: SessionCache;
  feed: Feed;
  postQueue: PostQueue;
  leases: Leases;
  readMarkers: ReadMarkers;
  rateLimiter: RateLimiter;
  reader: Reader;
  clock: () => Date;
  rules: RequestRules;
}

/**
 * Stores and answers messages that scripts post, ahead of the middleware. It handles only posts that are
 * valid and new. A post that it would refuse, or that is repeated, goes on to the middleware.
 */
export class PostEndpoint {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Returns true if it has answered; else what it did for the request, which goes on to the middleware. */
  answer(request: IncomingMessage, response: ServerResponse): false | Promise<true | Early> {
    if (request.method !== 'POST') return false;
    const [, room] = MESSAGES.exec(request.url!) ?? [];
    const { 'content-type': type, 'content-length': length = NaN, expect } = request.headers;
    const isSmall = Number(length) <= LARGEST_BYTES;
    if (!room || !type?.startsWith('application/json') || !isSmall || expect) return false;
    const early: Early = {};
    return this.#answer(request, response, Number(room), early).then(
      (isAnswered) => isAnswered || early,
      () => early, // the middleware runs into the same error, and answers with it
    );
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    room: number,
    early: Early,
  ): Promise<boolean> {
    const { sessions, feed, postQueue, leases, rateLimiter, rules } = this.#parts;
    const cached = sessions.cached(request); // may be outdated: the statement that stores the message checks it again
    const user = isInRoom(cached, room) ? cached : await sessions.find(request, response);
    if (!isInRoom(user, room) || !this.#isFromPage(request, user)) return false;
    early.body = await bodyOf(request);
    const message = messageIn(early.body);
    const before = message && (await feed.room(room));
    if (!before || message.after > before.last || before.last - message.after > MOST_MISSED) return false;
    const now = this.#parts.clock();
    await rateLimiter.consume('post', { user: { id: user.user }, address: rules.addressOf(request), now });
    early.isCounted = true;
    const { after, ...typed } = message;
    const stored = await postQueue.post({ user: user.user, room, ...typed, now, session: user.session });
    if (!stored) {
      sessions.forget(request);
      return false;
    }
    leases.record(user.user, { inRoom: true });
    const answer = await this.#answerAfter(user, Math.min(after, stored.seq - 1));
    if (!answer) return false; // the message is stored: the middleware finds it by its key
    await this.#recordShown(user, Math.min(after, stored.seq - 1), answer.after);
    this.#send(stored.seq, answer, response);
    return true;
  }

  /** The page has shown the entries after `after`. As `recordShown` of pages, it leaves no messages out. */
  async #recordShown(cached: UserInRoom, after: number, last: number): Promise<void> {
    const { readMarkers, reader } = this.#parts;
    const { user, room } = cached;
    const read = Math.max(cached.read, readMarkers.unsaved(user, room));
    if (after > read && (await hasMessagesBetween(reader, room, read, after + 1))) return;
    readMarkers.record(user, room, last);
    cached.read = last; // as polls do: what is cached may be outdated once the marker is saved
  }

  async #answerAfter(user: UserInRoom, after: number): Promise<PollAnswer | undefined> {
    const { feed, sessions } = this.#parts;
    const tail = await feed.room(user.room);
    return tail && feed.answerFor(tail, after, await sessions.blockedBy(user));
  }

  #send(seq: number, answer: PollAnswer, response: ServerResponse): void {
    const head = `{"seq":${seq},`;
    response.writeHead(201, jsonHeaders(head.length + answer.body.length - 1));
    response.write(head, 'latin1');
    response.end(answer.body.subarray(1)); // no copy: other clients get the same bytes
  }

  /** Checks the CSRF token and the origin, as `middleware/csrf.ts` does. */
  #isFromPage({ headers }: IncomingMessage, user: UserInRoom): boolean {
    const { rules } = this.#parts;
    const { csrf } = JSON.parse(user.data) as SessionData;
    if (!rules.isTokenOf(csrf, String(headers['x-csrf-token'] ?? ''))) return false;
    return headers.origin === undefined || rules.isOwnOrigin(headers.origin, headers.host ?? '');
  }
}

function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const parts: Buffer[] = []; // one for a short message
  request
    .on('data', (part: Buffer) => parts.push(part))
    .on('end', () => resolve(parts.length === 1 ? parts[0]! : Buffer.concat(parts)));
  request.on('error', reject).on('close', () => {
    if (!request.complete) reject(new Error('The request ended before its body.'));
  });
  return promise;
}

/** Returns undefined if the JSON is not exactly a message. @throws if the body is not JSON in UTF-8 */
function messageIn(text: Buffer): Message | undefined {
  const json = new TextDecoder('utf-8', { fatal: true }).decode(text);
  const fields = JSON.parse(json) as Partial<Message> | null;
  if (typeof fields?.body !== 'string' || typeof fields.key !== 'string') return undefined;
  if (Object.keys(fields).some((name) => !FIELDS.has(name))) return undefined;
  if (
    fields.reply !== undefined &&
    !(Number.isSafeInteger(fields.reply) && fields.reply > 0 && fields.reply < 1e9)
  )
    return undefined;
  return Number.isSafeInteger(fields.after) && fields.after! >= 0 ? (fields as Message) : undefined;
}
