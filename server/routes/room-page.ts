import { announcementsFor } from '../chat/announcements.ts';
import { BATCH_SIZE } from '../chat/entry.ts';
import { roomAs } from '../chat/direct.ts';
import { roomFor } from '../chat/membership.ts';
import { absence, presenceOf } from '../chat/presence.ts';
import { readingFor } from '../chat/reading.ts';
import {
  countMentionsAfter,
  countMessagesAfter,
  hasMessagesBetween,
  presentNames,
  type RoomDetails,
  roomDetails,
} from '../chat/room-details.ts';
import { type PinnedMessage, pinnedMessages } from '../chat/pin.ts';
import { checkedReply, nothingToAnswer } from '../chat/reply.ts';
import type { Context, Handler } from '../context.ts';
import { recordOpened } from '../middleware/activity.ts';
import { blockedIds, presentRoom, requireUser, requireViewer } from '../middleware/current-user.ts';
import { readerZone } from '../middleware/render.ts';
import { isUserNavigation } from '../middleware/request.ts';
import { waitingFor } from '../middleware/waiting.ts';
import { allowFrames } from '../middleware/security-headers.ts';
import { quantity } from '../view/index.ts';
import { type LogHeading, logSections } from '../view/log-sections.ts';
import { roomId, seq } from './parameters.ts';
import type { MemberDetails } from './room-access.ts';
import { fitting, logLines, readIn, recordShown } from './shown-log.ts';
import { stretchOf } from './stretch.ts';

/** GET /rooms/ID: the room as its member sees it, or what a stranger may know of it */
export const show: Handler = async (ctx) => {
  const viewer = requireViewer(ctx);
  const id = roomId(ctx);
  const state = ctx.cachedUser && ctx.pageTags.stateOf(ctx.cachedUser, id); // before anything is read
  const room = await detailsOf(ctx, id);
  const { membership } = room;
  const place = await presentRoom(ctx);
  const isIn = membership !== null && place === room.id;
  if (isIn) recordOpened(ctx);
  const hasFrame = membership && !['off', 'stream'].includes(viewer.liveView);
  if (hasFrame) allowFrames(ctx);
  const shown = {
    sections: undefined,
    room,
    hasFrame,
    membership: membership && { role: membership.role },
    draft: membership?.draft,
    isIn,
    isBanned: room.isBanned,
    ...(!isIn && (await absenceFrom(ctx, room, place))),
    ...(isIn && { answered: await answered(ctx, room.id) }),
    ...(membership && { pins: await pinsOf(ctx, room.id) }),
    ...(membership && { present: await presentNames(ctx.reader, room.id, await blockedIds(ctx)) }),
    ...(membership && (await logOf(ctx, { ...room, membership }))),
  };
  const shapeQuery = ctx.refused ? '' : queryOfShapes(ctx);
  const identity = { ...shown, shapeQuery, room: { ...room, membership: undefined }, sections: undefined };
  if (isIn && answersUnchanged(ctx, state, identity)) return;
  ctx.plainPage('rooms/show.njk', { ...shown, shapeQuery }, identity);
};

/** The message that the form of the page answers, if it answers one. @throws Invalid for `reply` if there is none to answer */
async function answered(ctx: Context, room: number) {
  const { typed, problems } = ctx.refused ?? {};
  if (problems?.reply) return undefined;
  const asked = ctx.refused ? typed?.reply : ctx.query.reply;
  const reply = checkedReply(String(asked ?? ''));
  if (reply === undefined) return undefined;
  const [entry] = await ctx.logCache.entries(room, reply, reply);
  if (entry?.record.kind !== 'message') throw nothingToAnswer();
  const { author, body } = entry.record;
  const isFolded = (await blockedIds(ctx)).has(author.id);
  return { seq: reply, author: author.username, body: isFolded ? '' : body };
}

/** The pinned messages; without the text of users whom the reader has blocked. */
async function pinsOf(ctx: Context, room: number): Promise<PinnedMessage[]> {
  const pins = await pinnedMessages(ctx.reader, room);
  if (pins.length === 0) return pins;
  const blocked = await blockedIds(ctx);
  return pins.map((pin) => (blocked.has(pin.authorId) ? { ...pin, body: '' } : pin));
}

/** The parameters that say which part of the log the page shows. */
function queryOfShapes({ query }: Context): string {
  const given = (['before', 'from', 'after', 'day'] as const).flatMap((name): [string, string][] =>
    typeof query[name] === 'string' ? [[name, query[name]]] : [],
  );
  return given.length > 0 ? `?${new URLSearchParams(given).toString()}` : '';
}

/** Names what the page shows, each entry by its digest, and answers with 304 if the client has that page. */
function answersUnchanged(ctx: Context, state: string | undefined, identity: unknown): boolean {
  if (ctx.refused || ctx.session?.flash !== undefined || !isUserNavigation(ctx)) return false;
  const tag = ctx.pageTags.of(ctx.req, state, [identity, ctx.viewer, readerZone(ctx), waitingFor(ctx)]);
  ctx.set('ETag', tag);
  if (ctx.get('If-None-Match') !== tag) return false;
  ctx.status = 304;
  return true;
}

/** Finds the room through the user. @throws NotFound, NotInRoom, as `roomFor` */
async function detailsOf(ctx: Context, id: number): Promise<RoomDetails> {
  const found = await roomDetails(ctx.reader, requireViewer(ctx).id, id);
  if (found?.membership) return found;
  await roomFor(ctx.em, requireUser(ctx), id); // refuses in the right words; else the user is a stranger to an open room
  return found ?? detailsOf(ctx, id);
}

/** Where a user is who is not in the room: `current` is the other room, and `out` says why a member is out. */
async function absenceFrom(ctx: Context, room: RoomDetails, place: number | undefined) {
  const user = requireUser(ctx);
  const presence = place === undefined ? null : await presenceOf(ctx.em, user);
  const out = room.membership && (await absence(ctx.em, user, room, presence)).message;
  return { current: presence && (await roomAs(ctx.em, user, presence.room)), out };
}

/** What the page of a room shows of its log: the latest entries, or a part of its history. */
async function logOf(ctx: Context, room: MemberDetails) {
  const viewer = requireViewer(ctx);
  const stretch = await stretchOf(ctx, room);
  const { after, day, keep = 'last' } = stretch;
  const unfolded = ctx.refused ? undefined : seq('show', ctx.query.show);
  const all = await logLines(ctx, room.id, {
    ...stretch,
    unfolded,
    announcements: room.membership.announcements,
  });
  const lines = fitting(all, keep);
  const { seq: first } = lines[0] ?? { seq: stretch.first };
  const { seq: last } = lines.at(-1) ?? { seq: stretch.last };
  const read = readIn(ctx, room);
  if (isUserNavigation(ctx) && lines.length > 0) await recordShown(ctx, room, first, last);
  const isLatest = last === room.lastSeq;
  const isSent = lines.some(({ seq, isOwn }) => isOwn && after !== undefined && seq > after);
  const heading = await headingOf(ctx, room, { after, read, first, last, isSent });
  const { reading: _, ...announcements } = announcementsFor(
    viewer.announcements,
    room.membership.announcements,
  );
  return {
    digests: lines.map(({ digest }) => digest),
    sections: logSections(lines, { heading, isLatest: isLatest && !day }),
    heading,
    day,
    earlier: first > 1 && !day ? first : undefined,
    later: isLatest || (day && all.length < BATCH_SIZE && lines.length === all.length) ? undefined : last + 1,
    isHistory: !isLatest || day !== undefined,
    last: room.lastSeq,
    gap: isLatest && (await hasMessagesBetween(ctx.reader, room.id, read, first)) ? read + 1 : undefined,
    announcements,
    reading: readingFor(viewer.announcements, room.membership.announcements),
  };
}

/** The heading ahead of what is new or unread; `cut` is the seq of the first such entry, if it is not on the page. */
async function headingOf(
  ctx: Context,
  room: RoomDetails,
  {
    after,
    read,
    first,
    last,
    isSent,
  }: { after?: number | undefined; read: number; first: number; last: number; isSent: boolean },
): Promise<(LogHeading & { cut: number | undefined }) | undefined> {
  const seen = after === undefined ? read : Math.min(after, room.lastSeq);
  const place = { isSent, from: Math.max(seen + 1, first), cut: first > seen + 1 ? seen + 1 : undefined };
  if (after !== undefined) {
    const count = await countMessagesAfter(ctx.reader, room, seen);
    return { id: 'new', words: count ? quantity(count, 'new message') : 'No new messages', ...place };
  }
  const isHere = last === room.lastSeq || (first <= read + 1 && read < last);
  const count = isHere ? await countMessagesAfter(ctx.reader, room, read) : 0;
  if (count === 0) return undefined;
  const mentions = await countMentionsAfter(ctx.reader, requireViewer(ctx).id, room.id, read);
  const mentioning = mentions ? `, ${quantity(mentions, 'mentions you', 'mention you')}` : '';
  return { id: 'unread', words: quantity(count, 'unread message') + mentioning, ...place };
}
