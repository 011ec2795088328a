import { countMessagesAfter, entriesAfter, entriesFrom, PAGE_SIZE } from '../chat/entry.ts';
import { Anonymous } from '../chat/errors.ts';
import { roomOfMember } from '../chat/membership.ts';
import { RELOADS } from '../chat/preferences.ts';
import { presenceOf } from '../chat/presence.ts';
import type { Room } from '../chat/room.ts';
import { findSession } from '../chat/session.ts';
import type { Context, Handler } from '../context.ts';
import { me } from '../middleware/current-user.ts';
import { framed } from '../middleware/headers.ts';
import { reaching } from '../middleware/outage.ts';
import { freshMark } from '../middleware/pages.ts';
import { isOpening } from '../middleware/signs-of-life.ts';
import { linesFor } from './log-page.ts';
import { roomId, seq } from './parameters.ts';

/** So many entries of what was said before stand in a view of its own. */
const BEFORE = 20;
/** Stands in the page of a stream where the entries go. */
const GAP = '<!-- entries -->\n';

/** GET /rooms/ID/live: the latest, or in a frame what came `after`, in a page that reloads itself where its reader wants it to */
export const show: Handler = async (ctx) => {
  ctx.isFramed = ctx.query.after !== undefined;
  if (ctx.isFramed) framed(ctx);
  const { liveView } = me(ctx);
  const { room, isIn } = await belonging(ctx);
  const after = seq('after', ctx.query.after);
  const begin = after === undefined ? room.lastSeq - BEFORE : Math.max(after, room.lastSeq - PAGE_SIZE);
  const entries = await entriesFrom(ctx.em, room, begin + 1, room.lastSeq);
  if (isOpening(ctx) && entries.length > 0) ctx.reads.shown(me(ctx).id, room.id, room.lastSeq);
  const seconds = Object.hasOwn(RELOADS, liveView) ? RELOADS[liveView as keyof typeof RELOADS] : undefined;
  const address = `/rooms/${room.id}/live?${after === undefined ? '' : `after=${after}&`}${freshMark()}`;
  if (seconds && !ctx.query.stopped) ctx.set('Refresh', `${seconds}; url=${address}`);
  ctx.type = 'html';
  ctx.body = ctx.render('live/show.njk', {
    room,
    isIn,
    address,
    seconds,
    isFramed: ctx.isFramed,
    isStopped: ctx.query.stopped !== undefined,
    count: after === undefined ? undefined : await countMessagesAfter(ctx.em, room, after),
    lines: await linesFor(ctx, entries),
  });
};

/** GET /rooms/ID/stream: the latest, in a page that stays open while what is new is added to it */
export const stream: Handler = async (ctx) => {
  const user = me(ctx);
  const { room, isIn } = await belonging(ctx);
  ctx.type = 'html';
  ctx.set({ 'Cache-Control': 'no-store, no-transform', 'X-Accel-Buffering': 'no' });
  if (ctx.method === 'HEAD') return void (ctx.body = '');
  const page = (why?: string) =>
    ctx.render('live/stream.njk', { room, isIn, why, check: freshMark() }).split(GAP);
  ctx.body = ctx.streams.open(user.id, {
    begin: page()[0]!,
    more: newIn(ctx, room),
    end: (why) => page(why)[1]!,
    clock: ctx.clock,
  });
};

/** Returns what gives the entries of a room that it has not given yet, the latest of those before at first. */
function newIn(ctx: Context, { id, lastSeq }: Room): () => Promise<string> {
  const user = me(ctx);
  let after = Math.max(lastSeq - BEFORE, 0);
  let previous: string | undefined;
  return () =>
    reaching(ctx, async () => {
      // long past the middleware that would tell of an outage
      const em = ctx.em.fork();
      if (!(await findSession(em, ctx.session?.externalKey ?? '', ctx.clock()))) throw new Anonymous();
      const { room } = await roomOfMember(em, user, id);
      ctx.leases.heard(user.id, {});
      const entries = await entriesAfter(em, room, after);
      if (entries.length === 0) return '';
      after = entries.at(-1)!.seq;
      ctx.reads.shown(user.id, id, after);
      const html = ctx.render('live/_entries.njk', { lines: await linesFor(ctx, entries), previous });
      previous = entries.at(-1)!.at.toISOString();
      return html;
    });
}

/** The room as its member may read it, and whether they are in it; whoever is gives a sign of life. */
async function belonging(ctx: Context) {
  const user = me(ctx);
  const { room } = await roomOfMember(ctx.em, user, roomId(ctx));
  const isIn = (await presenceOf(ctx.em, user))?.room.id === room.id;
  if (isIn && isOpening(ctx)) ctx.leases.heard(user.id, { lease: 'page', inRoom: true });
  return { room, isIn };
}
