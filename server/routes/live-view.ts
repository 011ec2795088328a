import { memberRoom } from './room-access.ts';
import { BATCH_SIZE } from '../chat/entry.ts';
import { Unauthenticated } from '../chat/errors.ts';
import { PAGE_SIZE } from '../chat/history.ts';
import { RELOADS } from '../chat/preferences.ts';
import { countMessagesAfter, type RoomDetails } from '../chat/room-details.ts';
import { findSession } from '../chat/session.ts';
import type { Context, Handler } from '../context.ts';
import { stayIn } from '../middleware/activity.ts';
import { requireViewer } from '../middleware/current-user.ts';
import { translatingOutages } from '../middleware/database-outage.ts';
import { freshParameter } from '../middleware/reply.ts';
import { isFramed, isUserNavigation } from '../middleware/request.ts';
import { allowFraming } from '../middleware/security-headers.ts';
import { logSections } from '../view/log-sections.ts';
import { seq } from './parameters.ts';
import { fitting, logLines, recordShown } from './shown-log.ts';

/** Entries from before it was opened in a live view that is not in a frame. */
const EARLIER_ENTRIES = 20;
/** Marks where the entries go in the page of a stream. */
const GAP = '<!-- entries -->\n';

/** GET /rooms/ID/live: the latest entries, or in a frame those `after` a seq. The page reloads itself if the user has chosen so. */
export const show: Handler = async (ctx) => {
  if (isFramed(ctx)) allowFraming(ctx);
  const { liveView } = requireViewer(ctx);
  const room = await memberRoom(ctx);
  const after = seq('after', ctx.query.after);
  const begin =
    after === undefined ? room.lastSeq - EARLIER_ENTRIES : Math.max(after, room.lastSeq - PAGE_SIZE);
  const { announcements } = room.membership;
  const range = { first: begin + 1, last: room.lastSeq, announcements };
  const lines = fitting(await logLines(ctx, room.id, range), 'last');
  if (isUserNavigation(ctx) && lines.length > 0) await recordShown(ctx, room, lines[0]!.seq, room.lastSeq);
  const seconds = Object.hasOwn(RELOADS, liveView) ? RELOADS[liveView as keyof typeof RELOADS] : undefined;
  const address = `/rooms/${room.id}/live?${after === undefined ? '' : `after=${after}&`}${freshParameter()}`;
  if (seconds && !ctx.query.stopped) ctx.set('Refresh', `${seconds}; url=${address}`);
  ctx.type = 'html';
  ctx.body = ctx.render('live/show.njk', {
    room,
    isIn: await stayIn(ctx, room),
    address,
    seconds,
    isFramed: isFramed(ctx),
    isStopped: ctx.query.stopped !== undefined,
    count: after === undefined ? undefined : await countMessagesAfter(ctx.reader, room, after),
    sections: logSections(lines),
  });
};

/** GET /rooms/ID/stream: the latest entries, in a page that stays open and receives new ones */
export const stream: Handler = async (ctx) => {
  const { id } = requireViewer(ctx);
  const room = await memberRoom(ctx);
  const isIn = await stayIn(ctx, room);
  ctx.type = 'html';
  ctx.set({ 'Cache-Control': 'no-store, no-transform', 'X-Accel-Buffering': 'no' });
  if (ctx.method === 'HEAD') {
    ctx.body = '';
    return;
  }
  // Firefox speaks each entry of a log that grows so; Chromium says all at once at the next key, in a wrong order.
  const isSpoken = ctx.get('User-Agent').includes('Firefox/');
  const page = (why?: string) =>
    ctx.render('live/stream.njk', { room, isIn, why, isSpoken, check: freshParameter() }).split(GAP);
  ctx.body = ctx.streams.open(id, {
    begin: page()[0]!,
    more: newEntriesOf(ctx, room),
    end: (why) => page(why)[1]!,
    clock: ctx.clock,
  });
};

/** Returns a function that renders the entries since its last call; the first call includes earlier entries. */
function newEntriesOf(ctx: Context, { id, lastSeq }: RoomDetails): () => Promise<string> {
  const user = requireViewer(ctx).id;
  let after = Math.max(lastSeq - EARLIER_ENTRIES, 0);
  let before: string | undefined;
  // The middleware has returned long before these calls, so it translates no outage.
  return () =>
    translatingOutages(ctx, async () => {
      if (!(await isLoggedIn(ctx))) throw new Unauthenticated();
      const room = await memberRoom(ctx, id);
      ctx.leases.record(user, {});
      const last = Math.min(room.lastSeq, after + BATCH_SIZE);
      const range = { first: after + 1, last, announcements: room.membership.announcements };
      const lines = fitting(await logLines(ctx, id, range), 'first');
      if (lines.length === 0) return '';
      await recordShown(ctx, room, after + 1, lines.at(-1)!.seq);
      after = lines.at(-1)!.seq;
      const html = ctx.render('live/_more.njk', { sections: logSections(lines, { before }), before });
      before = lines.at(-1)!.day.key;
      return html;
    });
}

/** Whether the session of the request has not ended since. */
async function isLoggedIn(ctx: Context): Promise<boolean> {
  if (await ctx.sessions.find(ctx.req, ctx.res)) return true;
  return (await findSession(ctx.em.fork(), ctx.session?.externalKey ?? '', ctx.clock())) !== undefined;
}
