import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import type { EntryRecord } from '../chat/entry.ts';
import { latestMessageBefore } from '../chat/history.ts';
import { roomFor } from '../chat/membership.ts';
import { isSameMessage, type NewMessage } from '../chat/message.ts';
import { postMessage } from '../chat/post.ts';
import { absence, presenceOf } from '../chat/presence.ts';
import { checkedReply } from '../chat/reply.ts';
import type { User } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { requireUser } from '../middleware/current-user.ts';
import { InvalidForm, keptDraft } from '../middleware/errors.ts';
import { seeOther } from '../middleware/reply.ts';
import { wantsJson } from '../middleware/request.ts';
import { entriesAfter, sendJson } from './entries.ts';
import { memberRoom } from './room-access.ts';
import { field, roomId, seq } from './parameters.ts';
import { show } from './room-page.ts';
import { recordShown } from './shown-log.ts';

/** A message that is stored. */
export interface StoredMessage {
  entry: EntryRecord;
  /** Whether it was stored before, under the same key. */
  repeated: boolean;
  /** The seq of the last entry that the client has seen. */
  after: number | undefined;
}

/** Stores the message of a request in the transaction of `em`. @throws Refusal, as `postMessage` */
export async function store(
  ctx: Context,
  em: EntityManager,
  user: User,
  room: number,
  attachment?: NewMessage['attachment'],
  now = ctx.now,
): Promise<StoredMessage> {
  const reply = checkedReply(field(ctx, 'reply'));
  const typed = {
    body: field(ctx, 'body'),
    key: field(ctx, 'key'),
    reply,
    ...(attachment && { attachment }),
  };
  const posted = await postMessage(em, user, room, typed, now);
  return { ...posted, after: seq('after', ctx.fields.after || undefined) };
}

/** Answers a script or a form whose message is stored. @throws InvalidForm, as `answerPage` */
export function answer(ctx: Context, message: StoredMessage): Promise<void> {
  if (!message.repeated) ctx.metrics?.countMessage();
  return wantsJson(ctx) ? answerScript(ctx, message) : answerPage(ctx, message);
}

/** Answers a script with the new entries of the room, its own message included. */
async function answerScript(ctx: Context, { entry, repeated, after }: StoredMessage): Promise<void> {
  const room = await memberRoom(ctx, entry.room.id);
  const from = Math.min(after ?? 0, repeated ? room.lastSeq : entry.seq - 1);
  const answer = await entriesAfter(ctx, room, from);
  if (after !== undefined && !ctx.token) await recordShown(ctx, room, from + 1, answer.after);
  ctx.status = repeated ? 200 : 201;
  sendJson(ctx, `{"seq":${entry.seq},${answer.json.slice(1)}`);
}

/**
 * Answers a form with the page that begins with its message.
 * @throws InvalidForm with the status 200 if the key was used for another text: a user who goes back to
 * a form and changes the text must not lose it
 */
export async function answerPage(
  ctx: Context,
  { entry, repeated, after }: StoredMessage,
  { description, form }: { description?: string; form: Handler } = { form: show },
): Promise<void> {
  if (repeated && !isSameMessage(entry, field(ctx, 'body'), description))
    throw new InvalidForm(
      {
        body: 'You have already sent another message with this form, so this text was not sent. Press Send to send it now.',
      },
      { form, status: 200 },
    );
  // Each message leads to another address: links and ELinks show a visited page from their cache.
  const latest = after === undefined ? undefined : await latestMessageBefore(ctx.reader, entry, after);
  const seen = latest ?? Math.min(after ?? entry.seq - 1, entry.seq - 1);
  seeOther(ctx, `/rooms/${entry.room.id}?after=${seen}#new`);
}

/** The page for a message whose author is not in the room. It keeps the text, and offers to enter and send. */
export const outsideRoom: Handler = async (ctx) => {
  const user = requireUser(ctx);
  const { room } = await roomFor(ctx.em, user, roomId(ctx));
  const presence = await presenceOf(ctx.em, user);
  if (presence?.room.id === room.id) return show(ctx);
  const { message, pageValues } = await absence(ctx.em, user, room, presence);
  ctx.page('errors/ended.njk', { message, ...keptDraft(ctx), ...pageValues });
};
