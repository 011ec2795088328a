import { createServer } from 'node:http';
import { Server as NetServer, type AddressInfo } from 'node:net';
import { readEnv } from '../config/env.ts';
import { sessionKeys, sharedKeys } from '../config/session.ts';
import { createApp } from './app.ts';
import { unlessFull } from './database/full.ts';
import { openLive } from './database/live.ts';
import { openDatabase } from './database/open.ts';
import { openLog } from './log.ts';

/** What is begun is finished within this, in milliseconds, then the rest is cut off. */
const STOP_MS = 3000;
/** Whoever connects says within this what they ask for, and within this has sent it: a file over a slow line, not a connection held open for nothing. */
const PATIENCE = { headersTimeout: 20_000, requestTimeout: 300_000 };
/** A page polls each second: so long is what it asks on a connection that is open still answered, and the connection closed with it. */
const LINGER_MS = 1200;

/** Opens the database, listens, and closes in order on a signal. */
export async function serve(): Promise<void> {
  const env = readEnv();
  process.umask(0o077); // the database has people's addresses and words in it
  // Where the launcher was killed nobody could stop this any more, and the port would stay taken.
  process.on('disconnect', () => process.exit(1));
  process.channel?.unref();
  const log = openLog(env.logLevel);
  const orm = await openDatabase(env.databaseUrl ?? env.chatDb, (sentence) => log.warn(sentence));
  const keys = env.databaseUrl
    ? await sharedKeys(env.sessionKeys, orm.em.fork(), new Date())
    : sessionKeys(env.sessionKeys, env.chatDb);
  const live = await openLive(orm);
  const { listener, leases, streams } = createApp({ orm, live, env, keys, log });
  await leases.start().catch(unlessFull); // what is there can be read
  let stopping = false;
  const server = createServer(PATIENCE, (request, response) => {
    if (stopping) response.shouldKeepAlive = false;
    listener(request, response);
  });
  server.maxConnections = env.mostConnections;
  server.listen(env.port, env.host, () => {
    const { port } = server.address() as AddressInfo;
    if (!env.rateLimits)
      log.warn('RATE_LIMITS is off: passwords can be guessed without end. This is for load tests only.');
    if (env.scryptLogN < 15)
      log.warn(
        `SCRYPT_LOGN is ${env.scryptLogN}: passwords are cheap to guess from a stolen file. This is for load tests only.`,
      );
    log.info('started');
    console.log(
      `Plainchat is ready at http://${env.host.includes(':') ? `[${env.host}]` : env.host}:${port}`,
    );
  });
  server.on('error', (error) => {
    console.error(`Cannot listen on ${env.host}:${env.port}: ${error.message}. Set PORT or HOST to another.`);
    process.exit(1);
  });

  const stop = () => {
    if (stopping) return; // a process group is told once, and by the launcher once more
    stopping = true;
    log.info('stopping');
    setTimeout(() => server.closeAllConnections(), STOP_MS).unref();
    setTimeout(() => server.closeIdleConnections(), LINGER_MS).unref();
    // Not as HTTP closes, which cuts off at once what is idle, and a request that is on its way there.
    NetServer.prototype.close.call(server, () => void end());
    streams.close();
  };
  const end = async () => {
    await leases.stop().catch((error: Error) => log.error(error));
    await live.close();
    await orm.close();
    log.info('stopped');
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

if (import.meta.main) {
  await serve().catch((error: Error) => {
    console.error(`Plainchat cannot start: ${error.message}`);
    process.exit(1);
  });
}
