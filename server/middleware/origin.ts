import type { Context } from '../context.ts';

/** How the address of every page begins for users: `https://chat.example`. Not `ctx.origin`, which is the header of that name. */
export const originOf = ({ env, protocol, host }: Pick<Context, 'env' | 'protocol' | 'host'>): string =>
  env.publicUrl?.origin ?? `${protocol}://${host}`;
