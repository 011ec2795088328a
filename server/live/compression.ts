import { promisify } from 'node:util';
import { brotliCompress, brotliCompressSync, constants, gzip, gzipSync } from 'node:zlib';

/** The codings that we send, the preferred one first. */
const ENCODINGS = ['br', 'gzip'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Shorter answers fit into one packet as they are. */
export const SMALLEST_BYTES = 1024;
/** Longer answers are compressed by a thread: the event loop would wait for them. */
const LARGEST_SYNC_BYTES = 64 * 1024;
/** The rest of a longer `Accept-Encoding` is ignored. Browsers send some 25 characters. */
const LONGEST_ACCEPTED = 200;
// Measured on a room's page: server/decisions/061-the-app-compresses.md.
const GZIP_LEVEL = 3;
const BROTLI_QUALITY = 2;

/** Returns the coding for an answer; undefined if the client accepts none. RFC 9110, 12.5.3. @param accepted the header `Accept-Encoding` */
export function encodingFor(accepted = ''): Encoding | undefined {
  const weights = new Map(accepted.slice(0, LONGEST_ACCEPTED).toLowerCase().split(',').map(weightOf));
  const weight = (name: string) => weights.get(name) ?? weights.get('*') ?? 0;
  const [best] = ENCODINGS.toSorted((one, other) => weight(other) - weight(one));
  const isPreferred = weight(best!) > 0 && weight(best!) >= (weights.get('identity') ?? 0);
  return isPreferred ? best : undefined;
}

/** `gzip;q=0.5` as a name and a number from 0 to 1. */
function weightOf(part: string): [name: string, weight: number] {
  const [name = '', ...parameters] = part.split(';').map((word) => word.trim());
  const q = parameters.find((parameter) => parameter.startsWith('q='));
  return [name, q ? Number(q.slice(2)) || 0 : 1];
}

export function compress(body: Buffer, encoding: Encoding): Buffer {
  return encoding === 'br'
    ? brotliCompressSync(body, brotliOptions(body))
    : gzipSync(body, { level: GZIP_LEVEL });
}

/** Compresses a body of any length. For short ones it is `compress`: a thread would double the CPU time. */
export async function compressAny(body: Buffer, encoding: Encoding): Promise<Buffer> {
  if (body.length <= LARGEST_SYNC_BYTES) return compress(body, encoding);
  return encoding === 'br'
    ? promisify(brotliCompress)(body, brotliOptions(body))
    : promisify(gzip)(body, { level: GZIP_LEVEL });
}

const brotliOptions = (body: Buffer) => ({
  params: {
    [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
  },
});

/** A body that is sent many times. */
export interface KeptBody {
  body: Buffer;
  /** The same body compressed, made when a client first accepts it. */
  compressed?: { [encoding in Encoding]?: Buffer };
}

/** Returns the body for a client, and its coding: compressed once, and then from memory. @param accepted the header `Accept-Encoding` */
export function bodyFor(
  kept: KeptBody,
  accepted: string | undefined,
): { body: Buffer; encoding: Encoding | undefined } {
  const encoding = kept.body.length < SMALLEST_BYTES ? undefined : encodingFor(accepted);
  if (!encoding) return { body: kept.body, encoding };
  kept.compressed ??= {};
  return { body: (kept.compressed[encoding] ??= compress(kept.body, encoding)), encoding };
}
