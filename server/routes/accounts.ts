import { Readable } from 'node:stream';
import { becomeFormer, roomsHeld } from '../chat/former-member.ts';
import { ownData } from '../chat/own-data.ts';
import { register } from '../chat/user.ts';
import type { Handler } from '../context.ts';
import { me } from '../middleware/current-user.ts';
import { seeOther } from '../middleware/pages.ts';
import { field } from './parameters.ts';
import { begin } from './sessions.ts';
import { trial } from './settings.ts';

/** GET /register */
export const form: Handler = (ctx) => ctx.page('accounts/register.njk');

/** POST /register */
export const create: Handler = async (ctx) => {
  const typed = {
    username: field(ctx, 'username'),
    email: field(ctx, 'email'),
    password: field(ctx, 'password'),
  };
  await ctx.limits.draw('account', ctx);
  const user = await register(ctx.em, typed, { now: ctx.now, logN: ctx.env.scryptLogN });
  await begin(ctx, user);
  seeOther(ctx, '/rooms');
};

/** GET /settings/data: all that is kept of the person, as a file */
export const download: Handler = (ctx) => {
  const user = me(ctx);
  ctx.type = 'application/json';
  ctx.attachment(`plainchat-${ctx.now.toISOString().slice(0, 10)}.json`);
  ctx.body = Readable.from(ownData(ctx.em, user, ctx.now));
};

/** GET /settings/delete */
export const askDelete: Handler = async (ctx) => {
  ctx.page('accounts/delete.njk', { held: await roomsHeld(ctx.em, me(ctx)) });
};

/** POST /settings/delete */
export const remove: Handler = async (ctx) => {
  await becomeFormer(ctx.em, me(ctx), field(ctx, 'current'), trial(ctx));
  ctx.session = null;
  seeOther(ctx, '/goodbye');
};

/** GET /goodbye */
export const goodbye: Handler = (ctx) => ctx.page('accounts/goodbye.njk');
