import { DeadlockException, type TransactionOptions } from '@mikro-orm/sql';
import { EntityManager } from '@mikro-orm/postgresql';

/** So often a transaction is tried that another one was in the way of. */
const TRIES = 4;

/**
 * Does a transaction again that PostgreSQL has given up, because two waited for each other. Our own
 * locks are taken in one order, but those of foreign keys come as rows do. Nothing of it was stored,
 * and all that is decided in one is read in it, so it can be done again as it was.
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
