import { randomUUID } from 'node:crypto';
import { pixelsInWords } from '../../static/file-types.ts';
import { isImage } from '../chat/attachment.ts';
import type { StoredFile } from '../chat/entry.ts';
import { Invalid, NotFound } from '../chat/errors.ts';
import { checkMayPost } from '../chat/post.ts';
import { lockActor } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { requireUser, requireViewer } from '../middleware/current-user.ts';
import { wantsJson } from '../middleware/request.ts';
import { shownAgain } from '../middleware/typed.ts';
import { FORMATS, shownSize } from '../view/attachment.ts';
import { sendContent } from './file-content.ts';
import { field, roomId } from './parameters.ts';

export type KeptFile = Awaited<ReturnType<Context['files']['keep']>>;

/** GET /previews/NAME: for the user who will perhaps send it */
export const file: Handler = async (ctx) => {
  const { id } = requireViewer(ctx);
  const name = ctx.params.name ?? '';
  const found = await ctx.previews.find(id, name);
  if (!found)
    throw new NotFound('This file is not kept here any more. Go back to the room, and choose it again.');
  await sendContent(ctx, { tag: name, type: found.type, title: 'preview' }, () =>
    ctx.previews.read(id, name),
  );
};

/** Shows the form, with the file in place of the field for it if there is one already. */
export async function showForm(
  ctx: Context,
  values: { room: { id: number; name: string }; shown: number },
): Promise<void> {
  const name = ctx.fields?.preview;
  const found = name ? await ctx.previews.find(requireUser(ctx).id, name) : undefined;
  ctx.page('attachments/attach.njk', {
    ...values,
    key: randomUUID(),
    ...(found && { preview: previewView(name!, found) }),
    ...(!ctx.refused && found && { typed: shownAgain(ctx.fields), isFirst: true }),
  });
}

/** What the form shows of a file that is not sent yet. */
function previewView(name: string, { type, size, width, height }: StoredFile) {
  return {
    name,
    address: `/previews/${name}`,
    isImage: isImage(type),
    format: FORMATS[type].name,
    size,
    pixels: width && height ? pixelsInWords({ width, height }) : null,
    shown: width && height ? shownSize(width, height) : null,
  };
}

/**
 * The file of a preview.
 * @param isStored whether its message is stored already, so that the file is no longer among previews
 * @throws Invalid for `file`
 */
export async function receive(ctx: Context, preview: string, isStored: boolean): Promise<KeptFile> {
  const found = await ctx.previews.find(requireUser(ctx).id, preview);
  const sent = found ?? (isStored || (await isStoredNow(ctx)) ? ctx.previews.named(preview) : undefined);
  if (!sent) throw new Invalid({ file: 'This file is not kept here any more. Choose it again.' });
  return sent;
}

/** Waits for the same form that is being stored meanwhile, as after a double click. Returns whether it was. */
function isStoredNow(ctx: Context): Promise<boolean> {
  const user = requireUser(ctx);
  return ctx.em.fork().transactional(async (em) => {
    await lockActor(em, user);
    return checkMayPost(em, user, roomId(ctx), field(ctx, 'key'));
  });
}

/** Whether the form asks to show the file first: because its user wants it, or because it is not as it was sent. */
export const comesFirst = (ctx: Context, note: string | undefined): boolean =>
  canShow(ctx) && (field(ctx, 'look') !== '' || note !== undefined);

/** Whether the form that shows the file first asks for its description, too, because there is none yet. */
export const asksForWords = (
  ctx: Context,
  { description, decorative }: { description: string; decorative: boolean },
): boolean =>
  ctx.upload !== undefined && comesFirst(ctx, undefined) && !decorative && description.trim() === '';

/** Shows a file to its sender, in the form with all that they typed. */
export async function show(ctx: Context, file: KeptFile, form: Handler): Promise<void> {
  await keep(ctx, file);
  await form(ctx);
}

/** Keeps the file for the form that shows the refusal, so that it need not be chosen again; else removes it. */
export async function keepOrRemove(ctx: Context, file: KeptFile, refusal: unknown): Promise<void> {
  const isForFile = !(refusal instanceof Invalid) || 'file' in refusal.problems;
  if (isForFile || !canShow(ctx)) await ctx.files.remove([file.name]);
  else await keep(ctx, file);
}

async function keep(ctx: Context, file: KeptFile): Promise<void> {
  ctx.fields.preview = await ctx.previews.add(requireUser(ctx).id, file);
  ctx.fields.note = file.note ?? '';
}

/** Whether it is our form, which can show the file: what programs send is posted at once. */
const canShow = (ctx: Context): boolean => field(ctx, 'asks') !== '' && !wantsJson(ctx);
