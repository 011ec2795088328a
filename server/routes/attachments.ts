import { randomUUID } from 'node:crypto';
import { FORMATS } from '../attached.ts';
import * as attachment from '../chat/attachment.ts';
import { Invalid, Missing, Refusal } from '../chat/errors.ts';
import { roomOfMember } from '../chat/membership.ts';
import { checkedBody, checkPlace } from '../chat/message.ts';
import { presenceOf } from '../chat/presence.ts';
import { quotaOf } from '../chat/quota.ts';
import type { Room } from '../chat/room.ts';
import { collect } from '../chat/text.ts';
import type { User } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { me } from '../middleware/current-user.ts';
import { flash, freshMark, seeOther } from '../middleware/pages.ts';
import { isOpening } from '../middleware/signs-of-life.ts';
import { answer, store } from './messages.ts';
import { field, id, roomId } from './parameters.ts';

/** GET /rooms/ID/attach: the form for an image or a file, for whoever is in the room */
export const form: Handler = async (ctx) => {
  const user = me(ctx);
  const { room, membership } = await roomOfMember(ctx.em, user, roomId(ctx));
  if (!(await isHeardIn(ctx, user, room))) return seeOther(ctx, `/rooms/${room.id}?${freshMark()}`); // which offers to enter
  const shown = Math.max(membership.readSeq, ctx.reads.of(user.id, room.id));
  ctx.page('attachments/attach.njk', { room, key: randomUUID(), shown });
};

/** POST /rooms/ID/attachments: a message with a file, of which nothing is kept before it is known whose it is */
export const post: Handler = async (ctx) => {
  const user = me(ctx);
  const room = roomId(ctx);
  await ctx.limits.draw('post', ctx);
  await ctx.limits.draw('upload', ctx);
  await checkPlace(ctx.em, user, room, field(ctx, 'key'));
  const check = await quotaOf(ctx.em, user, ctx.env.filesMb);
  const incoming = await outcome(receive(ctx));
  const { name, type } = incoming.value ?? {};
  try {
    const { file, description } = collect({
      description: () =>
        attachment.descriptionFor(type, {
          description: field(ctx, 'description'),
          decorative: field(ctx, 'decorative') !== '',
        }),
      body: () => checkedBody(field(ctx, 'body'), { mayBeEmpty: true }),
      file: () => {
        const file = incoming.get();
        check(file.size);
        return file;
      },
    });
    ctx.now = ctx.clock(); // it may have come in slowly, and entries follow each other in time
    const posted = await ctx.em.transactional((em) => store(ctx, em, user, room, { ...file, description }));
    ctx.leases.heard(user.id, { inRoom: true });
    if (posted.repeated) await ctx.files.remove([file.name]);
    await answer(ctx, posted, { description, form });
  } catch (error) {
    // After any other failure the message may be stored all the same; where it is not, the file is swept.
    if (name && error instanceof Refusal) await ctx.files.remove([name]);
    throw error;
  }
};

/** GET /rooms/ID/files/NAME: for members */
export const file: Handler = async (ctx) =>
  sendFile(ctx, await attachment.attachmentNamed(ctx.em, me(ctx), roomId(ctx), ctx.params.name ?? ''));

/** Answers with a file, in a form in which nothing can run. */
export async function sendFile(ctx: Context, { name, type, entry }: attachment.Attachment): Promise<void> {
  ctx.set({
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cache-Control': 'private, no-cache', // kept, and asked for each time whether it still may be seen
    ETag: `"${name}"`,
  });
  ctx.remove('Pragma');
  ctx.status = 200;
  if (ctx.fresh) return void (ctx.status = 304);
  const found = await ctx.files.read(name);
  if (!found) throw new Missing('This file is not there any more. Go back to the message that had it.');
  if (type === 'pdf') ctx.attachment(`message-${entry.seq}.pdf`);
  ctx.type = FORMATS[type].mediaType;
  ctx.length = found.size;
  ctx.body = found.content;
}

/** GET /rooms/ID/messages/SEQ/description: the form for its author to better a description */
export const describeForm: Handler = async (ctx) => {
  const user = me(ctx);
  const { entry } = await attachment.ownAttachment(ctx.em, user, roomId(ctx), seqOf(ctx));
  await isHeardIn(ctx, user, entry.room);
  ctx.page('attachments/describe.njk', { line: ctx.view.line(entry) });
};

/** POST /rooms/ID/messages/SEQ/description */
export const describe: Handler = async (ctx) => {
  const user = me(ctx);
  const room = roomId(ctx);
  const seq = seqOf(ctx);
  await ctx.em.transactional((em) =>
    attachment.describe(em, user, room, seq, field(ctx, 'description'), ctx.now),
  );
  flash(ctx, 'The description was changed.');
  seeOther(ctx, `/rooms/${room}?from=${seq}&${freshMark()}#m-${seq}`);
};

/** Whether the person is in the room; and notes that a page of it was opened, as the room's own page does. */
async function isHeardIn(ctx: Context, user: User, room: Pick<Room, 'id'>): Promise<boolean> {
  const isIn = (await presenceOf(ctx.em, user))?.room.id === room.id;
  if (isIn && isOpening(ctx)) ctx.leases.heard(user.id, { lease: 'page', inRoom: true });
  return isIn;
}

async function receive(ctx: Context): Promise<attachment.KeptFile> {
  if (!ctx.upload)
    throw new Invalid({ file: 'Choose an image (JPEG, PNG, GIF or WebP), a PDF or a text to send.' });
  return ctx.files.keep(ctx.upload);
}

/** What comes of some work, for what was refused to be told with what else is wrong: `get` returns the value, or throws. */
async function outcome<T>(work: Promise<T>): Promise<{ value?: T; get: () => T }> {
  try {
    const value = await work;
    return { value, get: () => value };
  } catch (error) {
    return {
      get: () => {
        throw error;
      },
    };
  }
}

function seqOf(ctx: Context): number {
  const seq = id(ctx.params.seq);
  if (seq === undefined) throw new Missing();
  return seq;
}
