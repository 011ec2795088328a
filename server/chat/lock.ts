import type { EntityManager } from '@mikro-orm/core';
import { type SqlEntityManager, SqlitePlatform } from '@mikro-orm/sql';

/**
 * Locks rows until the transaction ends, in the order of their ids, so that there is no deadlock. Call this
 * before you read anything that decides about them. SQLite needs no lock: a transaction is the only one that
 * writes from its first statement on, so what it reads is still true when it writes.
 */
export async function lock(em: EntityManager, table: 'room' | 'user', ids: number[]): Promise<void> {
  if (ids.length === 0 || em.getPlatform() instanceof SqlitePlatform) return;
  // A foreign key may still be set to the row meanwhile: nobody deletes it, or changes its id.
  await (em as SqlEntityManager).execute(
    `select id from "${table}" where id in (${ids.map(() => '?').join(', ')}) order by id for no key update`,
    ids,
  );
}

/** Locks a table against others that write to it, until the transaction ends. They still read it. */
export async function lockTable(em: EntityManager, table: 'files_identity'): Promise<void> {
  if (em.getPlatform() instanceof SqlitePlatform) return;
  await (em as SqlEntityManager).execute(`lock table "${table}" in share row exclusive mode`);
}
