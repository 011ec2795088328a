import type { RequestListener, Server } from 'node:http';
import { flushCompileCache } from 'node:module';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { type Env, readEnv } from '../config/env.ts';
import { createApp } from './app.ts';
import { connectLive } from './database/connect-live.ts';
import { ignoreDiskFull } from './database/errors.ts';
import { openDatabase } from './database/open.ts';
import { type SlowStatement, slowStatements } from './database/slow-statements.ts';
import { createHttpServer } from './live/connections.ts';
import { VERSION } from './version.ts';
import { sessionKeys, sharedKeys } from './keys.ts';
import { createLog, type Log } from './log.ts';

/** After a signal, requests have this long to finish; then their connections are closed. */
const STOP_MS = 3000;
/** After a signal, idle connections stay open for this long: a page polls each second, and its next answer closes the connection in order. */
const LINGER_MS = 1200;

/** Runs the server until a signal comes, then stops it in order. */
export async function serve(): Promise<void> {
  const env = readEnv();
  process.umask(0o077); // the database holds users' email addresses and messages
  // If the launcher was killed, nothing could stop this process, and its port would stay in use.
  process.on('disconnect', () => process.exit(1));
  process.channel?.unref();
  const log = createLog(env.logLevel);
  const orm = await openDatabase(env.databaseUrl ?? env.chatDb, (sentence) => log.warn(sentence), env);
  const keys = env.databaseUrl
    ? await sharedKeys(env.sessionKeys, orm.em.fork(), new Date())
    : sessionKeys(env.sessionKeys, env.chatDb);
  const live = await connectLive(orm, (sentence) => log.error(sentence));
  const app = createApp({ orm, live, env, keys, log });
  const { listener, housekeeping, leases, metrics, searchIndexer, streams, teller } = app;
  slowStatements.subscribe((statement) => {
    log.warn(statement as SlowStatement, 'slow statement');
    metrics?.countSlowStatement();
  });
  await leases.renew().catch(ignoreDiskFull); // with a full disk, users can still read
  housekeeping.start();
  searchIndexer.start();
  const stopped = listen(listener, env, log, () => streams.close());
  await stopped;
  await leases.flush().catch((error: Error) => log.error(error));
  await searchIndexer.stop();
  teller.stop();
  await housekeeping.stop();
  await live.close();
  await orm.close();
  log.info('stopped');
  await new Promise<void>((flushed) => log.flush(() => flushed()));
  process.exit(0);
}

/** Resolves when a signal has come and all requests are answered. @param onStopping is called at the signal */
function listen(listener: RequestListener, env: Env, log: Log, onStopping: () => void): Promise<void> {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  let isStopping = false;
  const server = createHttpServer((request, response) => {
    if (isStopping) response.shouldKeepAlive = false;
    listener(request, response);
  });
  server.maxConnections = env.maxConnections;
  server.listen(env.port, env.host, () => announceReady(server, env, log));
  server.on('error', (error) => {
    console.error(
      `Cannot listen on ${env.host}:${env.port}: ${error.message}. Set PORT or HOST to another value.`,
    );
    process.exit(1);
  });
  const onSignal = () => {
    if (isStopping) return; // Ctrl+C signals the whole process group, and the launcher passes the signal on
    isStopping = true;
    log.info('stopping');
    setTimeout(() => server.closeAllConnections(), STOP_MS).unref();
    setTimeout(() => onceAllIsRead(() => server.closeIdleConnections()), LINGER_MS).unref();
    // Not `server.close()`: it closes idle connections at once, even if a request is already on its way.
    onceAllIsRead(() => NetServer.prototype.close.call(server, () => stop()));
    onStopping();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return stopped;
}

/**
 * Runs `work` when the connections and requests that have come by now are accepted and read: the system ends
 * with a reset what nobody has taken, and a proxy does not send a post twice.
 */
function onceAllIsRead(work: () => void): void {
  setImmediate(() => setImmediate(work)); // a whole turn of the event loop lies between the two
}

function announceReady(server: Server, env: Env, log: Log): void {
  const { port } = server.address() as AddressInfo;
  if (!env.rateLimits)
    log.warn('RATE_LIMITS is off: anybody can guess passwords without limit. Use this for load tests only.');
  if (env.scryptLogN < 15)
    log.warn(
      `SCRYPT_LOGN is ${env.scryptLogN}: passwords are easy to guess from a stolen database. Use this for load tests only.`,
    );
  log.info(
    { version: VERSION, node: process.version, database: env.databaseUrl ? 'postgresql' : 'sqlite' },
    'started',
  );
  setImmediate(flushCompileCache); // now, and not at the end: it would keep all code of this process, for a start that needs the least part of it
  console.log(`Plainchat is ready at http://${env.host.includes(':') ? `[${env.host}]` : env.host}:${port}`);
}

/** Koa compares each JSON body with the global `Response`, and the first look at Node's loads the HTTP client too. */
function avoidHttpClient(): void {
  globalThis.Response = function () {} as unknown as typeof Response;
}

if (import.meta.main) {
  avoidHttpClient();
  await serve().catch((error: Error) => {
    console.error(`Plainchat cannot start: ${error.message}`);
    process.exit(1);
  });
}
