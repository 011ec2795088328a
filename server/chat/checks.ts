import { hasVisible, isWellFormed, lengthOf } from '../text/characters.ts';
import { storedText } from '../text/lines.ts';
import { Invalid } from './errors.ts';

/** Runs all checks, then throws one `Invalid` with every problem found. */
export function collectProblems<T extends Record<string, () => unknown>>(
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

/** Returns the reason as it is stored. @param missing the sentence if there is none @throws Invalid for `reason` */
export function checkedReason(text: string, missing: string, longest: number): string {
  const reason = storedText(text);
  requireWellFormed('reason', reason);
  if (!hasVisible(reason)) throw new Invalid({ reason: missing });
  if (lengthOf(reason) > longest)
    throw new Invalid({
      reason: `The reason is too long. Use at most ${longest.toLocaleString('en')} characters.`,
    });
  return reason;
}

/** @throws Invalid for the field if the text has a character that cannot be stored */
export function requireWellFormed(field: string, text: string): void {
  if (!isWellFormed(text))
    throw new Invalid({
      [field]: 'The text has an invalid character (NUL, or half of a character). Remove it.',
    });
}

/**
 * Refuses values of a statement that no database stores alike: NUL ends a statement's text, and UTF-8 has no
 * lone surrogates. The rules of each noun refuse them before, with a better sentence.
 * @throws Invalid
 */
export function requireStorable(values: readonly unknown[]): void {
  for (const value of values) if (typeof value === 'string') requireWellFormed('', value);
}

/** Returns the choice that the form sent, or `current` if it sent none. @throws Invalid for the field */
export function chosenOption<T>(
  field: string,
  typed: Partial<Record<string, string>>,
  choices: Record<string, T>,
  current: T,
): T {
  const choice = typed[field];
  if (choice === undefined) return current;
  if (Object.hasOwn(choices, choice)) return choices[choice]!;
  throw new Invalid({ [field]: 'There is no such choice. Choose one from the form.' });
}
