import type { SqlEntityManager as EntityManager, MikroORM } from '@mikro-orm/sql';
import Koa from 'koa';
import { createSession } from 'koa-session';
import type { RequestListener } from 'node:http';
import type { Env } from '../config/env.ts';
import { hookPoster, type PostToHook } from './away/hook.ts';
import { tellers } from './away/ways.ts';
import { deleteOldActs, logActs } from './chat/act.ts';
import { clearingTime } from './chat/clearing.ts';
import { entryRecords } from './chat/entry-records.ts';
import { BATCH_SIZE } from './chat/entry.ts';
import { filesTag } from './chat/files-identity.ts';
import { deleteEndedInvitations } from './chat/invitation.ts';
import { deleteOldAttempts } from './chat/login-attempt.ts';
import { postAll } from './chat/post-batch.ts';
import { bytesInFiles } from './chat/quota.ts';
import { deleteOldReports } from './chat/report.ts';
import { deleteExpiredConfirmations } from './chat/confirmation.ts';
import { deleteExpiredResetLinks } from './chat/reset-link.ts';
import { deleteHiddenRooms } from './chat/room-deletion.ts';
import { deleteEndedSessions } from './chat/session.ts';
import { deleteFullBuckets } from './chat/token-bucket.ts';
import type { Ways } from './chat/telling-plan.ts';
import type { Context, Services } from './context.ts';
import type { LiveDatabase } from './database/connect-live.ts';
import { isUnreachable } from './database/errors.ts';
import { FileStore } from './files/folder.ts';
import { Previews } from './files/previews.ts';
import { Sweep } from './files/sweep.ts';
import { createQueues, type Queues } from './live/fair-queue.ts';
import { CookieKeys } from './live/cookie-keys.ts';
import { Feed } from './live/feed.ts';
import { Housekeeping, TICK_MS } from './live/housekeeping.ts';
import { InFlight } from './live/in-flight.ts';
import { Leases } from './live/leases.ts';
import { liveListener } from './live/listener.ts';
import { LogCache } from './live/log-cache.ts';
import { PageTags } from './live/page-tags.ts';
import { PollEndpoint } from './live/poll-endpoint.ts';
import { PostEndpoint } from './live/post-endpoint.ts';
import { PostQueue } from './live/post-queue.ts';
import { RateLimiter } from './live/rate-limiter.ts';
import { ReadMarkers } from './live/read-markers.ts';
import { RefreshEndpoint } from './live/refresh-endpoint.ts';
import { SearchIndexer } from './live/search-indexer.ts';
import { SessionCache } from './live/session-cache.ts';
import { StallWatch } from './live/stalls.ts';
import { Streams } from './live/streams.ts';
import { Teller } from './live/teller.ts';
import type { Versions } from './live/versions.ts';
import { createLog, type Log } from './log.ts';
import { mailer } from './mail.ts';
import { metricSources, remembered } from './metrics/sources.ts';
import { Metrics } from './metrics/metrics.ts';
import { activity } from './middleware/activity.ts';
import { body } from './middleware/body.ts';
import { addressOf } from './middleware/client-address.ts';
import { compression } from './middleware/compression.ts';
import { createCsrf, isOwnOrigin, isTokenOf } from './middleware/csrf.ts';
import { currentUser } from './middleware/current-user.ts';
import { databaseOutage } from './middleware/database-outage.ts';
import { errors } from './middleware/errors.ts';
import { health } from './middleware/health.ts';
import { htmx } from './middleware/htmx.ts';
import { inFlight, readingLimit } from './middleware/reading.ts';
import { render } from './middleware/render.ts';
import { requestId } from './middleware/request-id.ts';
import { requestLog } from './middleware/request-log.ts';
import { rest } from './middleware/rest.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { cookieOptions, sessionOptions } from './middleware/session.ts';
import { staticFiles } from './middleware/static-files.ts';
import { token } from './middleware/token.ts';
import { extendContext, knowsCommits, unitOfWork } from './middleware/unit-of-work.ts';
import { waiting } from './middleware/waiting.ts';
import { routes } from './routes/index.ts';
import { Assets } from './view/assets.ts';
import { View } from './view/index.ts';
import { KeptPages } from './view/kept-pages.ts';

/** What differs between production, specs and benchmarks. */
export interface AppOptions {
  orm: MikroORM;
  /** The fast path's access to the same database. */
  live: LiveDatabase;
  env: Env;
  /** The keys that sign cookies, newest first. */
  keys: string[];
  clock?: () => Date;
  /** By default logs errors only. */
  log?: Log;
  /** The maximum of open live views; by default that of `Streams`. */
  mostStreams?: number;
  /** The queues of costly work. */
  queues?: Queues;
  /** Posts to addresses of users. */
  hook?: PostToHook;
}

/** Errors caused by a client that hung up. Not logged. */
const CLIENT_GONE = [
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'HPE_INVALID_EOF_STATE',
];

// Shared by all apps in a process: specs create many.
const assets = new Assets();
const view = new View(assets);
const keptPages = new KeptPages(view);
const router = routes();

export function createApp(options: AppOptions) {
  const { orm, live, env, keys, clock = () => new Date() } = options;
  const em = () => orm.em.fork() as EntityManager;
  const cookieKeys = new CookieKeys(keys);
  const secure = env.publicUrl?.protocol === 'https:';
  const cookie = cookieOptions(secure).name('sid');
  const feed = new Feed({
    ...live,
    entries: (room, after) => entryRecords(live.reader, room, after + 1, after + BATCH_SIZE),
    render: (entry) => JSON.stringify(view.entryJson(entry)),
  });
  const sessions = new SessionCache({ ...live, keys: cookieKeys, cookie, secure, clock });
  const services = createServices({ ...options, clock }, { em, feed, sessions });
  const session = sessionOptions({ secure, em, sessions, clock });
  const koa = createKoa(services, { em, session, cookieKeys, live }).callback();
  const listener = createListener(services, { feed, koa, cookie, versions: live.versions });
  const searchIndexer = new SearchIndexer({ em, ...services });
  const teller = createTeller(services, em, options.hook);
  const housekeeping = createHousekeeping(services, em, { searchIndexer, teller });
  const { leases, metrics, rateLimiter, streams } = services;
  return { listener, housekeeping, leases, metrics, rateLimiter, searchIndexer, streams, teller };
}

function createServices(
  {
    live,
    env,
    clock,
    log = createLog('error'),
    mostStreams,
    queues = createQueues(),
  }: AppOptions & { clock: () => Date },
  { em, feed, sessions }: { em: () => EntityManager; feed: Feed; sessions: SessionCache },
): Services {
  const readMarkers = new ReadMarkers(em);
  const stored = { bytesInFiles: remembered(() => bytesInFiles(em())), database: live.state };
  const measured = { reader: live.reader, told: { mail: 0, hook: 0, failures: 0 }, ...stored };
  const leaseTimes = { page: env.awayMs, script: env.leaseMs };
  return {
    env,
    clock,
    ...measured,
    files: new FileStore(env.filesDir, () => filesTag(em()), queues.images),
    previews: new Previews(env.filesDir, () => filesTag(em())),
    inFlight: new InFlight(),
    leases: new Leases({ em, leaseTimes, clock }),
    leaseTimes,
    log,
    logCache: new LogCache({ ...live, read: (...stretch) => entryRecords(live.reader, ...stretch) }),
    mail: mailer(env),
    metrics: metricsOf(env, { em, queues, ...measured }),
    ways: waysOf(env),
    postQueue: new PostQueue({
      store: (posts) => postAll(em(), posts, live.runStatements),
      versions: live.versions,
      onStored: (entries) => feed.addStored(entries),
    }),
    queues,
    rateLimiter: new RateLimiter(em, env.rateLimits),
    readMarkers,
    pageTags: new PageTags({ ...live, readMarkers }),
    sessions,
    streams: new Streams(log, mostStreams),
    view,
    keptPages,
  };
}

/** By which ways this server tells users what they have not read. What is sent has links. */
const waysOf = ({ smtpUrl, hooks, publicUrl, mailsADay }: Env): Ways => ({
  mail: smtpUrl !== undefined,
  hook: hooks && publicUrl !== undefined,
  mailsADay,
});

function noteError({ log, metrics }: Services, error: Error): void {
  log.error(error);
  metrics?.countError();
}

const metricsOf = (env: Env, parts: Parameters<typeof metricSources>[1]): Metrics | undefined =>
  env.metricsToken ? new Metrics(metricSources(env, parts)) : undefined;

function createKoa(
  services: Services,
  {
    em,
    session,
    cookieKeys,
    live,
  }: {
    em: () => EntityManager;
    session: ReturnType<typeof sessionOptions>;
    cookieKeys: CookieKeys;
    live: LiveDatabase;
  },
): Koa<object, Context> {
  const app = new Koa<object, Context>();
  app.keys = cookieKeys;
  app.on('error', (error: Error & { code?: string }) => {
    if (!CLIENT_GONE.includes(error.code ?? '')) noteError(services, error);
  });
  extendContext(app, em, services);
  app.use(unitOfWork(services, live.versions));
  app.use(requestId);
  app.use(requestLog);
  app.use(rest);
  app.use(securityHeaders);
  app.use(compression);
  app.use(health);
  app.use(staticFiles(assets));
  app.use(render);
  app.use(htmx);
  app.use(errors);
  app.use(databaseOutage);
  app.use(knowsCommits(live.versions));
  app.use(createSession(session, app));
  app.use(token);
  app.use(currentUser);
  app.use(inFlight);
  app.use(readingLimit);
  app.use(body);
  app.use(createCsrf());
  app.use(activity).use(waiting);
  app.use(router.routes()).use(router.allowedMethods());
  return app;
}

function createListener(
  services: Services,
  {
    feed,
    koa,
    cookie,
    versions,
  }: { feed: Feed; koa: ReturnType<Koa['callback']>; cookie: string; versions: Versions },
): RequestListener {
  const sessionCookie = new RegExp(`(?:^|;) *${cookie}=([^;]*)`);
  const { env, log, metrics } = services;
  const polls = new PollEndpoint({ ...services, feed });
  const refreshes = new RefreshEndpoint({ ...services, versions });
  const posts = new PostEndpoint({
    ...services,
    feed,
    rules: {
      isOwnOrigin: (origin, host) => isOwnOrigin(origin, host, env.publicUrl),
      isTokenOf,
      addressOf: (request) => addressOf(request, env.trustProxy),
    },
  });
  return liveListener(
    {
      polls: (request, response) => polls.answer(request, response) || refreshes.answer(request, response),
      posts: (request, response) => posts.answer(request, response),
      middleware: (request, response) => void koa(request, response),
    },
    {
      inFlight: services.inFlight,
      sessionIn: ({ headers }) => sessionCookie.exec(headers.cookie ?? '')?.[1],
    },
    {
      countPoll: () => metrics?.countPoll() ?? false,
      observePoll: (ms) => metrics?.observePoll(ms),
      observePost: (ms) => {
        const labels = { method: 'POST', route: '/rooms/:id/messages', status: 201 };
        metrics?.countMessage();
        metrics?.observeRequest(labels, ms);
        log.debug({ ...labels, ms: Math.round(ms) }, 'request');
      },
    },
  );
}

function createTeller(services: Services, em: () => EntityManager, hook = hookPoster()): Teller {
  const host = services.env.publicUrl?.hostname ?? 'localhost';
  return new Teller({
    ...services,
    em,
    host,
    counts: services.told,
    tell: tellers({ ...services, hook }),
  });
}

/** Deletes rows that have had their time. */
const CLEARED: ((em: EntityManager, until: Date) => Promise<void>)[] = [
  deleteEndedSessions,
  deleteOldAttempts,
  deleteFullBuckets,
  deleteExpiredResetLinks,
  deleteExpiredConfirmations,
  deleteOldReports,
  deleteOldActs,
  deleteEndedInvitations,
];

function createHousekeeping(
  services: Services,
  em: () => EntityManager,
  { searchIndexer, teller }: { searchIndexer: SearchIndexer; teller: Teller },
): Housekeeping {
  const { leases, leaseTimes, readMarkers, rateLimiter, reader, database, files, clock, log } = services;
  const sweep = new Sweep({ path: services.env.filesDir, em, log, clock });
  const stalls = new StallWatch((ms) => {
    log.warn({ ms }, 'the server stood still');
    services.metrics?.countStall();
  });
  let until = new Date(0);
  return new Housekeeping({
    clock,
    log: {
      error: (error) => {
        if (database().isUp || !isUnreachable(error)) noteError(services, error); // an outage is told once
      },
    },
    every: Math.min(TICK_MS, ...Object.values(leaseTimes)), // a shorter lease still ends in time
    chores: {
      everyTick: [
        async () => stalls.tick(),
        () => leases.tick(),
        () => readMarkers.flush(),
        () => rateLimiter.flush(clock()),
        () => deleteHiddenRooms(em, (names) => files.remove(names), clock()),
        () => sweep.tick(),
        () => logActs(em(), reader, (act) => log.info(act, 'act')),
        () => searchIndexer.tick(),
      ],
      beside: [() => teller.tick()],
      everyHour: [
        async () => void (until = await clearingTime(em(), clock())),
        ...CLEARED.map((clear) => () => clear(em(), until)),
        () => services.previews.removeOld(until),
      ],
    },
  });
}
