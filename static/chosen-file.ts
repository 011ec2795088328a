// A file on its user's device: what it is, whether the server will take it, and its picture.
import {
  EMPTY,
  isPlain,
  LARGEST_FILE_BYTES,
  MOST_MEGAPIXELS,
  NAMES,
  pixelsInWords,
  sizeInWords,
  STRETCH_BYTES,
  TOO_LARGE,
  TOO_MANY_PIXELS,
  typeOf,
} from './file-types.ts';
import { refusalOf } from './refused-types.ts';

export interface ChosenFile {
  name: string;
  /** `JPEG, 1.2 MB, 4,000 × 3,000 pixels` */
  details: string;
  /** Why the server will refuse it, in its own words. */
  refusal?: string | undefined;
  image?: ImageBitmap | undefined;
  /** Whether it is an image that the browser cannot show. */
  isHidden?: boolean;
}

const UNREADABLE = 'It cannot be read any more. Choose it again.';

/** Each byte as a character. */
const bytesOf = async (part: Blob) =>
  Array.from(new Uint8Array(await part.arrayBuffer()), (byte) => String.fromCharCode(byte)).join('');

const isText = async (file: Blob) => {
  const bytes = await file.arrayBuffer();
  try {
    return isPlain(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return false; // not UTF-8
  }
};

/** The image upright, as browsers show it; undefined if this one cannot. */
const imageOf = async (file: Blob) => {
  try {
    return await createImageBitmap(file);
  } catch {
    return undefined;
  }
};

const inspect = async (file: File): Promise<Omit<ChosenFile, 'name'>> => {
  const details = sizeInWords(file.size);
  if (file.size === 0) return { details, refusal: EMPTY };
  if (file.size > LARGEST_FILE_BYTES) return { details, refusal: TOO_LARGE };
  const beginning = await bytesOf(file.slice(0, STRETCH_BYTES));
  const readEnd = () => bytesOf(file.slice(-STRETCH_BYTES));
  const type = await typeOf(beginning, readEnd, () => isText(file));
  if (!type) return { details, refusal: refusalOf(beginning) };
  const named = `${NAMES[type]}, ${details}`;
  if (type === 'pdf' || type === 'txt') return { details: named };
  const image = await imageOf(file);
  if (!image) return { details: named, isHidden: true };
  if (image.width * image.height <= MOST_MEGAPIXELS * 1e6)
    return { details: `${named}, ${pixelsInWords(image)} pixels`, image };
  image.close();
  return { details: named, refusal: TOO_MANY_PIXELS };
};

/** Reads a file. Rejects after an error of ours. */
export const read = async (file: File): Promise<ChosenFile> => {
  try {
    return { name: file.name, ...(await inspect(file)) };
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return { name: file.name, details: '', refusal: UNREADABLE }; // removed meanwhile, or a folder
  }
};
