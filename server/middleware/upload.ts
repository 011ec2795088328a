import type { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import { Invalid } from '../chat/errors.ts';
import type { Context } from '../context.ts';
import { BadRequest } from './errors.ts';

const LARGEST_FILE_BYTES = 8 * 1024 * 1024;
/** All fields together, as in any other form. */
const LARGEST_FIELDS_BYTES = 64 * 1024;
const LIMITS = {
  fileSize: LARGEST_FILE_BYTES,
  files: 1,
  fieldSize: LARGEST_FIELDS_BYTES,
  fields: 20,
  parts: 21,
  headerPairs: 20,
  headerSize: 4096,
};
/** Of what was refused so much more is read and dropped: a browser that is cut off while it sends shows no answer. */
const LARGEST_REST_BYTES = 8 * LARGEST_FILE_BYTES;

/** The bytes of a file that comes in with a form. Ends in `Invalid` for `file` where it is too large, and in `BadRequest` where the form does not arrive whole. */
export type Upload = AsyncIterable<Buffer>;

/**
 * Begins to read a form with a file: gives each field to `take`, and returns once the file begins,
 * with nothing of it kept yet; without one, at the end of the form.
 * @throws BadRequest
 */
export async function beginForm(
  ctx: Context,
  take: (name: string, value: string) => void,
): Promise<Upload | undefined> {
  const parser = parserFor(ctx);
  let bytes = 0;
  const complete = new Promise<undefined>((resolve, reject) => {
    parser.on('field', (name, value, _, isCut) => {
      bytes += Buffer.byteLength(value);
      if (isCut || bytes > LARGEST_FIELDS_BYTES)
        reject(
          new BadRequest(
            413,
            'This is too large: at most 64 KiB of text can be sent with a file. Shorten it, or send it in parts.',
          ),
        );
      else take(name, value);
    });
    parser.once('finish', () => resolve(undefined));
    parser.on('error', () => reject(notWhole()));
    ctx.req.once('close', () => ctx.req.complete || reject(notWhole()));
  });
  const begun = new Promise<Upload>((resolve) =>
    parser.once('file', (_, content) => {
      content.once('limit', () => content.destroy(tooLarge()));
      content.on('error', () => {}); // whoever reads it is told
      complete.catch((error: Error) => content.destroy(error));
      resolve(toTheEnd(content, complete));
    }),
  );
  ctx.req.pipe(parser);
  return Promise.race([begun, complete]);
}

/** The file, and then what follows it in the form. */
async function* toTheEnd(content: Readable, complete: Promise<unknown>): Upload {
  yield* content;
  await complete;
}

/** Reads on, within reason, without keeping anything: for the answer to be seen. */
export function drain(ctx: Context): void {
  if (ctx.req.complete) return;
  let bytes = 0;
  ctx.req.unpipe();
  ctx.req.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > LARGEST_REST_BYTES) ctx.req.destroy();
  });
  ctx.req.resume(); // what was piped stands still without a pipe, and the connection with it
}

function parserFor(ctx: Context) {
  try {
    return new Busboy({
      headers: { ...ctx.req.headers, 'content-type': ctx.get('Content-Type') },
      limits: LIMITS,
      isPartAFile: (name) => name === 'file',
    });
  } catch {
    throw notWhole();
  }
}

const notWhole = () => new BadRequest(400, 'What was sent did not arrive whole. Send it again.');
const tooLarge = () =>
  new Invalid({
    file: 'This file is too large: at most 8 MiB can be sent. Make it smaller, and choose it again.',
  });
