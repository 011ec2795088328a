import { EntityManager } from '@mikro-orm/postgresql';
import { DeadlockException, type TransactionOptions } from '@mikro-orm/sql';

const TRIES = 4;

/**
 * Repeats a transaction that PostgreSQL has rolled back because of a deadlock. We take our own locks in one
 * order, but foreign keys lock rows in any order. A repeat is safe: nothing was stored, and a transaction
 * reads all that it decides on.
 */
export class RetryingEntityManager extends EntityManager {
  override async transactional<T>(
    work: (em: this) => T | Promise<T>,
    options?: TransactionOptions,
  ): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await super.transactional(work, options);
      } catch (error) {
        if (!(error instanceof DeadlockException) || this.isInTransaction() || tries === TRIES) throw error;
      }
    }
  }
}
