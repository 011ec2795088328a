import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { entriesAfter, Entry, latestMessage } from '../chat/entry.ts';
import { roomFor } from '../chat/membership.ts';
import * as message from '../chat/message.ts';
import { presenceOf, whyOut } from '../chat/presence.ts';
import type { Room } from '../chat/room.ts';
import type { User } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { isCounted } from '../live/posts.ts';
import { me } from '../middleware/current-user.ts';
import { keptFrom, wantsJson } from '../middleware/errors.ts';
import { seeOther } from '../middleware/pages.ts';
import { delta } from './entries.ts';
import { field, roomId, seq } from './parameters.ts';
import { show } from './rooms.ts';

/** POST /rooms/ID/messages */
export const post: Handler = async (ctx) => {
  const user = me(ctx);
  const id = roomId(ctx);
  if (!isCounted(ctx.req)) await ctx.limits.draw('post', ctx);
  const posted =
    (await gather(ctx, user, id)) ?? (await ctx.em.transactional((em) => store(ctx, em, user, id)));
  ctx.leases.heard(user.id, { inRoom: true });
  await answer(ctx, posted);
};

/** A message that was stored, and what the page showed last before it. */
export type Stored = message.Posted & { after: number | undefined };

/** Stores the message with all others that are just being sent; undefined where nothing was stored, because something is in doubt. */
async function gather(ctx: Context, user: User, room: number): Promise<Stored | undefined> {
  const after = ctx.fields.after || undefined;
  if (after && !/^\d+$/.test(after)) return undefined;
  const stored = await ctx.writer.post({
    user: user.id,
    room,
    body: field(ctx, 'body'),
    key: field(ctx, 'key'),
    now: ctx.now,
  });
  if (!stored) return undefined;
  const entry = await ctx.em.findOneOrFail(Entry, { room, seq: stored.seq }, { populate: ['room'] });
  return { entry, repeated: false, after: seq('after', after) };
}

/** Stores the message that was sent, or nothing where any of its fields is wrong. */
export async function store(
  ctx: Context,
  em: EntityManager,
  user: User,
  room: number,
  attachment?: message.Draft['attachment'],
): Promise<Stored> {
  const posted = await message.post(
    em,
    user,
    room,
    { body: field(ctx, 'body'), key: field(ctx, 'key'), ...(attachment && { attachment }) },
    ctx.now,
  );
  return { ...posted, after: seq('after', ctx.fields.after || undefined) };
}

/**
 * Answers for a message that is in the log: to a script what is new, to a form the page that begins with it,
 * or the `form` again where its key had been used for something else.
 */
export async function answer(
  ctx: Context,
  { entry, repeated, after }: Stored,
  { description, form }: { description?: string; form: Handler } = { form: show },
): Promise<void> {
  const room = entry.room as Room;
  if (!repeated) ctx.metrics?.posted();
  if (wantsJson(ctx)) {
    const from = Math.min(after ?? 0, repeated ? room.lastSeq : entry.seq - 1);
    ctx.status = repeated ? 200 : 201;
    const news = await delta(ctx, room, from, await entriesAfter(ctx.em, room, from));
    if (after !== undefined) ctx.reads.shown(entry.author.id, room.id, news.after);
    ctx.body = { ...news, seq: entry.seq };
  } else if (repeated && !message.isSame(entry, field(ctx, 'body'), description)) {
    // The form was sent again with another text, after going back to it: that text must not be lost.
    ctx.refused = {
      problems: {
        body: 'This form had been used for another message, so this text was not sent. Send it now, if you want to.',
      },
      typed: ctx.fields,
    };
    await form(ctx);
  } else {
    const own = after === undefined ? null : await latestMessage(ctx.em, entry, after); // an address for each: see freshMark
    seeOther(
      ctx,
      `/rooms/${room.id}?after=${own?.seq ?? Math.min(after ?? entry.seq - 1, entry.seq - 1)}#new`,
    );
  }
}

/** The page for a message that came from outside the room, where it can be sent on entering. */
export const outside: Handler = async (ctx) => {
  const user = me(ctx);
  const { room } = await roomFor(ctx.em, user, roomId(ctx));
  const presence = await presenceOf(ctx.em, user);
  if (presence?.room.id === room.id) return show(ctx);
  const { message: sentence, about } = await whyOut(ctx.em, user, room, presence);
  ctx.page('errors/ended.njk', { message: sentence, ...keptFrom(ctx), ...about });
};
