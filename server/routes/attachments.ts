import { NO_FILE } from '../../static/file-types.ts';
import * as attachment from '../chat/attachment.ts';
import { collectProblems } from '../chat/checks.ts';
import type { Attachment } from '../chat/entry.ts';
import { Invalid, NotFound, Refusal } from '../chat/errors.ts';
import { roomOfMember } from '../chat/membership.ts';
import { checkedBody } from '../chat/message.ts';
import { checkMayPost } from '../chat/post.ts';
import { quotaCheck, requireQuota } from '../chat/quota.ts';
import { lockActor } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { stayIn } from '../middleware/activity.ts';
import { requireUser } from '../middleware/current-user.ts';
import { InvalidForm } from '../middleware/errors.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';
import { wantsJson } from '../middleware/request.ts';
import { sendContent } from './file-content.ts';
import { field, id, roomId } from './parameters.ts';
import { answer, answerPage, store } from './posting.ts';
import * as previews from './previews.ts';

type KeptFile = previews.KeptFile;

/** GET /rooms/ID/attach: the form for an image or a file, for users in the room */
export const form: Handler = async (ctx) => {
  const user = requireUser(ctx);
  const { room, membership } = await roomOfMember(ctx.em, user, roomId(ctx));
  if (!(await stayIn(ctx, room))) return seeOther(ctx, `/rooms/${room.id}?${freshParameter()}`); // that page offers to enter
  const shown = Math.max(membership.readSeq, ctx.readMarkers.unsaved(user.id, room.id));
  await previews.showForm(ctx, { room, shown });
};

/**
 * POST /rooms/ID/attachments: a message with a file, or with the preview of one. Checks that the user may
 * post before it reads the file.
 */
export const post: Handler = async (ctx) => {
  const user = requireUser(ctx);
  const room = roomId(ctx);
  await ctx.rateLimiter.consume('post', ctx);
  await ctx.rateLimiter.consume('upload', ctx);
  const isStored = await checkMayPost(ctx.em, user, room, field(ctx, 'key'));
  const checkQuota = await quotaCheck(ctx.em, user, ctx.env.filesMb);
  const preview = ctx.upload ? '' : field(ctx, 'preview');
  const [received] = await Promise.allSettled([
    preview ? previews.receive(ctx, preview, isStored) : receive(ctx),
  ]);
  try {
    const { note, ...sent } = checkedAttachment(ctx, received, checkQuota);
    if (!preview && previews.comesFirst(ctx, note)) return await previews.show(ctx, { ...sent, note }, form);
    const now = ctx.clock(); // after a slow upload `ctx.now` is outdated, and entries have to be in the order of time
    const stored = await ctx.em.transactional(async (em) => {
      await lockActor(em, user);
      const post = () => store(ctx, em, user, room, sent, now);
      const message = preview ? await ctx.previews.send(user.id, preview, post) : await post();
      if (!message.repeated) await requireQuota(em, user, sent.size, ctx.env.filesMb);
      return message;
    });
    ctx.leases.record(user.id, { inRoom: true });
    if (stored.repeated && !preview) await ctx.files.remove([sent.name]);
    if (wantsJson(ctx)) return await answer(ctx, stored);
    if (note) flash(ctx, note);
    await answerPage(ctx, stored, { description: sent.description, form });
  } catch (error) {
    // After any other error the message may be stored nevertheless. If it is not, housekeeping removes the file.
    const isUnused = error instanceof Refusal && !(error instanceof InvalidForm && error.status === 200);
    if (!preview && received.status === 'fulfilled' && isUnused)
      await previews.keepOrRemove(ctx, received.value, error);
    throw error;
  }
};

/** Checks all fields of the form, and the file. @throws Invalid with all problems */
function checkedAttachment(
  ctx: Context,
  received: PromiseSettledResult<KeptFile>,
  checkQuota: (bytes: number) => void,
): KeptFile & { description: string } {
  const file = received.status === 'fulfilled' ? received.value : undefined;
  const typed = { description: field(ctx, 'description'), decorative: field(ctx, 'decorative') !== '' };
  const checked = collectProblems({
    description: () =>
      previews.asksForWords(ctx, typed) ? '' : attachment.descriptionFor(file?.type, typed),
    body: () => checkedBody(field(ctx, 'body'), { mayBeEmpty: true }),
    file: () => {
      if (received.status === 'rejected') throw received.reason;
      checkQuota(received.value.size);
      return received.value;
    },
  });
  return { ...checked.file, description: checked.description };
}

/** GET /rooms/ID/files/NAME: for members */
export const file: Handler = async (ctx) =>
  sendFile(
    ctx,
    await attachment.attachmentNamed(ctx.em, requireUser(ctx), roomId(ctx), ctx.params.name ?? ''),
  );

/** Answers with the file of a message. */
export function sendFile(ctx: Context, { name, type, entry }: Attachment): Promise<void> {
  return sendContent(ctx, { tag: name, type, title: `message-${entry.seq}` }, () => ctx.files.read(name));
}

/** GET /rooms/ID/messages/SEQ/description: the form in which the author changes a description */
export const describeForm: Handler = async (ctx) => {
  const user = requireUser(ctx);
  const { entry } = await attachment.ownAttachment(ctx.em, user, roomId(ctx), seqOf(ctx));
  await stayIn(ctx, entry.room);
  ctx.page('attachments/describe.njk', { line: ctx.view.entryView(entry) });
};

/** POST /rooms/ID/messages/SEQ/description */
export const describe: Handler = async (ctx) => {
  const user = requireUser(ctx);
  const room = roomId(ctx);
  const seq = seqOf(ctx);
  await ctx.em.transactional((em) =>
    attachment.describe(em, user, room, seq, field(ctx, 'description'), ctx.now),
  );
  flash(ctx, 'The description was changed.');
  seeOther(ctx, `/rooms/${room}?from=${seq}&${freshParameter()}#m-${seq}`);
};

async function receive(ctx: Context): Promise<KeptFile> {
  if (!ctx.upload) throw new Invalid({ file: NO_FILE });
  return ctx.files.keep(ctx.upload, `user ${requireUser(ctx).id}`);
}

function seqOf(ctx: Context): number {
  const seq = id(ctx.params.seq);
  if (seq === undefined) throw new NotFound();
  return seq;
}
