import { isUtf8 } from 'node:buffer';

/** The value of a field that is not text, or is given twice; the beginning of one in another encoding. Every rule refuses it. */
export const UNUSABLE = '\0';
/** What old browsers send that do not heed `accept-charset`. It has a character for each byte, so nothing is lost. */
const OTHER_ENCODING = 'windows-1252';

const OTHER_ENCODING_SENTENCE =
  'Your browser did not send this text in UTF-8, so some letters may be wrong now. Correct them here, and send it again; or set your browser to UTF-8.';

/** Returns what the user typed. If it is not UTF-8, it begins with `UNUSABLE`, so that it is refused, and shown again. */
export function typedIn(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString() : UNUSABLE + new TextDecoder(OTHER_ENCODING).decode(bytes);
}

/** Returns the fields as a refused form shows them again. */
export function shownAgain(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value.replace(/^\0/, '')]));
}

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
