import type { RequestListener } from 'node:http';
import type { SqlEntityManager as EntityManager, MikroORM } from '@mikro-orm/sql';
import Keygrip from 'keygrip';
import Koa from 'koa';
import { createSession } from 'koa-session';
import type { Env } from '../config/env.ts';
import { sessionOptions } from '../config/session.ts';
import { postAll } from './chat/batch.ts';
import { shownAfter } from './chat/entry.ts';
import { Assets } from './assets.ts';
import { fileNamesAmong } from './chat/attachment.ts';
import { Presence } from './chat/presence.ts';
import type { Context, Services } from './context.ts';
import type { Live } from './database/live.ts';
import { Folder } from './files/folder.ts';
import { Board } from './live/board.ts';
import { Feed } from './live/feed.ts';
import { Leases } from './live/leases.ts';
import { Limits } from './live/limits.ts';
import { andThen } from './live/looks.ts';
import { Polls } from './live/polls.ts';
import { Posts } from './live/posts.ts';
import { Reads } from './live/reads.ts';
import { Streams } from './live/streams.ts';
import { Writer } from './live/writer.ts';
import { openLog, type Log } from './log.ts';
import { mailer } from './mail.ts';
import { Metrics } from './metrics.ts';
import { body } from './middleware/body.ts';
import { csrf, isOwnOrigin } from './middleware/csrf.ts';
import { currentUser } from './middleware/current-user.ts';
import { errors } from './middleware/errors.ts';
import { headers } from './middleware/headers.ts';
import { health } from './middleware/health.ts';
import { htmx } from './middleware/htmx.ts';
import { outage } from './middleware/outage.ts';
import { pages } from './middleware/pages.ts';
import { requests } from './middleware/requests.ts';
import { signsOfLife } from './middleware/signs-of-life.ts';
import { addressOf, unitOfWork } from './middleware/unit-of-work.ts';
import { routes } from './routes/index.ts';
import { View } from './view.ts';

/** What differs between production, a spec and a bench. */
export interface Surroundings {
  orm: MikroORM;
  /** What polls ask of the same database. */
  live: Live;
  env: Env;
  /** The keys that sign cookies, newest first. */
  keys: string[];
  clock?: () => Date;
  /** Where it is told what happens; by default errors alone, on stderr. */
  log?: Log;
}

/** What befalls an answer whose reader has gone: nothing to tell an operator. */
const GONE = ['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE', 'HPE_INVALID_EOF_STATE'];

// Read once, for however many apps a process makes.
const assets = new Assets();
const view = new View(assets);

/** Makes the app: one and the same for production, specs and benches. */
export function createApp({
  orm,
  live,
  env,
  keys,
  clock = () => new Date(),
  log = openLog('error'),
}: Surroundings) {
  const em = () => orm.em.fork() as EntityManager;
  const times = { page: env.awayMs, script: env.leaseMs };
  const session = sessionOptions({ secure: env.publicUrl?.protocol === 'https:', em, clock });
  const files = new Folder(env.filesDir);
  const reads = new Reads(em);
  const limits = new Limits(em, env.rateLimits);
  const leases = new Leases({
    em,
    times,
    clock,
    log,
    chores: [
      () => reads.writeDown(),
      () => limits.writeDown(clock()),
      () => files.sweep((names) => fileNamesAmong(em(), names)),
    ],
  });
  const streams = new Streams(log);
  const feed = new Feed({
    ...live,
    entries: (room, after) => shownAfter(em(), room, after),
    render: (entry) => JSON.stringify(view.delta(entry)),
  });
  const writer = new Writer({
    store: (posts) => postAll(em(), posts, live.run),
    signals: live.signals,
    stored: (entries) => feed.stored(entries),
  });
  const metrics = env.metricsToken ? new Metrics(() => em().count(Presence)) : undefined;
  const services: Services = {
    env,
    clock,
    files,
    leases,
    limits,
    log,
    mail: mailer(env),
    metrics,
    reads,
    streams,
    times,
    view,
    writer,
  };

  const app = new Koa<object, Context>();
  const keygrip = new Keygrip(keys, 'sha256');
  app.keys = keygrip;
  app.on('error', (error: Error & { code?: string }) => {
    if (!GONE.includes(error.code ?? '')) log.error(error);
  });
  app.use(unitOfWork(em, services, live.signals));
  app.use(requests);
  app.use(headers);
  app.use(health);
  app.use(assets.serve);
  app.use(pages);
  app.use(htmx);
  app.use(errors);
  app.use(outage);
  app.use(createSession(session, app));
  app.use(currentUser);
  app.use(body);
  app.use(csrf);
  app.use(signsOfLife);
  const router = routes();
  app.use(router.routes());
  app.use(router.allowedMethods());
  const board = new Board({ ...live, keys: keygrip, cookie: session.key, clock });
  const polls = new Polls({ board, feed, leases, reads });
  const posts = new Posts({
    board,
    feed,
    writer,
    leases,
    reads,
    limits,
    clock,
    rules: {
      isOwnOrigin: (origin, host) => isOwnOrigin(origin, host, env.publicUrl),
      addressOf: (request) => addressOf(request, env.trustProxy),
    },
  });
  const usual = app.callback();
  const listener: RequestListener = (request, response) => {
    const begun = performance.now();
    const isTimed = request.url?.startsWith('/poll') && metrics?.polled();
    void andThen(polls.answer(request, response) || posts.answer(request, response), (isAnswered) => {
      if (!isAnswered) return usual(request, response);
      const ms = performance.now() - begun;
      if (isTimed) metrics!.pollTook(ms);
      if (request.method !== 'POST') return;
      metrics?.posted(ms);
      log.debug({ method: 'POST', route: '/rooms/:id/messages', status: 201, ms: Math.round(ms) }, 'request');
    });
  };
  return { listener, leases, streams };
}
