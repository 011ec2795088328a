import { roomOfMember } from '../chat/membership.ts';
import { presenceOf } from '../chat/presence.ts';
import { report as makeReport, reportable, reportableBefore } from '../chat/report.ts';
import type { Room } from '../chat/room.ts';
import type { Context, Handler } from '../context.ts';
import { me } from '../middleware/current-user.ts';
import { flash, freshMark, seeOther } from '../middleware/pages.ts';
import { isOpening } from '../middleware/signs-of-life.ts';
import { field, id, roomId, seq } from './parameters.ts';

/** GET /rooms/ID/report: the messages, each with a way to report it */
export const choose: Handler = async (ctx) => {
  const user = me(ctx);
  const { room } = await roomOfMember(ctx.em, user, roomId(ctx));
  await stay(ctx, room);
  const { entries, earlier } = await reportableBefore(
    ctx.em,
    user,
    room,
    seq('before', ctx.query.before) ?? room.lastSeq + 1,
  );
  ctx.page('reports/choose.njk', { room, earlier, lines: entries.map((entry) => ctx.view.line(entry)) });
};

/** GET /rooms/ID/messages/SEQ/report */
export const form: Handler = async (ctx) => {
  const entry = await entryOf(ctx);
  await stay(ctx, entry.room as Room);
  ctx.page('reports/form.njk', { room: entry.room, line: ctx.view.line(entry) });
};

/** POST /rooms/ID/messages/SEQ/report */
export const make: Handler = async (ctx) => {
  const user = me(ctx);
  const entry = await entryOf(ctx);
  await ctx.limits.draw('report', ctx);
  await makeReport(ctx.em, user, entry, field(ctx, 'reason'), ctx.now);
  flash(ctx, 'Your report is sent. An operator will look at it.');
  seeOther(ctx, `/rooms/${entry.room.id}?${freshMark()}`);
};

const entryOf = (ctx: Context) => reportable(ctx.em, me(ctx), roomId(ctx), id(ctx.params.seq) ?? 0);

/** Being here is being in the room still, for whoever is in it: its page has closed, with script, to come here. */
async function stay(ctx: Context, room: Room): Promise<void> {
  const user = me(ctx);
  if (isOpening(ctx) && (await presenceOf(ctx.em, user))?.room.id === room.id)
    ctx.leases.heard(user.id, { lease: 'page', inRoom: true });
}
