import { messageNotFound, pinnedMessages } from '../chat/pin.ts';
import { repliesPage } from '../chat/reply.ts';
import type { Handler } from '../context.ts';
import { stayIn } from '../middleware/activity.ts';
import { blockedIds, requireViewer } from '../middleware/current-user.ts';
import { originOf } from '../middleware/origin.ts';
import { freshParameter } from '../middleware/reply.ts';
import { answeredAddress, quoteIn, shownView } from '../view/entry.ts';
import { id, pageNumber } from './parameters.ts';
import { memberRoom } from './room-access.ts';
import { linesOf } from './shown-log.ts';

/** Entries ahead of a message in the stretch of the log that its page leads to. */
const ENTRIES_AHEAD = 20;

/** GET /rooms/ID/messages/SEQ: one message, with its replies; does not leave the room */
export const show: Handler = async (ctx) => {
  const viewer = requireViewer(ctx);
  const room = await memberRoom(ctx);
  const seq = id(ctx.params.seq) ?? 0;
  const [found] = await ctx.logCache.entries(room.id, seq, Math.min(seq, room.lastSeq));
  if (found?.record.kind !== 'message') throw messageNotFound();
  const { record } = found;
  await stayIn(ctx, room);
  const blocked = await blockedIds(ctx);
  const isFolded = blocked.has(record.author.id) && ctx.query.show === undefined;
  const { rows, ...replies } = await repliesPage(ctx.reader, room.id, seq, pageNumber(ctx, 'page'));
  ctx.page('messages/show.njk', {
    room,
    line: {
      ...shownView(ctx.view.entryView(record)),
      isOwn: record.author.id === viewer.id,
      toYou: record.reply?.author.id === viewer.id,
      reader: viewer.username,
      isFolded,
    },
    address: `${originOf(ctx)}/rooms/${room.id}/messages/${seq}`,
    answers: answeredAddress(record),
    quote: quoteIn(record, blocked),
    replies: {
      ...replies,
      rows: await linesOf(
        ctx,
        room,
        rows.map((row) => row.seq),
      ),
    },
    isAdmin: room.membership.role === 'admin',
    isPinned: (await pinnedMessages(ctx.reader, room.id)).some((pin) => pin.seq === seq),
    from: Math.max(seq - ENTRIES_AHEAD, 1),
    check: freshParameter(),
  });
};
