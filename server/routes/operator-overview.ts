import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { latestAct, latestActs } from '../chat/act.ts';
import { tellingQueue } from '../chat/telling-queue.ts';
import type { Context, Handler } from '../context.ts';
import { requireOperator } from '../middleware/current-user.ts';
import { VERSION } from '../version.ts';

/** GET /operator: storage, queues, the last backup, and the latest acts */
export const show: Handler = async (ctx) => {
  requireOperator(ctx);
  const { env, queues, database, em } = ctx;
  ctx.page('operator/overview.njk', {
    version: VERSION,
    upSince: new Date(ctx.now.getTime() - process.uptime() * 1000),
    storage: await storage(ctx),
    quota: env.filesMb.all * 1e6,
    waiting: {
      hashes: queues.hashing.waiting,
      images: queues.images.waiting,
      connections: database().waiting,
    },
    sends: ctx.ways.mail || ctx.ways.hook,
    telling: await tellingShown(ctx),
    backup: env.databaseUrl ? undefined : { at: await latestAct(em, 'backup made') },
    acts: await latestActs(ctx.reader),
  });
};

/** What waits to be told, with the oldest time as ISO 8601. */
async function tellingShown({ reader }: Context) {
  const queue = await tellingQueue(reader);
  return { ...queue, oldest: new Date(queue.oldest).toISOString() };
}

/** Sizes in bytes; undefined for what is not on this machine. */
async function storage({ env, bytesInFiles: sum }: Context) {
  const [database, log] = env.databaseUrl
    ? [undefined, undefined]
    : await Promise.all([sizeOf(env.chatDb), sizeOf(`${env.chatDb}-wal`)]);
  return {
    database,
    log,
    files: await sum(),
    free: await freeIn(env.filesDir).catch(() => freeIn(dirname(env.filesDir)).catch(() => undefined)),
  };
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

async function freeIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
