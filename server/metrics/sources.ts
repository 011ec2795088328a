import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { stat } from 'node:fs/promises';
import type { Env } from '../../config/env.ts';
import { latestAct } from '../chat/act.ts';
import { Presence } from '../chat/presence.ts';
import type { Reader } from '../chat/reader.ts';
import { tellingQueue } from '../chat/telling-queue.ts';
import type { Queues } from '../live/fair-queue.ts';
import type { DatabaseState } from '../live/lookups.ts';
import type { Counts } from '../live/teller.ts';
import { VERSION } from '../version.ts';
import type { Sources } from './metrics.ts';

/** How long the sum over all files is remembered, in milliseconds. */
const SUM_MS = 60_000;

/** What the metrics of a server are read from. */
export function metricSources(
  { databaseUrl, chatDb }: Env,
  {
    em,
    queues,
    database,
    bytesInFiles,
    reader,
    told,
  }: {
    em: () => EntityManager;
    queues: Queues;
    database: () => DatabaseState;
    bytesInFiles: () => Promise<number>;
    reader: Reader;
    told: Counts;
  },
): Sources {
  return {
    build: {
      version: VERSION,
      node: process.version,
      database: databaseUrl ? 'postgresql' : 'sqlite',
    },
    database,
    own: {
      hashes_waiting: ['Passwords that wait to be hashed.', () => queues.hashing.waiting],
      images_waiting: ['Images that wait to be re-encoded.', () => queues.images.waiting],
      ...sentGauges(told),
      wal_bytes: [
        'Size of the write-ahead log of the SQLite file; 0 with PostgreSQL.',
        () => (databaseUrl ? 0 : sizeOf(`${chatDb}-wal`)),
      ],
    },
    stored: {
      people_present: ['Users who are in a room now.', () => em().count(Presence)],
      ...toldGauges(reader),
      files_bytes: ['Size of all images and files of messages.', bytesInFiles],
      last_backup_timestamp_seconds: [
        'When the last backup was made by the command, in seconds since 1970; 0 if never.',
        async () => ((await latestAct(em(), 'backup made'))?.getTime() ?? 0) / 1000,
      ],
    },
  };
}

/** What this process has sent to users who are away. */
const sentGauges = (told: Counts): Sources['own'] => ({
  told_by_mail: ['Mails about messages that this process has sent.', () => told.mail],
  told_by_post: ['Posts to addresses of users that this process has made.', () => told.hook],
  told_failures: ['Mails and posts of this process that failed.', () => told.failures],
});

/** What waits to be told to users who are away. */
function toldGauges(reader: Reader): Sources['stored'] {
  const queue = () => tellingQueue(reader);
  return {
    told_waiting: [
      'Users for whom something is due that they are told while away.',
      async () => (await queue()).users,
    ],
    told_failing: ['Of those, users whose last try has failed.', async () => (await queue()).failing],
    told_oldest_timestamp_seconds: [
      'When the oldest message was written that could not be told, in seconds since 1970; 0 if there is none.',
      async () => (await queue()).oldest / 1000,
    ],
  };
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** Looks at most once a minute: for what takes longer the more there is. */
export function remembered(look: () => Promise<number>): () => Promise<number> {
  let at = -Infinity;
  let value: Promise<number>;
  return () => {
    if (performance.now() - at > SUM_MS) {
      at = performance.now();
      value = look();
      value.catch(() => (at = -Infinity));
    }
    return value;
  };
}
