import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import type { Env } from '../../config/env.ts';
import { findByLogin, type User } from '../chat/user.ts';
import type { Reader } from '../chat/reader.ts';
import { readerOf } from '../database/connect-live.ts';
import { openForCommand } from '../database/open.ts';

/** A command for the people who run a Plainchat. It works while a server runs, and without one. */
export interface Command {
  /** Its parameters in order: `USERNAME`, or `[off]` for an optional one. */
  parameters: string[];
  /** What it does, in a few words, for the list of commands. */
  summary: string;
  /** @throws CommandError, or another Error whose message is a sentence */
  run(terminal: Console, ...given: string[]): Promise<void>;
}

/** What a command gets from the terminal that runs it. */
export interface Console {
  env: Env;
  now: Date;
  /** Writes a line of the result to stdout. */
  print(line: string): void;
  /** Writes a line about the work to stderr. */
  progress(line: string): void;
  /** Says what is being done: shown with the seconds if the command takes long. */
  doing(what: string): void;
  /** Resolves when the reader of the result has taken it. */
  taken(): Promise<void>;
}

/** The command cannot do its work. The message is a sentence for its user. */
export class CommandError extends Error {}

/** Calls `work` with the database, and a reader of plain rows. @throws Error if there is none, or if it is of another version */
export async function withDatabase<T>(
  { env }: Console,
  work: (em: EntityManager, reader: Reader) => Promise<T>,
): Promise<T> {
  const orm = await openForCommand(env.databaseUrl ?? env.chatDb, env);
  try {
    return await work(orm.em.fork(), await readerOf(orm));
  } finally {
    await orm.close();
  }
}

/** Finds an account by username or email. @throws CommandError if there is none */
export async function findAccount(em: EntityManager, login: string): Promise<User> {
  const user = await findByLogin(em, login);
  if (!user) throw new CommandError(`There is no account with the username or email ${login}.`);
  return user;
}
