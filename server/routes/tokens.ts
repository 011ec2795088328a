import { endToken, makeToken, tokensOf } from '../chat/token.ts';
import type { Context, Handler } from '../context.ts';
import { requireUser, requireViewer } from '../middleware/current-user.ts';
import { originOf } from '../middleware/origin.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';
import { field, id } from './parameters.ts';

/** Rooms that the form offers. */
const MOST_ROOMS = 200;
/** Takes a new token to the next page, and nowhere else: neither a log nor the database has it. */
const COOKIE = { httpOnly: true, sameSite: 'strict', signed: true, path: '/settings/tokens' } as const;
const SHOWN_MS = 60_000;

const ROOMS = `
  select r.id, r.name from membership m join room r on r.id = m.room_id
  where m.user_id = ? order by r.name_key, r.id limit ${MOST_ROOMS}`;

/** GET /settings/tokens: a new token is shown once */
export const show: Handler = async (ctx) => {
  const user = requireViewer(ctx);
  const made = ctx.refused ? undefined : ctx.cookies.get('made', COOKIE);
  if (made) ctx.cookies.set('made', null, { ...COOKIE, secure: isSecure(ctx) });
  ctx.page('settings/tokens.njk', {
    made,
    origin: originOf(ctx),
    tokens: await tokensOf(ctx.reader, user.id, ctx.now),
    rooms: await ctx.reader.rows<{ id: number; name: string }>(ROOMS, user.id),
  });
};

/** POST /settings/tokens */
export const make: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.rateLimiter.consume('manage', ctx);
  const typed = {
    name: field(ctx, 'name'),
    room: field(ctx, 'room'),
    write: field(ctx, 'write'),
    days: field(ctx, 'days'),
  };
  const token = await ctx.em.transactional((em) => makeToken(em, user, typed, ctx.now));
  ctx.cookies.set('made', token, { ...COOKIE, maxAge: SHOWN_MS, secure: isSecure(ctx) });
  seeOther(ctx, `/settings/tokens?${freshParameter()}`);
};

/** POST /settings/tokens/NUMBER/end */
export const end: Handler = async (ctx) => {
  await endToken(ctx.em, requireUser(ctx), id(ctx.params.number) ?? 0);
  flash(ctx, 'The token has ended.');
  seeOther(ctx, `/settings/tokens?${freshParameter()}`);
};

const isSecure = (ctx: Context): boolean => ctx.env.publicUrl?.protocol === 'https:';
