import type { WaitingInRoom } from './chat/waiting.ts';
import type { PageTags } from './live/page-tags.ts';
import type { Reader } from './chat/reader.ts';
import type { Ways } from './chat/telling-plan.ts';
import type { GivenToken } from './chat/token.ts';
import type { Viewer } from './chat/viewer.ts';
import type { LogCache } from './live/log-cache.ts';
import type { CachedUser, SessionCache } from './live/session-cache.ts';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import type Koa from 'koa';
import type { Env } from '../config/env.ts';
import type { LeaseTimes } from './chat/presence.ts';
import type { SessionData } from './chat/session.ts';
import type { User } from './chat/user.ts';
import type { FileStore } from './files/folder.ts';
import type { Previews } from './files/previews.ts';
import type { Queues } from './live/fair-queue.ts';
import type { InFlight } from './live/in-flight.ts';
import type { Leases } from './live/leases.ts';
import type { DatabaseState } from './live/lookups.ts';
import type { Early } from './live/listener.ts';
import type { PostQueue } from './live/post-queue.ts';
import type { RateLimiter } from './live/rate-limiter.ts';
import type { ReadMarkers } from './live/read-markers.ts';
import type { Streams } from './live/streams.ts';
import type { Counts as TellerCounts } from './live/teller.ts';
import type { Log } from './log.ts';
import type { SendMail } from './mail.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { KeptPages } from './view/kept-pages.ts';
import type { View } from './view/index.ts';

/** Objects that all requests share. */
export interface Services {
  env: Env;
  clock: () => Date;
  files: FileStore;
  previews: Previews;
  leases: Leases;
  queues: Queues;
  inFlight: InFlight;
  rateLimiter: RateLimiter;
  log: Log;
  /** Undefined without METRICS_TOKEN. */
  metrics: Metrics | undefined;
  /** By which ways users are told what they have not read. */
  ways: Ways;
  /** What this process has sent to users who are away. */
  told: TellerCounts;
  /** Undefined without a mail server. */
  mail: SendMail | undefined;
  readMarkers: ReadMarkers;
  /** The size of all images and files, as of the last minute. */
  bytesInFiles: () => Promise<number>;
  /** How the database is. */
  database: () => DatabaseState;
  /** Reads plain rows. */
  reader: Reader;
  logCache: LogCache;
  pageTags: PageTags;
  sessions: SessionCache;
  streams: Streams;
  leaseTimes: LeaseTimes;
  view: View;
  keptPages: KeptPages;
  postQueue: PostQueue;
}

/** The properties that middleware adds to Koa's context. */
export interface RequestState extends Services {
  /** The request's own unit of work. */
  em: EntityManager;
  now: Date;
  /** The client's network address, the key of its rate limits. */
  address: string;
  session: (Partial<SessionData> & { regenerate(): Promise<void>; externalKey?: string }) | null;
  /** The value of the session cookie, if this request begins the session. */
  sessionKey: string;
  /** The user who sends the request, as plain columns. */
  viewer: Viewer | undefined;
  /** The same user, as the fast path knows their session. */
  cachedUser: CachedUser | undefined;
  /** What waits for the user, as the header of a page shows it; undefined if nothing was looked up. */
  waitingRooms: WaitingInRoom[] | undefined;
  /** The same user as an entity. Costs something on a page that reads: prefer `viewer`. */
  user: User | undefined;
  /** The token with which a program sends the request, in place of a session. */
  token: GivenToken | undefined;
  /** The CSRF token of this session's forms. */
  csrf: string;
  /** The fields of the body. A field that is given twice, or is not text, has a value that every rule refuses. */
  fields: Record<string, string>;
  /** What the fast path did for this request. */
  early: Early;
  /** The file in the form, if there is one. */
  upload: Upload | undefined;
  /** Shows the page with the form of this request: a refusal is shown there. Set by the table of routes. */
  form: Handler | undefined;
  /** Whether the request is being refused. */
  isRefused: boolean | undefined;
  /** The problem of each field, and what the user typed. */
  refused: { problems: Record<string, string>; typed: Record<string, string> } | undefined;
  /** Returns a page as HTML. */
  render(template: string, values: Record<string, unknown>): string;
  /** Answers with a page. It shows the flash. */
  page(template: string, values?: Record<string, unknown>): void;
  /**
   * The same for a page of plain data alone, which is kept: it is rendered only if something in it has changed.
   * Sets `check` and `key`. @param identity what tells the values from others, if that is shorter
   */
  plainPage(template: string, values: object, identity?: unknown): void;
  params: Record<string, string>;
  body: unknown;
}

export type Context = Omit<Koa.ExtendableContext, keyof RequestState> & RequestState;
export type Handler = (ctx: Context) => Promise<void> | void;
export type Middleware = (ctx: Context, next: () => Promise<void>) => Promise<void> | void;

/** The bytes of a file in a form. @throws Invalid for `file` if it is too large, HttpRefusal 400 if the form is incomplete */
export type Upload = AsyncIterable<Buffer>;
