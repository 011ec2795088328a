import { existsSync, readdirSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';

/** Where the photo of the specs was taken, as a camera notes it. */
const PLACE = {
  IFD3: {
    GPSLatitudeRef: 'N',
    GPSLatitude: '52/1 31/1 0/1',
    GPSLongitudeRef: 'E',
    GPSLongitude: '13/1 24/1 0/1',
  },
};

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: 30, g: 90, b: 160 } } });

/** A small image of each type that is taken. */
export const images = {
  jpeg: () => plain(40, 20).jpeg().toBuffer(),
  png: () => plain(40, 20).png().toBuffer(),
  gif: () => plain(40, 20).gif().toBuffer(),
  webp: () => plain(40, 20).webp().toBuffer(),
};

/** An image of so many pixels, all alike. */
export const large = (width: number, height: number): Promise<Buffer> =>
  plain(width, height).png().toBuffer();

/** A small file that says to be an image of so many pixels. */
export async function bomb(width: number, height: number): Promise<Buffer> {
  const png = await images.png();
  png.writeUInt32BE(width, 16);
  png.writeUInt32BE(height, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}

/** A photo that was held sideways, and knows where it was taken, when and with what. */
export function photo(): Promise<Buffer> {
  return plain(40, 20)
    .jpeg()
    .withMetadata({ orientation: 6 })
    .withExifMerge({ IFD0: { Make: 'ACME', Model: 'Pinhole' }, ...PLACE })
    .toBuffer();
}

/** Three pictures after each other. */
export async function animation(): Promise<Buffer> {
  const frames = await Promise.all(
    ['red', 'green', 'blue'].map((background) =>
      sharp({ create: { width: 8, height: 8, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  return sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
}

export const PDF = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n',
);
export const TEXT = Buffer.from('Nine o’clock: tea.\nTen o’clock: more tea.\n');

/** What lies in a folder of files, in order; nothing if there is no folder yet. */
export const filesIn = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).toSorted() : [];
