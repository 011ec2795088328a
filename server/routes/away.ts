import { awayChoices, stopMails, toldOfRoom } from '../chat/away.ts';
import { clearAwayIn, saveAway, saveAwayIn } from '../chat/away-choices.ts';
import { NotFound } from '../chat/errors.ts';
import { roomOfMember } from '../chat/membership.ts';
import { rowOf } from '../chat/reader.ts';
import type { Context, Handler } from '../context.ts';
import { stayIn } from '../middleware/activity.ts';
import { requireUser, requireViewer } from '../middleware/current-user.ts';
import { readerZone } from '../middleware/render.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';
import { isolated } from '../text/direction.ts';
import { roomId } from './parameters.ts';
import { memberRoom } from './room-access.ts';

/** GET /settings/away: what a user is told while they are away */
export const show: Handler = async (ctx) => {
  const { id } = requireViewer(ctx);
  const choices = await awayChoices(ctx.reader, id);
  ctx.page('settings/away.njk', {
    choices: { ...choices, zone: choices.zone ?? readerZone(ctx) },
    sendsMail: ctx.ways.mail,
    postsToHooks: ctx.ways.hook,
    hasText: ctx.env.mailText,
  });
};

/** POST /settings/away */
export const save: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.rateLimiter.consume('manage', ctx);
  await ctx.em.transactional((em) => saveAway(em, user, ctx.fields, ctx.now));
  flash(ctx, 'Your choice of what you are told is saved.');
  seeOther(ctx, `/settings/away?${freshParameter()}`);
};

/** GET /rooms/ID/away: what they are told of one room; does not leave it */
export const showForRoom: Handler = async (ctx) => {
  const room = await memberRoom(ctx);
  await stayIn(ctx, room);
  const { id } = requireViewer(ctx);
  const own = await toldOfRoom(ctx.reader, id, room.id);
  const { what } = await awayChoices(ctx.reader, id);
  ctx.page('away/room.njk', { room, own, what, chosen: own ?? what });
};

/** POST /rooms/ID/away */
export const saveForRoom: Handler = async (ctx) => {
  const found = await roomOfMember(ctx.em, requireUser(ctx), roomId(ctx));
  await ctx.rateLimiter.consume('manage', ctx);
  await ctx.em.transactional((em) => saveAwayIn(em, found, ctx.fields));
  flash(ctx, `What you are told of ${isolated(found.room.name)} while you are away is saved.`);
  seeOther(ctx, `/rooms/${found.room.id}?${freshParameter()}`);
};

/** POST /rooms/ID/away/clear */
export const clearForRoom: Handler = async (ctx) => {
  const found = await roomOfMember(ctx.em, requireUser(ctx), roomId(ctx));
  await ctx.em.transactional((em) => clearAwayIn(em, found));
  flash(ctx, `You are told of ${isolated(found.room.name)} as of your other rooms now.`);
  seeOther(ctx, `/rooms/${found.room.id}?${freshParameter()}`);
};

const OWNER = 'select user_id as id from away where stop_key = ?';

/** GET /away/stop/KEY: asks. Programs of mail servers open links, too. */
export const askStop: Handler = async (ctx) => {
  if (!(await rowOf(ctx.reader, OWNER, ctx.params.key ?? ''))) throw unknownKey();
  ctx.page('away/stop.njk', { key: ctx.params.key });
};

/** POST /away/stop/KEY: ends the mails, also for a mail program that has no cookie and no token of ours, and follows no redirect (RFC 8058) */
export const stop: Handler = async (ctx) => {
  if (!(await stopMails(ctx.em, ctx.params.key ?? ''))) throw unknownKey();
  if (ctx.fields._csrf === undefined) ctx.page('away/stopped.njk');
  else seeOther(ctx, '/away/stopped');
};

/** GET /away/stopped */
export const stopped: Handler = (ctx: Context) => ctx.page('away/stopped.njk');

const unknownKey = (): NotFound =>
  new NotFound(
    'This link was not copied completely, or its account is gone. Choose what you are told in your settings.',
  );
