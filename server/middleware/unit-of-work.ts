import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import type Koa from 'koa';
import type { User } from '../chat/user.ts';
import type { Context, Middleware, Services } from '../context.ts';
import { earlyOf } from '../live/listener.ts';
import type { Versions } from '../live/versions.ts';
import { addressOf } from './client-address.ts';
import { entityOf } from './current-user.ts';

const EM = Symbol('em');
const USER = Symbol('user');
type Kept = Context & { [EM]?: EntityManager; [USER]?: User | undefined };

/** Gives every request the services; and a unit of work and the user's entity, which are made when they are first used. */
export function extendContext(app: Koa<object, Context>, em: () => EntityManager, services: Services): void {
  Object.assign(app.context, services);
  Object.defineProperties(app.context, {
    em: {
      get(this: Kept) {
        return (this[EM] ??= em());
      },
    },
    user: {
      get(this: Kept) {
        return (this[USER] ??= entityOf(this));
      },
      set(this: Kept, user: User | undefined) {
        this[USER] = user;
      },
    },
  });
}

/**
 * Waits until this process knows of all that any process has committed before the request, so that no page
 * is made of what is remembered from before. SQLite tells it at once; PostgreSQL takes one round trip, which
 * requests at the same time share.
 */
export function knowsCommits(versions: Versions): Middleware {
  return async (_, next) => {
    await versions.settled();
    await next();
  };
}

/** Sets the time and the address of a request. It answers once polls see what the request has changed. */
export function unitOfWork({ clock, env }: Services, versions: Versions): Middleware {
  return async (ctx, next) => {
    ctx.now = clock();
    ctx.early = earlyOf(ctx.req);
    ctx.address = addressOf(ctx.req, env.trustProxy);
    await next();
    await versions.settled();
  };
}
