import { isUtf8 } from 'node:buffer';
import getRawBody from 'raw-body';
import { hookText } from '../text/hook.ts';
import type { Context, Middleware } from '../context.ts';
import { BY_ITS_KEY, keptToken, tokenRefusal } from './csrf.ts';
import { HttpRefusal } from './errors.ts';
import { hookToken } from './request.ts';
import { bytesOf, readableQuery, typedIn, UNUSABLE } from './typed.ts';
import { beginForm } from './upload.ts';

const LARGEST_BYTES = 64 * 1024;
/** The fields that JSON may give as numbers. */
const NUMBERS: ReadonlySet<string> = new Set(['after', 'leave', 'reply']);
/** The addresses of forms that may contain a file. */
const WITH_FILE = /^\/rooms\/\d+\/attachments$/;

/** Reads the query, and the fields of a form or of a JSON object. It leaves a file for the handler to read. */
export const body: Middleware = async (ctx, next) => {
  ctx.fields = Object.create(null) as Record<string, string>;
  if (ctx.querystring) ctx.querystring = readableQuery(ctx.querystring);
  if (ctx.method !== 'POST') return next();
  if (!ctx.is('multipart') || !WITH_FILE.test(ctx.path)) {
    await readFields(ctx);
    return next();
  }
  // Nobody who is not logged in may send a file. One who has no token either is refused before the form is read.
  if (!ctx.viewer && keptToken(ctx) === undefined) throw tokenRefusal(ctx);
  ctx.upload = await beginForm(ctx, (name, value) =>
    putField(ctx.fields, name, typedIn(Buffer.from(value, 'latin1'))),
  );
  await next();
};

async function readFields(ctx: Context): Promise<void> {
  const bytes = await readBytes(ctx);
  const type = ctx.is('urlencoded', 'json');
  if (hookToken(ctx) !== undefined) ctx.fields.body = hookBody(bytes, type);
  else if (type === 'urlencoded') fillFromForm(ctx.fields, bytes.toString('latin1'));
  else if (type === 'json') fillFromJson(ctx.fields, textOf(bytes));
  else if (bytes.length > 0 && !BY_ITS_KEY.test(ctx.path))
    // mail programs send any form (RFC 8058)
    throw new HttpRefusal(415, 'This address accepts only forms and JSON. Use the form on the page.');
}

/** The message of an incoming hook: JSON, JSON in the field `payload`, or a text. `curl -d` sends a text as a form. */
function hookBody(bytes: Buffer, type: string | false | null): string {
  const text = textOf(bytes);
  if (type === 'json') return hookText(parseObject(text));
  if (type !== 'urlencoded' || !text.startsWith('payload=')) return text;
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  fillFromForm(fields, bytes.toString('latin1'));
  return hookText(parseObject(fields.payload ?? ''));
}

async function readBytes(ctx: Context): Promise<Buffer> {
  try {
    return (
      ctx.early.body ??
      (await getRawBody(ctx.req, { limit: LARGEST_BYTES, length: ctx.request.length ?? null }))
    );
  } catch (error) {
    if ((error as { type?: string }).type !== 'entity.too.large')
      throw new HttpRefusal(400, 'Your request arrived incomplete. Send it again.');
    throw new HttpRefusal(
      413,
      'This is too large: you can send at most 64 KiB at once. Shorten it, or send it in parts.',
    );
  }
}

/** Reads the pairs of a form. @param text each character is a byte, as browsers that do not encode them send */
function fillFromForm(fields: Record<string, string>, text: string): void {
  for (const pair of text.split('&').filter(Boolean)) {
    const equals = pair.includes('=') ? pair.indexOf('=') : pair.length;
    putField(fields, bytesOf(pair.slice(0, equals)).toString(), typedIn(bytesOf(pair.slice(equals + 1))));
  }
}

function putField(fields: Record<string, string>, name: string, value: string): void {
  fields[name] = name in fields ? UNUSABLE : value;
}

/** Returns the text of a request. @throws HttpRefusal if it is not UTF-8 */
function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes); // without a byte order mark
  throw new HttpRefusal(400, 'Your request is not text in UTF-8. Send it in UTF-8.');
}

function fillFromJson(fields: Record<string, string>, text: string): void {
  for (const [name, value] of Object.entries(parseObject(text))) {
    if (typeof value === 'number' && NUMBERS.has(name)) fields[name] = String(value);
    else if (value !== null) fields[name] = typeof value === 'string' ? value : UNUSABLE;
  }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    /* refused below */
  }
  throw new HttpRefusal(
    400,
    'Your request is not a JSON object. Send an object with the fields of the form.',
  );
}
