import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SessionData } from '../chat/session.ts';
import type { Board, Person } from './board.ts';
import type { Feed } from './feed.ts';
import type { Leases } from './leases.ts';
import type { Limits } from './limits.ts';
import type { Reads } from './reads.ts';
import type { Writer } from './writer.ts';

const MESSAGES = /^\/rooms\/(\d{1,9})\/messages$/;
const LARGEST_BYTES = 64 * 1024;
/** Whoever is further behind is answered the usual way, with the first of what they have missed. */
const FURTHEST = 100;

/** What a script posts; anything beside it is not for here. */
interface Message {
  body: string;
  key: string;
  after: number;
}

/** What the middleware knows of requests. */
export interface Rules {
  isOwnOrigin(origin: string, host: string): boolean;
  /** Where a request comes from, as a limit counts it. */
  addressOf(request: IncomingMessage): string;
}

/** What was read of requests that go the usual way after all, and which of them are counted already. */
const bodies = new WeakMap<IncomingMessage, Buffer>();
const counted = new WeakSet<IncomingMessage>();

/** The body of a request, where it was read here; undefined where it is still to be read. */
export const bodyRead = (request: IncomingMessage): Buffer | undefined => bodies.get(request);
/** Whether a request was counted here as a message of the person's. */
export const isCounted = (request: IncomingMessage): boolean => counted.has(request);

/**
 * Answers the messages that scripts post, from the cookie to the commit without the middleware.
 * Only what is right in every way is stored and answered here: whatever is refused, repeated or in
 * doubt goes the usual way, as if it had never been here.
 */
export class Posts {
  readonly #board: Board;
  readonly #feed: Feed;
  readonly #writer: Writer;
  readonly #leases: Leases;
  readonly #reads: Reads;
  readonly #limits: Limits;
  readonly #clock: () => Date;
  readonly #rules: Rules;

  constructor({
    board,
    feed,
    writer,
    leases,
    reads,
    limits,
    clock,
    rules,
  }: {
    board: Board;
    feed: Feed;
    writer: Writer;
    leases: Leases;
    reads: Reads;
    limits: Limits;
    clock: () => Date;
    rules: Rules;
  }) {
    this.#board = board;
    this.#feed = feed;
    this.#writer = writer;
    this.#leases = leases;
    this.#reads = reads;
    this.#limits = limits;
    this.#clock = clock;
    this.#rules = rules;
  }

  /** Answers where it can; false where the request is to go the usual way. */
  answer(request: IncomingMessage, response: ServerResponse): false | Promise<boolean> {
    if (request.method !== 'POST') return false;
    const [, room] = MESSAGES.exec(request.url!) ?? [];
    const { 'content-type': type, 'content-length': length = NaN } = request.headers;
    if (
      !room ||
      !type?.startsWith('application/json') ||
      !(Number(length) <= LARGEST_BYTES) ||
      request.headers.expect
    )
      return false;
    return this.#answer(request, response, Number(room)).catch(() => false);
  }

  async #answer(request: IncomingMessage, response: ServerResponse, room: number): Promise<boolean> {
    const known = this.#board.known(request); // what stores the message asks whether that still holds
    const person = known?.room === room ? known : await this.#board.find(request, response);
    if (person?.room !== room || !this.#isFromPage(request, person)) return false;
    const text = await textOf(request);
    bodies.set(request, text);
    const message = messageIn(text);
    const before = message && (await this.#feed.room(room));
    if (!before || message.after > before.last || before.last - message.after > FURTHEST) return false;
    const now = this.#clock();
    await this.#limits.draw('post', {
      user: { id: person.user },
      address: this.#rules.addressOf(request),
      now,
    });
    counted.add(request);
    const stored = await this.#writer.post({
      user: person.user,
      room,
      body: message.body,
      key: message.key,
      now,
      session: person.session,
    });
    if (!stored) {
      this.#board.forget(request);
      return false;
    }
    this.#leases.heard(person.user, { inRoom: true });
    const tail = await this.#feed.room(room);
    const news =
      tail &&
      (await this.#feed.news(
        tail,
        Math.min(message.after, stored.seq - 1),
        await this.#board.blockedBy(person),
      ));
    if (!news) return false; // stored, and as such found by its key
    this.#reads.shown(person.user, room, news.after);
    const head = `{"seq":${stored.seq},`;
    response.writeHead(201, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': head.length + news.body.length - 1,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    });
    response.write(head, 'latin1');
    response.end(news.body.subarray(1)); // the same bytes for all who are answered with it
    return true;
  }

  /** Whether the post comes from a page of this session: see `middleware/csrf.ts`. */
  #isFromPage({ headers }: IncomingMessage, person: Person): boolean {
    const { csrf } = JSON.parse(person.data) as SessionData;
    const [given, token] = [Buffer.from(String(headers['x-csrf-token'] ?? '')), Buffer.from(csrf)];
    return (
      given.length === token.length &&
      timingSafeEqual(given, token) &&
      (headers.origin === undefined || this.#rules.isOwnOrigin(headers.origin, headers.host ?? ''))
    );
  }
}

/** The body of a request. */
function textOf(request: IncomingMessage): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const parts: Buffer[] = []; // of a short message there is one
  request
    .on('data', (part: Buffer) => parts.push(part))
    .on('end', () => resolve(parts.length === 1 ? parts[0]! : Buffer.concat(parts)));
  request.on('error', reject).on('close', () => {
    if (!request.complete) reject(new Error('The request has ended before its body.'));
  });
  return promise;
}

/** The message in a body; undefined where it is anything more or less. */
function messageIn(text: Buffer): Message | undefined {
  const fields = JSON.parse(
    new TextDecoder('utf-8', { fatal: true }).decode(text),
  ) as Partial<Message> | null;
  if (typeof fields?.body !== 'string' || typeof fields.key !== 'string' || Object.keys(fields).length > 3)
    return undefined;
  return Number.isSafeInteger(fields.after) && fields.after! >= 0 ? (fields as Message) : undefined;
}
