import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { signingKeys } from './chat/signing-key.ts';

/** Returns the keys that sign cookies: those given, else those in the file beside the database, which the first start creates. */
export function sessionKeys(given: string[] | undefined, chatDb: string): string[] {
  if (given?.length) return given;
  if (chatDb === ':memory:') return [randomKey()];
  if (keptKeys(chatDb).length === 0) appendFileSync(fileOf(chatDb), `${randomKey()}\n`, { mode: 0o600 }); // appends, so that two processes that start at the same time get both keys
  return keptKeys(chatDb);
}

/** Returns the keys in the file beside the database, newest first; none if there is no file. */
export function keptKeys(chatDb: string): string[] {
  return existsSync(fileOf(chatDb)) ? readFileSync(fileOf(chatDb), 'utf8').split('\n').filter(Boolean) : [];
}

/** As `sessionKeys`, but keeps the keys in the database, for processes on several machines that share no folder. */
export async function sharedKeys(
  given: string[] | undefined,
  em: EntityManager,
  now: Date,
): Promise<string[]> {
  return given?.length ? given : signingKeys(em, randomKey(), now);
}

const randomKey = (): string => randomBytes(32).toString('base64url');
const fileOf = (chatDb: string): string => `${chatDb}.keys`;
