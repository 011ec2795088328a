// For developers: fills a demo world on the first start, prints its log-ins, and serves it.
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { readEnv } from '../../config/env.ts';
import { post } from '../chat/message.ts';
import { enter, leave } from '../chat/presence.ts';
import { createRoom } from '../chat/room.ts';
import { register, User } from '../chat/user.ts';
import { openDatabase } from '../database/open.ts';
import { serve } from '../index.ts';

const PASSWORD = 'plainchat demo';
const CAST = ['ada', 'grace', 'linus'];
const TALK: [string, string][] = [
  ['ada', 'Good morning! Is anybody here?'],
  ['grace', 'Yes. I was reading the history from the beginning.'],
  ['linus', 'Me too. In w3m, as it happens:\nit looks just the same there.'],
  ['ada', 'The rules for what is announced are at https://www.w3.org/TR/wai-aria-1.2/#log.'],
  ['grace', 'مرحبا, and שלום, side by side.'],
];

process.env.CHAT_DB ||= 'demo.db';
const { databaseUrl, chatDb } = readEnv();
const orm = await openDatabase(databaseUrl ?? chatDb);
const em = orm.em.fork() as EntityManager;
if ((await em.count(User)) === 0) await fill(em);
await orm.close();
for (const name of CAST) console.log(`Log in as ${name} with the password: ${PASSWORD}`);
await serve();

async function fill(em: EntityManager): Promise<void> {
  const env = readEnv();
  const now = new Date();
  const entering = { now, times: { page: env.awayMs, script: env.leaseMs } };
  const people = new Map<string, User>();
  for (const username of CAST) {
    people.set(
      username,
      await register(
        em,
        { username, email: `${username}@example.org`, password: PASSWORD },
        { now, logN: env.scryptLogN },
      ),
    );
  }
  const room = await em.transactional((em) =>
    createRoom(em, people.get('ada')!, { name: 'lobby', access: 'open' }, now),
  );
  await em.transactional((em) =>
    createRoom(em, people.get('grace')!, { name: 'study', access: 'invite' }, now),
  );
  for (const user of people.values()) await em.transactional((em) => enter(em, user, room.id, entering));
  for (const [index, [username, body]] of TALK.entries()) {
    await em.transactional((em) =>
      post(em, people.get(username)!, room.id, { body, key: `demo-message-${index}` }, now),
    );
  }
  for (const user of people.values())
    await em.transactional((em) => leave(em, user, room.id, now, { told: true }));
}
