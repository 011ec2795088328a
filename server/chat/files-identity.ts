import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { randomBytes } from 'node:crypto';
import { lockTable } from './lock.ts';

export const FilesIdentitySchema = defineEntity({
  name: 'FilesIdentity',
  tableName: 'files_identity',
  properties: {
    /** The names of all files of this database begin with the first characters of it. Never changes. */
    value: p.string().primary(),
    /** The same as in the folder. It changes at each sweep, so a copy of the database soon has another one than the folder. */
    stamp: p.string(),
    sweptAt: p.datetime(3).nullable(),
  },
});

/** By what a database and its folder of files know each other: one row. */
export class FilesIdentity extends FilesIdentitySchema.class {}
FilesIdentitySchema.setClass(FilesIdentity);

const TAG_LENGTH = 8;

export const freshStamp = (): string => randomBytes(16).toString('hex');

/** Returns the identity as it is now, and makes it if there is none: of several that do so at once, one makes it. */
export async function filesIdentity(em: EntityManager): Promise<FilesIdentity> {
  return (await identityOf(em)) ?? em.transactional(makeIdentity);
}

async function makeIdentity(em: EntityManager): Promise<FilesIdentity> {
  await lockTable(em, 'files_identity');
  const found = await identityOf(em);
  if (found) return found;
  await em.insert(FilesIdentity, { value: freshStamp(), stamp: freshStamp() });
  return (await identityOf(em))!;
}

async function identityOf(em: EntityManager): Promise<FilesIdentity | undefined> {
  const [first] = await em.find(FilesIdentity, {}, { orderBy: { value: 'asc' }, limit: 1, refresh: true });
  return first;
}

/** What the names of all files of this database begin with: 8 hexadecimal digits. */
export async function filesTag(em: EntityManager): Promise<string> {
  return (await filesIdentity(em)).value.slice(0, TAG_LENGTH);
}

/**
 * Exchanges the stamp for another one. Runs inside a transaction, and holds the row's lock.
 * @returns false if another process did so since `stamp` was read
 */
export async function exchangeStamp(
  em: EntityManager,
  { value, stamp }: FilesIdentity,
  fresh: string,
  now: Date,
): Promise<boolean> {
  return (await em.nativeUpdate(FilesIdentity, { value, stamp }, { stamp: fresh, sweptAt: now })) > 0;
}
