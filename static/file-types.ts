// The types of files that are taken, and the words for those that are not. The server decides by these; the
// form says the same before anything is sent.

export type FileType = 'jpeg' | 'png' | 'gif' | 'webp' | 'pdf' | 'txt';

export const LARGEST_FILE_BYTES = 8 * 1024 * 1024;
/** The size of a decoded image, limited so that a small file cannot fill the memory. */
export const MOST_MEGAPIXELS = 50;
/** So many bytes of the beginning and of the end tell the type. */
export const STRETCH_BYTES = 4096;
/** A PDF may have other bytes ahead: readers look for its beginning here, in bytes. */
const PDF_WITHIN = 1024;

export const NAMES: Record<FileType, string> = {
  jpeg: 'JPEG',
  png: 'PNG',
  gif: 'GIF',
  webp: 'WebP',
  pdf: 'PDF',
  txt: 'text',
};

export const NO_FILE = 'Choose an image (JPEG, PNG, GIF or WebP), a PDF or a text file to send.';
export const EMPTY =
  'Choose a file that is not empty: an image (JPEG, PNG, GIF or WebP), a PDF or a text file.';
export const TOO_LARGE =
  'This file is too large: you can send at most 8 MiB. Make it smaller, and choose it again.';
export const TOO_MANY_FILES =
  'These are several files, and a message takes one. Choose one of them, and send the others after it.';
export const TOO_MANY_PIXELS = `This image has more than ${MOST_MEGAPIXELS} million pixels. Make it smaller, and choose it again.`;

/** The first bytes of each type. The file's name and declared type are ignored. */
const SIGNATURES: [FileType, RegExp][] = [
  ['jpeg', /^\xff\xd8\xff/],
  ['png', /^\x89PNG\r\n\x1a\n/],
  ['gif', /^GIF8[79]a/],
  ['webp', /^RIFF....WEBP/s],
  ['pdf', /^(?:\xef\xbb\xbf)?\s*%PDF-\d/],
];

/**
 * Returns the type of a file by its content; undefined if it is not an accepted type.
 * @param beginning the first bytes, each as a character
 * @param readEnd returns the last bytes, in the same way
 * @param isText whether all of it is text
 */
export const typeOf = async (
  beginning: string,
  readEnd: () => Promise<string>,
  isText: () => Promise<boolean>,
): Promise<FileType | undefined> => {
  const [type] = SIGNATURES.find(([, signature]) => signature.test(beginning)) ?? [];
  if (type) return type;
  const mayBePdf = /(?:^|[^ -~])%PDF-\d/.test(beginning.slice(0, PDF_WITHIN));
  if (mayBePdf && /%%EOF\s*$/.test(await readEnd())) return 'pdf';
  if (await isText()) return 'txt';
  return mayBePdf ? 'pdf' : undefined;
};

/** Whether a text has no control characters, except tab, line feed, form feed and carriage return. */
export const isPlain = (text: string) => !/[^\P{Cc}\t\n\f\r]/u.test(text);

/** `120 KB` */
export const sizeInWords = (bytes: number) => {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes >= 999_950_000) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes < 999_500 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
};

/** `4,000 × 3,000` */
export const pixelsInWords = ({ width, height }: { width: number; height: number }) =>
  `${width.toLocaleString('en')} × ${height.toLocaleString('en')}`;
