import type { SqlEntityManager as EntityManager } from '@mikro-orm/sqlite';
import proxyAddress from 'proxy-addr';
import type { Middleware, Services } from '../context.ts';
import type { Signals } from '../live/signals.ts';
import { networkOf } from '../network.ts';

/** Gives each request its own unit of work, its time, and what the app shares; answers once polls know what it has changed. */
export function unitOfWork(em: () => EntityManager, services: Services, signals: Signals): Middleware {
  return async (ctx, next) => {
    Object.assign(ctx, services);
    ctx.em = em();
    ctx.now = services.clock();
    const address: string | undefined = proxyAddress(ctx.req, (_, hop) => hop < services.env.trustProxy); // none, where they have hung up
    ctx.address = networkOf(address ?? '');
    await next();
    await signals.settled();
  };
}
