import type { IncomingMessage } from 'node:http';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
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
    ctx.address = addressOf(ctx.req, services.env.trustProxy);
    await next();
    await signals.settled();
  };
}

/** Where a request comes from, as far as so many proxies in front are believed, and as a limit counts it. */
export function addressOf(request: IncomingMessage, trustProxy: number): string {
  const address: string | undefined = proxyAddress(request, (_, hop) => hop < trustProxy); // none, where they have hung up
  return networkOf(address ?? '');
}
