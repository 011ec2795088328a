import { checkedStyle, savePreferences } from '../chat/preferences.ts';
import type { Handler } from '../context.ts';
import { flash, seeOther } from '../middleware/reply.ts';
import { keepStyle } from '../middleware/style.ts';
import { field } from './parameters.ts';

/** GET /style: for everybody, before log-in too */
export const show: Handler = (ctx) => ctx.page('welcome/style.njk');

/** POST /style: for this browser, and for the account of who is logged in */
export const choose: Handler = async (ctx) => {
  const { user } = ctx;
  const style = checkedStyle(field(ctx, 'style'));
  if (user) await ctx.em.transactional((em) => savePreferences(em, user, { style }));
  keepStyle(ctx, style);
  flash(ctx, 'Your style is saved.');
  seeOther(ctx, user ? '/rooms' : '/');
};
