const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';
/** Takes the place of a control that closes nothing, and has no effect itself. */
const WORD_JOINER = '\u2060';
const ISOLATE = /[\u2066-\u2069]/;
const ISOLATES = /[\u2066-\u2069]/g;
/** What `isolated` returns. An isolate in it has none inside. */
const ISOLATED = /\u2068((?:[^\u2066-\u2069]|[\u2066-\u2068][^\u2066-\u2069]*\u2069)*)\u2069/;
/** What may turn the text around it: letters that are written from right to left, and marks of direction. */
const TURNING =
  /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * Returns a text whose isolates end within it: in each line, what is open is closed at its end, and a control
 * that closes nothing does nothing. Otherwise it could end the isolation of its element, or of `isolated`,
 * which ends embeddings and overrides.
 */
export function contained(text: string): string {
  return ISOLATE.test(text) ? text.split('\n').map(containedLine).join('\n') : text;
}

function containedLine(line: string): string {
  let open = 0;
  const kept = line.replace(ISOLATES, (control) => {
    if (control !== POP_ISOLATE) open += 1;
    else if (open === 0) return WORD_JOINER;
    else open -= 1;
    return control;
  });
  return kept + POP_ISOLATE.repeat(open);
}

/**
 * Returns a name or a text to stand in a sentence: if it could turn the sentence, between controls that
 * keep its direction to itself. For plain text: titles, attributes, JSON, mails. Elements have `dir`, or `bdi`.
 */
export function isolated(text: string): string {
  return TURNING.test(text) ? `${FIRST_STRONG_ISOLATE}${contained(text)}${POP_ISOLATE}` : text;
}

/** Splits a sentence into parts: every second one is what `isolated` keeps apart, for an element of its own. */
export const partsOf = (sentence?: string | null): string[] => (sentence ?? '').split(ISOLATED);
