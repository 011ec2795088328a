import { open as openFile } from 'node:fs/promises';
import type Sharp from 'sharp';
import { MOST_MEGAPIXELS, pixelsInWords, TOO_MANY_PIXELS } from '../../static/file-types.ts';
import { type FileType, IMAGE_TYPES } from '../chat/entry.ts';
import { Invalid } from '../chat/errors.ts';

/** Larger images are scaled down until the shorter side, in pixels, and the area are within these: so a long screenshot stays readable. */
const LONGEST_SHORTER_SIDE = 2000;
const LARGEST_AREA = 16e6;
const TIMEOUT_SECONDS = 20;
/** So many pictures of an animation are looked at for one that shows something. */
const MOST_PICTURES = 20;
/** A picture whose colours differ by less shows nothing. */
const LEAST_DEVIATION = 1;

let sharp: Promise<typeof Sharp> | undefined;

/** Loads the package with the first image: it takes 20 MB. Blocks the decoders of all other formats. */
async function loadSharp(): Promise<typeof Sharp> {
  const { default: sharp } = await import('sharp');
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadNsgif', 'VipsForeignLoadWebp'],
  });
  sharp.cache(false);
  sharp.concurrency(1);
  return sharp;
}

export interface ReencodedImage {
  /** In bytes. */
  size: number;
  width: number;
  height: number;
  /** What became of it, if it is not as it was sent. */
  note: string | undefined;
}

/**
 * Re-encodes an image, upright, and scaled down if it is large. This keeps the pixels and removes all
 * metadata, such as the location. Of an animation it keeps the first picture that shows something, because
 * without JavaScript a user could not stop it. sharp works outside the event loop; the caller limits how many do at once.
 * @throws Invalid for `file` if it is not an image of that type, or has too many pixels
 */
export async function reencode(from: string, type: FileType, to: string): Promise<ReencodedImage> {
  const open = await (sharp ??= loadSharp());
  try {
    return await reencodeWith(open, from, type, to);
  } catch (error) {
    if (type === 'jpeg' && (await addEndMarker(from)))
      return reencodeWith(open, from, type, to, 'warning').catch((again: Error) => {
        throw refusalFor(again);
      });
    throw refusalFor(error as Error);
  }
}

async function reencodeWith(
  open: typeof Sharp,
  from: string,
  type: FileType,
  to: string,
  failOn: 'error' | 'warning' = 'error',
): Promise<ReencodedImage> {
  const options = { limitInputPixels: MOST_MEGAPIXELS * 1e6, failOn };
  const { format, pages = 1, autoOrient: upright } = await open(from, options).metadata();
  if (format !== type || !(IMAGE_TYPES as readonly string[]).includes(format))
    throw new Error(`The image is not a ${type}.`);
  const page = pages > 1 ? await firstPicture(open, from, pages) : 0;
  const { width, height } = keptSize(upright);
  const kept = await open(from, { ...options, page })
    .timeout({ seconds: TIMEOUT_SECONDS })
    .autoOrient()
    .resize({ width, height, fit: 'fill', withoutEnlargement: true })
    .toFormat(format)
    .toFile(to);
  return { ...kept, note: noteOn(upright, kept, pages) };
}

/** The size at which an image is kept. */
function keptSize({ width, height }: Size): Size {
  const scale = Math.min(
    1,
    LONGEST_SHORTER_SIDE / Math.min(width, height),
    Math.sqrt(LARGEST_AREA / (width * height)),
  );
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** The number of the first picture of an animation that shows something; the first of all if none does. */
async function firstPicture(open: typeof Sharp, from: string, pages: number): Promise<number> {
  for (let page = 0; page < Math.min(pages, MOST_PICTURES); page += 1) {
    const { channels, isOpaque } = await open(from, {
      page,
      limitInputPixels: MOST_MEGAPIXELS * 1e6,
    }).stats();
    const isClear = !isOpaque && channels.at(-1)!.max === 0;
    if (!isClear && channels.some(({ stdev }) => stdev >= LEAST_DEVIATION)) return page;
  }
  return 0;
}

interface Size {
  width: number;
  height: number;
}

function noteOn(sent: Size, kept: Size, pages: number): string | undefined {
  const notes = [
    ...(kept.width < sent.width
      ? [`The image was made smaller: ${pixelsInWords(kept)} pixels, from ${pixelsInWords(sent)}.`]
      : []),
    ...(pages > 1 ? ['Of the animation, one picture was kept.'] : []),
  ];
  return notes.length > 0 ? notes.join(' ') : undefined;
}

/** Adds the end marker to a JPEG that lacks only that. Returns false if it has one. */
async function addEndMarker(path: string): Promise<boolean> {
  await using file = await openFile(path, 'r+');
  const { size } = await file.stat();
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, Math.max(0, size - 2));
  if (buffer.equals(END_MARKER)) return false;
  await file.write(END_MARKER, 0, 2, size);
  return true;
}

const END_MARKER = Buffer.from([0xff, 0xd9]);

const refusalFor = ({ message }: Error): Invalid =>
  new Invalid({ file: /pixel limit/.test(message) ? TOO_MANY_PIXELS : UNREADABLE });

const UNREADABLE =
  'This file looks like an image, but cannot be read. Save it again as JPEG, PNG, GIF or WebP, and choose that file.';
