import { makeReport, reportableMessage } from '../chat/report.ts';
import { reportableMessagesBefore } from '../chat/shown-reports.ts';
import type { Context, Handler } from '../context.ts';
import { stayIn } from '../middleware/activity.ts';
import { requireUser, requireViewer } from '../middleware/current-user.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';
import { field, id, roomId, seq } from './parameters.ts';
import { memberRoom } from './room-access.ts';

/** GET /rooms/ID/report: the messages, each with a link to report it */
export const choose: Handler = async (ctx) => {
  const { id: user } = requireViewer(ctx);
  const room = await memberRoom(ctx);
  await stayIn(ctx, room);
  const { entries, earlier } = await reportableMessagesBefore(
    ctx.reader,
    user,
    room,
    seq('before', ctx.query.before) ?? room.lastSeq + 1,
  );
  ctx.page('reports/choose.njk', { room, earlier, lines: entries.map((entry) => ctx.view.entryView(entry)) });
};

/** GET /rooms/ID/messages/SEQ/report */
export const form: Handler = async (ctx) => {
  const entry = await entryOf(ctx);
  await stayIn(ctx, entry.room);
  ctx.page('reports/form.njk', { room: entry.room, line: ctx.view.entryView(entry) });
};

/** POST /rooms/ID/messages/SEQ/report */
export const make: Handler = async (ctx) => {
  const user = requireUser(ctx);
  const entry = await entryOf(ctx);
  await ctx.rateLimiter.consume('report', ctx);
  await ctx.em.transactional((em) => makeReport(em, user, entry, field(ctx, 'reason'), ctx.now));
  flash(ctx, 'Your report is sent. An operator will look at it.');
  seeOther(ctx, `/rooms/${entry.room.id}?${freshParameter()}`);
};

const entryOf = (ctx: Context) =>
  reportableMessage(ctx.em, requireUser(ctx), roomId(ctx), id(ctx.params.seq) ?? 0);
