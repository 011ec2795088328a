import { Readable } from 'node:stream';
import { deleteAccount, roomsWithoutOtherAdmin } from '../chat/account-deletion.ts';
import { register } from '../chat/registration.ts';
import { exportData } from '../chat/data-export.ts';
import type { Handler } from '../context.ts';
import { savePreferences } from '../chat/preferences.ts';
import { requireUser, requireViewer } from '../middleware/current-user.ts';
import { seeOther } from '../middleware/reply.ts';
import { mailConfirmation } from './confirmation.ts';
import { chosenStyle } from '../middleware/style.ts';
import { isolated } from '../text/direction.ts';
import { field } from './parameters.ts';
import { begin, hashingFor, nextOf } from './sessions.ts';
import { attempt } from './settings.ts';

/** GET /register: for who is logged in already, what follows it */
export const form: Handler = (ctx) => {
  if (ctx.viewer && !ctx.refused) return seeOther(ctx, nextOf(ctx) ?? '/rooms');
  ctx.page('accounts/register.njk', { next: nextOf(ctx) });
};

/** POST /register */
export const create: Handler = async (ctx) => {
  const typed = {
    username: field(ctx, 'username'),
    email: field(ctx, 'email'),
    password: field(ctx, 'password'),
  };
  await ctx.rateLimiter.consume('account', ctx);
  // By address: a client can make up any number of usernames.
  const user = await register(ctx.em, typed, { now: ctx.now, ...hashingFor(ctx, `address ${ctx.address}`) });
  await begin(ctx, user, `Welcome, ${isolated(user.username)}. Your account is created.`);
  const style = chosenStyle(ctx);
  if (style) await ctx.em.transactional((em) => savePreferences(em, user, { style }));
  mailConfirmation(ctx, user);
  seeOther(ctx, nextOf(ctx) ?? '/rooms');
};

/** GET /settings/data: all data of the user, as a file */
export const download: Handler = (ctx) => {
  const { id } = requireViewer(ctx);
  ctx.type = 'application/json';
  ctx.attachment(`plainchat-${ctx.now.toISOString().slice(0, 10)}.json`);
  ctx.body = Readable.from(exportData(ctx.reader, id, ctx.now));
};

/** GET /settings/delete */
export const askDelete: Handler = async (ctx) => {
  ctx.page('accounts/delete.njk', {
    held: await roomsWithoutOtherAdmin(ctx.reader, requireViewer(ctx).id),
  });
};

/** POST /settings/delete */
export const remove: Handler = async (ctx) => {
  await deleteAccount(ctx.em, requireUser(ctx), field(ctx, 'current'), attempt(ctx));
  ctx.session = null;
  seeOther(ctx, '/goodbye');
};

/** GET /goodbye */
export const goodbye: Handler = (ctx) => ctx.page('accounts/goodbye.njk');
