import { defineEntity, p, type EntityManager } from '@mikro-orm/core';

export const SigningKeySchema = defineEntity({
  name: 'SigningKey',
  tableName: 'signing_key',
  properties: {
    value: p.string().primary(),
    createdAt: p.datetime(3),
  },
});

/** What cookies are signed with, where processes on several machines share a database and no folder. */
export class SigningKey extends SigningKeySchema.class {}
SigningKeySchema.setClass(SigningKey);

/** The keys in the database, newest first. Where there is none, the fresh one is kept there. */
export async function signingKeys(em: EntityManager, fresh: string, now: Date): Promise<string[]> {
  const keys = await keysOf(em);
  if (keys.length > 0) return keys;
  await em.insert(SigningKey, { value: fresh, createdAt: now }); // of two first starts at once, each has both keys
  return keysOf(em);
}

async function keysOf(em: EntityManager): Promise<string[]> {
  const keys = await em.find(SigningKey, {}, { orderBy: { createdAt: 'desc', value: 'asc' } });
  return keys.map(({ value }) => value);
}
