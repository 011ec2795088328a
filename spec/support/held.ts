import type { MikroORM } from '@mikro-orm/sql';

/** A request that is held before one of its transactions. */
export interface Held {
  /** Resolves once the request has done all before that transaction. */
  reached: Promise<'held'>;
  /** Lets it go on, and holds nothing from now on. */
  release(): void;
}

/**
 * Holds the app before the transaction with this number, counted from now on: what a request has read and
 * verified by then is outdated once the spec has changed it. Nothing depends on the moment.
 */
export function holdTransaction(orm: MikroORM, number: number): Held {
  const { promise: reached, resolve: reach } = Promise.withResolvers<'held'>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { em } = orm;
  const fork = em.fork.bind(em);
  let begun = 0;
  em.fork = (options) => {
    const own = fork(options);
    const transactional = own.transactional.bind(own);
    own.transactional = async (work, settings) => {
      begun += 1;
      if (begun === number) {
        reach('held');
        await released;
      }
      return transactional(work, settings);
    };
    return own;
  };
  return {
    reached,
    release: () => {
      em.fork = fork;
      release();
    },
  };
}
