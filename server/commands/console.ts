// npm run console: a prompt of JavaScript on the data, for developers and operators. `em` is a unit of work,
// each noun stands under its name, and `user('ada')` and `room('lobby')` find rows.
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { start } from 'node:repl';
import { readEnv } from '../../config/env.ts';
import { Room } from '../chat/room.ts';
import { findByLogin } from '../chat/user.ts';
import { openForCommand } from '../database/open.ts';

const env = readEnv();
const { databaseUrl, chatDb } = env;
const orm = await openForCommand(databaseUrl ?? chatDb, env);
const em = orm.em.fork() as EntityManager;
const nouns = [...orm.getMetadata().getAll().values()].map(({ class: noun }) => noun);

console.log(
  `Data: ${databaseUrl ? 'PostgreSQL' : chatDb}. What you change is changed: call await em.flush().`,
);
console.log(`em, user('ada'), room('lobby'), ${nouns.map(({ name }) => name).join(', ')}`);
const prompt = start('plainchat> ');
Object.assign(prompt.context, Object.fromEntries(nouns.map((noun) => [noun.name, noun])), {
  em,
  user: (login: string) => findByLogin(em, login),
  room: (name: string) => em.findOne(Room, { name }),
});
prompt.on('exit', () => void orm.close());
