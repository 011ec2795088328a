import { isUtf8 } from 'node:buffer';

/** The value of a field that is not text, or is given twice; the beginning of one in another encoding. Every rule refuses it. */
export const UNUSABLE = '\0';
/** What old browsers send that do not heed `accept-charset`. It has a character for each byte, so nothing is lost. */
const OTHER_ENCODING = 'windows-1252';

const OTHER_ENCODING_SENTENCE =
  'Your browser did not send this text in UTF-8, so some letters may be wrong now. Correct them here, and send it again; or set your browser to UTF-8.';

/** Returns what the user typed. If it is not UTF-8, it begins with `UNUSABLE`, so that it is refused, and shown again. */
export function typedIn(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString() : UNUSABLE + inOtherEncoding(bytes);
}

const inOtherEncoding = (bytes: Buffer): string => new TextDecoder(OTHER_ENCODING).decode(bytes);

/** The bytes of a part of an encoded form or query: `+` is a space, `%E9` a byte. @param encoded each character is a byte */
export function bytesOf(encoded: string): Buffer {
  const decoded = encoded
    .replaceAll('+', ' ')
    .replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(decoded, 'latin1');
}

/** Returns the fields as a refused form shows them again: without controls, which terminals would obey. */
export function shownAgain(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value.replace(CONTROLS, '')]),
  );
}

const CONTROLS = /[^\P{Cc}\t\n\r]/gu;

/**
 * Returns the query of an address, in UTF-8 and without controls: a page may show it again, and anybody can
 * make a link. It is only asked with, so another encoding may be guessed.
 */
export function readableQuery(query: string): string {
  if (!UNUSUAL.test(query)) return query;
  const readable = (part: string): string => {
    const bytes = bytesOf(part);
    const isReadable = isUtf8(bytes) && bytes.toString().search(USELESS) < 0;
    if (isReadable) return part;
    return encodeURIComponent(
      (isUtf8(bytes) ? bytes.toString() : inOtherEncoding(bytes)).replace(USELESS, ''),
    );
  };
  return query.replace(/[^&=]+/g, readable);
}

/** What may be a control, or another encoding than UTF-8. */
const UNUSUAL = /%(?:[01]|7f|[89a-f])|[\x80-\xff]/i;
/** Controls but NUL, which every rule refuses, and tab and line breaks. */
const USELESS = /[^\P{Cc}\0\t\n\r]/gu;

/** Returns the problems with their true cause, where a field came in another encoding. */
export function withEncodingProblems(
  problems: Record<string, string>,
  fields: Record<string, string>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(problems).map(([name, sentence]) => [
      name,
      /^\0[^\0]/.test(fields[name] ?? '') ? OTHER_ENCODING_SENTENCE : sentence,
    ]),
  );
}
