import type { Readable } from 'node:stream';
import type { FileType } from '../chat/entry.ts';
import { NotFound } from '../chat/errors.ts';
import type { Context } from '../context.ts';
import { FORMATS } from '../view/attachment.ts';

/** Answers with a file. The headers forbid the browser to run anything in it. */
export async function sendContent(
  ctx: Context,
  { tag, type, title }: { tag: string; type: FileType; title: string },
  read: () => Promise<{ size: number; content: Readable } | undefined>,
): Promise<void> {
  ctx.set({
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cache-Control': 'private, no-cache', // the browser may keep it, but has to ask each time whether the user may still see it
    ETag: `"${tag}"`,
  });
  ctx.remove('Pragma');
  ctx.status = 200;
  if (ctx.fresh) return void (ctx.status = 304);
  const found = await read();
  if (!found) throw new NotFound('This file no longer exists. Go back to its message.');
  if (type === 'pdf') ctx.attachment(`${title}.pdf`);
  ctx.type = FORMATS[type].mediaType;
  ctx.length = found.size;
  ctx.body = found.content;
}
