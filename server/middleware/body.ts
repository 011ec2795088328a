import getRawBody from 'raw-body';
import type { Context, Middleware } from '../context.ts';
import { bodyRead } from '../live/posts.ts';
import { BadRequest } from './errors.ts';
import { beginForm, drain } from './upload.ts';

const LARGEST_BYTES = 64 * 1024;
/** What JSON may give as a number. */
const NUMBERS: ReadonlySet<string> = new Set(['after', 'leave']);
/** The addresses whose form may have a file in it. */
const WITH_FILE = /^\/rooms\/\d+\/attachments$/;
/** Stands for what is not one text: every rule refuses it. */
const UNUSABLE = '\0';

/** Reads the fields of a form or of a JSON object. A file that comes with them is left to the handler to read. */
export const body: Middleware = async (ctx, next) => {
  ctx.fields = Object.create(null) as Record<string, string>;
  if (ctx.method !== 'POST') return next();
  if (!ctx.is('multipart') || !WITH_FILE.test(ctx.path)) {
    await read(ctx);
    return next();
  }
  try {
    ctx.upload = await beginForm(ctx, (name, value) => put(ctx.fields, name, value));
    await next();
  } finally {
    drain(ctx);
  }
};

async function read(ctx: Context): Promise<void> {
  const text = await readText(ctx);
  const type = ctx.is('urlencoded', 'json');
  if (type === 'urlencoded') fillFromForm(ctx.fields, text);
  else if (type === 'json') fillFromJson(ctx.fields, text);
  else if (text !== '')
    throw new BadRequest(415, 'This can only be sent as a form or as JSON. Use the form of the page.');
}

async function readText(ctx: Context): Promise<string> {
  try {
    const bytes =
      bodyRead(ctx.req) ??
      (await getRawBody(ctx.req, { limit: LARGEST_BYTES, length: ctx.request.length ?? null }));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if ((error as { type?: string }).type !== 'entity.too.large')
      throw new BadRequest(400, 'What was sent did not arrive whole, or is no text in UTF-8. Send it again.');
    ctx.req.resume(); // the rest is read and dropped: who is cut off while sending never sees the answer
    throw new BadRequest(
      413,
      'This is too large: at most 64 KiB can be sent at once. Shorten it, or send it in parts.',
    );
  }
}

function fillFromForm(fields: Record<string, string>, text: string): void {
  for (const pair of text.split('&').filter(Boolean)) {
    for (const [name, value] of new URLSearchParams(pair)) {
      put(fields, name, value.includes('\ufffd') && !isText(pair) ? UNUSABLE : value);
    }
  }
}

function put(fields: Record<string, string>, name: string, value: string): void {
  fields[name] = name in fields ? UNUSABLE : value;
}

/** Whether what is encoded in a form is UTF-8: what is not is replaced in silence, half of a pair among it. */
function isText(encoded: string): boolean {
  try {
    return decodeURIComponent(encoded) !== '';
  } catch {
    return false;
  }
}

function fillFromJson(fields: Record<string, string>, text: string): void {
  for (const [name, value] of Object.entries(parsed(text))) {
    if (typeof value === 'number' && NUMBERS.has(name)) fields[name] = String(value);
    else if (value !== null) fields[name] = typeof value === 'string' ? value : UNUSABLE;
  }
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    /* told below */
  }
  throw new BadRequest(400, 'This is no JSON object.');
}
