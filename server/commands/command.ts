import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import type { Env } from '../../config/env.ts';
import { findByLogin, type User } from '../chat/user.ts';
import { openForCommand } from '../database/open.ts';

/** Something that whoever runs a Plainchat does by hand, beside a running server or without one. */
export interface Command {
  /** What is given to it, in order: `USERNAME`, or `[off]` where it may be left out. */
  takes: string[];
  /** What it does, in a few words. */
  what: string;
  run(desk: Desk, ...given: string[]): Promise<void>;
}

/** Where a command is run. */
export interface Desk {
  env: Env;
  now: Date;
  /** Tells what was asked for: a line on stdout. */
  say(line: string): void;
  /** Tells how far it is: a line on stderr. */
  note(line: string): void;
}

/** What was asked for cannot be done; the message is a sentence for whoever asked. */
export class Undone extends Error {}

/** Does something with the database, which is there already and of this version. @throws Undone where it is not */
export async function withDatabase<T>({ env }: Desk, work: (em: EntityManager) => Promise<T>): Promise<T> {
  const orm = await openForCommand(env.databaseUrl ?? env.chatDb);
  try {
    return await work(orm.em.fork() as EntityManager);
  } finally {
    await orm.close();
  }
}

/** Finds an account by username or email. @throws Undone where there is none */
export async function accountOf(em: EntityManager, login: string): Promise<User> {
  const user = await findByLogin(em, login);
  if (!user) throw new Undone(`There is no account with the username or email ${login}.`);
  return user;
}
