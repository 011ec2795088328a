const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;
/** C0 and C1 controls, except tab and line feed, which texts have, and NUL, which is refused. */
const USELESS_CONTROL = /[^\P{Cc}\t\n\0]/gu;

/** Returns a text of several lines as it is stored: each line break of Unicode as LF, without other controls than tab, trimmed. */
export function storedText(typed: string): string {
  return typed.replace(LINE_BREAK, '\n').replace(USELESS_CONTROL, '').trim();
}

/** Returns a text as it is stored on one line: each run of spaces and line breaks as one space. */
export function storedLine(typed: string): string {
  return storedText(typed).replace(/\s+/g, ' ');
}
