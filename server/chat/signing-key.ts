import { defineEntity, type EntityManager, p } from '@mikro-orm/core';

export const SigningKeySchema = defineEntity({
  name: 'SigningKey',
  tableName: 'signing_key',
  properties: {
    value: p.string().primary(),
    createdAt: p.datetime(3),
  },
});

/** Signs cookies, for processes on several machines that share a database but no folder. */
export class SigningKey extends SigningKeySchema.class {}
SigningKeySchema.setClass(SigningKey);

/** The keys in the database, newest first. Stores `newKey` if there is none. */
export async function signingKeys(em: EntityManager, newKey: string, now: Date): Promise<string[]> {
  const keys = await keysOf(em);
  if (keys.length > 0) return keys;
  await em.insert(SigningKey, { value: newKey, createdAt: now }); // two processes that start first at once read both keys
  return keysOf(em);
}

async function keysOf(em: EntityManager): Promise<string[]> {
  const keys = await em.find(SigningKey, {}, { orderBy: { createdAt: 'desc', value: 'asc' } });
  return keys.map(({ value }) => value);
}
