import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readEnv } from '../config/env.ts';
import { sessionKeys, sharedKeys } from '../config/session.ts';
import { createApp } from './app.ts';
import { openLive } from './database/live.ts';
import { openDatabase } from './database/open.ts';

/** What is begun is finished within this, in milliseconds, then the rest is cut off. */
const STOP_MS = 3000;

/** Opens the database, listens, and closes in order on a signal. */
export async function serve(): Promise<void> {
  const env = readEnv();
  process.umask(0o077); // the database has people's addresses and words in it
  // Where the launcher was killed nobody could stop this any more, and the port would stay taken.
  process.on('disconnect', () => process.exit(1));
  process.channel?.unref();
  const orm = await openDatabase(env.databaseUrl ?? env.chatDb);
  const keys = env.databaseUrl ? await sharedKeys(env.sessionKeys, orm.em.fork(), new Date()) : sessionKeys(env.sessionKeys, env.chatDb);
  const live = await openLive(orm);
  const { listener, leases, streams } = createApp({ orm, live, env, keys });
  await leases.start();
  const server = createServer(listener);
  server.listen(env.port, env.host, () => {
    const { port } = server.address() as AddressInfo;
    if (!env.rateLimits) console.warn('RATE_LIMITS is off: passwords can be guessed without end. This is for load tests only.');
    if (env.scryptLogN < 15) console.warn(`SCRYPT_LOGN is ${env.scryptLogN}: passwords are cheap to guess from a stolen file. This is for load tests only.`);
    console.log(`Plainchat is ready at http://${env.host.includes(':') ? `[${env.host}]` : env.host}:${port}`);
  });
  server.on('error', (error) => {
    console.error(`Cannot listen on ${env.host}:${env.port}: ${error.message}. Set PORT or HOST to another.`);
    process.exit(1);
  });

  let stopping = false;
  const stop = () => {
    if (stopping) return; // a process group is told once, and by the launcher once more
    stopping = true;
    setTimeout(() => server.closeAllConnections(), STOP_MS).unref();
    server.close(() => void leases.stop().catch(console.error).then(() => live.close()).then(() => orm.close()).then(() => process.exit(0)));
    server.closeIdleConnections();
    streams.close();
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
