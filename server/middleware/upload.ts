import type * as busboy from '@fastify/busboy';
import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import { LARGEST_FILE_BYTES, TOO_LARGE, TOO_MANY_FILES } from '../../static/file-types.ts';
import { Invalid } from '../chat/errors.ts';
import type { Context } from '../context.ts';
import { type Upload } from '../context.ts';
import { HttpRefusal } from './errors.ts';

const require = createRequire(import.meta.url);

/** All fields together, as in other forms. */
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
/** What stands around the fields: boundaries, and the headers of the parts. */
const LARGEST_FRAME_BYTES = 16 * 1024;
const LARGEST_HEAD_BYTES = LARGEST_FIELDS_BYTES + LARGEST_FRAME_BYTES;

/**
 * Begins to read a form with a file. It passes each field to `onField`, and returns once the file begins,
 * before reading it; undefined at the end of a form without a file.
 * @throws HttpRefusal
 */
export async function beginForm(
  ctx: Context,
  onField: (name: string, value: string) => void,
): Promise<Upload | undefined> {
  const parser = parserFor(ctx);
  const { promise: complete, resolve, reject } = Promise.withResolvers<undefined>();
  let bytes = 0;
  parser.on('field', (name, value, _, isCut) => {
    bytes += Buffer.byteLength(value);
    if (isCut || bytes > LARGEST_FIELDS_BYTES) reject(tooMuchText());
    else onField(name, value);
  });
  parser.once('filesLimit', () => reject(new Invalid({ file: TOO_MANY_FILES })));
  parser.once('finish', () => resolve(undefined));
  parser.on('error', () => reject(incomplete()));
  ctx.req.once('close', () => ctx.req.complete || reject(incomplete()));
  let isFile = false;
  const begun = new Promise<Upload>((resolveFile) =>
    parser.once('file', (_, content) => {
      isFile = true;
      content.once('limit', () => content.destroy(tooLarge()));
      content.on('error', () => {}); // the reader of the file gets the error
      complete.catch((error: Error) => content.destroy(error));
      resolveFile(untilComplete(content, complete));
    }),
  );
  ctx.req.pipe(parser);
  let received = 0;
  // The parser drops what stands ahead of the first part, and fields beyond their number. This comes after it, when it knows whether the file has begun.
  ctx.req.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > LARGEST_HEAD_BYTES + (isFile ? LARGEST_FILE_BYTES : 0)) reject(tooMuchText());
  });
  return Promise.race([begun, complete]);
}

/** The bytes of the file. It ends when the whole form is read. */
async function* untilComplete(content: Readable, complete: Promise<unknown>): Upload {
  yield* content;
  await complete;
}

function parserFor(ctx: Context) {
  const { Busboy } = require('@fastify/busboy') as typeof busboy; // loaded with the first form that has a file
  try {
    return new Busboy({
      headers: { ...ctx.req.headers, 'content-type': ctx.get('Content-Type') },
      limits: LIMITS,
      defCharset: 'latin1', // a character for each byte: `typedIn` finds out what they mean
      isPartAFile: (name) => name === 'file',
    });
  } catch {
    throw incomplete();
  }
}

const tooMuchText = () =>
  new HttpRefusal(
    413,
    'This is too large: you can send at most 64 KiB of text with a file. Shorten it, or send it in parts.',
  );
const incomplete = () => new HttpRefusal(400, 'Your request arrived incomplete. Send it again.');
const tooLarge = () => new Invalid({ file: TOO_LARGE });
