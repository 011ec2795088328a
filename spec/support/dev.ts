// npm run dev: fills a demo world on the first start, prints its log-ins, serves it, and restarts on each change.
//   npm run dev                 a room in which three people talk, in demo.db
//   npm run dev -- everything   every kind of content there is, in everything.db
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { rmSync } from 'node:fs';
import { readEnv } from '../../config/env.ts';
import { register } from '../../server/chat/registration.ts';
import { createRoom } from '../../server/chat/new-room.ts';
import { postMessage } from '../../server/chat/post.ts';
import { enter, leave } from '../../server/chat/presence.ts';
import { User } from '../../server/chat/user.ts';
import { openDatabase } from '../../server/database/open.ts';
import { serve } from '../../server/index.ts';
import { HASHING, PASSWORD as CAST_PASSWORD } from './domain.ts';
import { fillWithEverything, writeFiles } from './full-database.ts';

const PASSWORD = 'plainchat demo';
const CAST = ['ada', 'grace', 'linus'];
const TALK: [string, string][] = [
  ['ada', 'Good morning! Is anybody here?'],
  ['grace', 'Yes. I was reading the history from the beginning.'],
  ['linus', 'Me too. In w3m, as it happens:\nit looks just the same there.'],
  ['ada', 'The rules for what is announced are at https://www.w3.org/TR/wai-aria-1.2/#log.'],
  ['grace', 'مرحبا, and שלום, side by side.'],
];

const isEverything = process.argv.includes('everything');
process.env.CHAT_DB ||= isEverything ? 'everything.db' : 'demo.db';
const { databaseUrl, chatDb, filesDir } = readEnv();
const orm = await openDatabase(databaseUrl ?? chatDb);
if ((await orm.em.fork().count(User)) === 0) {
  if (isEverything) {
    await fillWithEverything(orm);
    rmSync(filesDir, { recursive: true, force: true });
    writeFiles(filesDir);
  } else await fill(orm.em.fork());
}
await orm.close();
for (const name of isEverything ? ['ada', 'grace', 'alan', 'liskov'] : CAST)
  console.log(`Log in as ${name} with the password: ${isEverything ? CAST_PASSWORD : PASSWORD}`);
await serve();

async function fill(em: EntityManager): Promise<void> {
  const env = readEnv();
  const now = new Date();
  const entering = { now, leaseTimes: { page: env.awayMs, script: env.leaseMs } };
  const users = new Map<string, User>();
  for (const username of CAST) {
    const account = { username, email: `${username}@example.org`, password: PASSWORD };
    users.set(username, await register(em, account, { ...HASHING, now, logN: env.scryptLogN }));
  }
  const room = await em.transactional((em) =>
    createRoom(em, users.get('ada')!, { name: 'lobby', access: 'open' }, now),
  );
  await em.transactional((em) =>
    createRoom(em, users.get('grace')!, { name: 'study', access: 'invite' }, now),
  );
  for (const user of users.values()) await em.transactional((em) => enter(em, user, room.id, entering));
  for (const [index, [username, body]] of TALK.entries())
    await em.transactional((em) =>
      postMessage(em, users.get(username)!, room.id, { body, key: `demo-message-${index}` }, now),
    );
  for (const user of users.values())
    await em.transactional((em) => leave(em, user, room.id, now, { told: true }));
}
