import pLimit from 'p-limit';
import sharp from 'sharp';
import { IMAGES, type FileType } from '../chat/attachment.ts';
import { Invalid } from '../chat/errors.ts';

/** What a decoded image may have, so that a small file cannot fill the memory. */
const MOST_MEGAPIXELS = 50;
/** The longest side that is kept, in pixels. */
const LONGEST_SIDE = 2000;
const PATIENCE_SECONDS = 20;

// Decoders of other formats are not even reached.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadNsgif', 'VipsForeignLoadWebp'],
});
sharp.cache(false);
sharp.concurrency(1);

/** Away from the event loop, and one at a time: the memory and the processors are for those who talk. */
const oneByOne = pLimit(1);

export interface Drawn {
  /** In bytes. */
  size: number;
  width: number;
  height: number;
}

/**
 * Draws an image anew, upright and at most 2,000 pixels a side: its pixels are kept, and nothing
 * else that stood in the file, such as where it was taken. Of an animation that is its first
 * picture, since what moves by itself could not be stopped without script.
 * @throws Invalid for `file` where it is none, or has too many pixels
 */
export function redraw(from: string, type: FileType, to: string): Promise<Drawn> {
  return oneByOne(async () => {
    try {
      const image = sharp(from, { limitInputPixels: MOST_MEGAPIXELS * 1e6, failOn: 'error' });
      const { format } = await image.metadata();
      if (format !== type || !(IMAGES as readonly string[]).includes(format))
        throw new Error(`It is no ${type}.`);
      return await image
        .timeout({ seconds: PATIENCE_SECONDS })
        .autoOrient()
        .resize({ width: LONGEST_SIDE, height: LONGEST_SIDE, fit: 'inside', withoutEnlargement: true })
        .toFormat(format as (typeof IMAGES)[number])
        .toFile(to);
    } catch (error) {
      throw new Invalid({
        file: /pixel limit/.test((error as Error).message) ? TOO_MANY_PIXELS : UNREADABLE,
      });
    }
  });
}

const TOO_MANY_PIXELS = `This image has more than ${MOST_MEGAPIXELS} million pixels. Make it smaller, and choose it again.`;
const UNREADABLE =
  'This file begins like an image, but is none that can be read. Save it again as JPEG, PNG, GIF or WebP, and choose that file.';
