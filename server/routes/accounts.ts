import { register } from '../chat/user.ts';
import type { Handler } from '../context.ts';
import { field, seeOther } from './parameters.ts';
import { begin } from './sessions.ts';

/** GET /register */
export const form: Handler = (ctx) => ctx.page('accounts/register.njk');

/** POST /register */
export const create: Handler = async (ctx) => {
  const typed = { username: field(ctx, 'username'), email: field(ctx, 'email'), password: field(ctx, 'password') };
  await ctx.limits.draw('account', ctx);
  const user = await register(ctx.em, typed, { now: ctx.now, logN: ctx.env.scryptLogN });
  await begin(ctx, user);
  seeOther(ctx, '/rooms');
};
