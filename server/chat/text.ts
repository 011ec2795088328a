import { Invalid } from './errors.ts';

/** Whether the text is one that can be kept and shown: no NUL, no half of a surrogate pair. */
export function isWellFormed(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** How many characters a person would count: code points, not UTF-16 units. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/**
 * The form of a name under which two that a person would take for the same are the same: NFKC, so
 * that look-alike widths fall together, and without regard to case (upper first, so that ß and SS
 * and both small sigmas do).
 */
export function fold(text: string): string {
  return text.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

/** Runs each check and throws one `Invalid` that has every problem found. */
export function collect<T extends Record<string, () => unknown>>(
  checks: T,
): { [K in keyof T]: ReturnType<T[K]> } {
  const values: Record<string, unknown> = {};
  const problems: Record<string, string> = {};
  for (const [field, check] of Object.entries(checks)) {
    try {
      values[field] = check();
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      Object.assign(problems, error.problems);
    }
  }
  if (Object.keys(problems).length > 0) throw new Invalid(problems);
  return values as { [K in keyof T]: ReturnType<T[K]> };
}

/** Returns a reason as it is to be stored. @throws Invalid for `reason`, with `missing` where there is none */
export function checkedReason(text: string, missing: string, longest: number): string {
  const reason = text.replace(/\r\n?/g, '\n').trim();
  if (reason === '') throw new Invalid({ reason: missing });
  if (lengthOf(reason) > longest)
    throw new Invalid({ reason: `Say it in at most ${longest.toLocaleString('en')} characters.` });
  if (!isWellFormed(reason))
    throw new Invalid({
      reason: 'This has a character that cannot be kept (NUL, or half of a pair). Remove it.',
    });
  return reason;
}

/**
 * Returns which of the choices a form has sent, and what there was `before` where it has sent none.
 * @throws Invalid for the field
 */
export function chosen<T>(
  field: string,
  typed: Partial<Record<string, string>>,
  choices: Record<string, T>,
  before: T,
): T {
  const choice = typed[field];
  if (choice === undefined) return before;
  if (Object.hasOwn(choices, choice)) return choices[choice]!;
  throw new Invalid({ [field]: 'There is no such choice. Choose one of those in the form.' });
}
