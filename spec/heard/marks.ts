// Compares what was heard in a scene with what was to be heard.
import type { Verdict } from '../../server/chat/run-result.ts';
import type { Utterance } from './speech.ts';

/** What a scene leads one to expect. */
export interface Expected {
  /** What the page announces, in order and once. */
  texts: string[];
  /** What is said of the page that comes: some readers say it again when the whole page has come. */
  page: string[];
  /** The tester does nothing and no page comes: nothing else may be heard. */
  isAlone: boolean;
  /** A key may cut off what is said. */
  mayBeCut: boolean;
}

export interface Mark {
  verdict: Verdict;
  /** What is wrong, for people. */
  reason: string;
}

/** More seconds than this after it was given to speech: the listener waits. */
const LATE_SECONDS = 5;
/** Of a page, a reader first says that it loads, and its title. */
const PAGE_LATE_SECONDS = 10;
const NUMBER = /^(\d+) new messages? from (.+)$/;
/** Begins each message that is said itself. */
const SENDER = /\b(Ana|Bo|Cem): /g;
/** Characters that only tell of a direction, which no reader says. */
const DIRECTIONS = /[\u200e\u200f\u2066-\u2069]/g;

/** A reader may put a space between them. */
const PICTURES = /\p{Extended_Pictographic}|\p{Emoji_Modifier}/gu;

const plain = (text: string) =>
  text.replace(DIRECTIONS, '').replace(PICTURES, ' $& ').replace(/\s+/g, ' ').trim();

/** How a scene was heard. The gravest fault alone is told. */
export function markOf({ texts, page, isAlone, mayBeCut }: Expected, heard: Utterance[]): Mark {
  const expected = [...texts, ...page].map(plain);
  const said = joined(heard);
  if (expected.length > 1 && expected.every((text) => NUMBER.test(text)))
    return markOfNumbers(expected, heard);
  const places = expected.map((text) => placesOf(text, said.text));
  const missing = expected.find((_, index) => places[index]!.length === 0);
  if (missing !== undefined) return { verdict: 'missing', reason: `“${missing}” was not heard.` };
  const first = firstPlaces(expected, places);
  const swapped = first.findIndex((place, index) => index > 0 && place < first[index - 1]!);
  if (swapped > 0) return { verdict: 'order', reason: `“${expected[swapped]}” was heard too early.` };
  const twice = expected
    .slice(0, texts.length)
    .find((text, index) => places[index]!.length > countOf(text, expected));
  if (twice !== undefined) return { verdict: 'twice', reason: `“${twice}” was heard more than once.` };
  const spans = expected.map((text, index): Span => [first[index]!, first[index]! + text.length]);
  return (
    wrongBeside(expected, spans, said, { isAlone, mayBeCut, announced: texts.length }) ?? {
      verdict: 'expected',
      reason: '',
    }
  );
}

const countOf = (text: string, texts: string[]) => texts.filter((other) => other === text).length;

type Span = [from: number, to: number];

/** An utterance, and where it is in all that was heard. */
interface Part {
  span: Span;
  of: Utterance;
}

/** The utterances as one text, and where each is in it. */
function joined(heard: Utterance[]): { text: string; parts: Part[] } {
  let text = '';
  const parts = heard.map((of): Part => {
    const from = text.length;
    text += `${plain(of.text)} `;
    return { span: [from, text.length - 1], of };
  });
  return { text, parts };
}

/** Where a text begins in another, as whole words. */
function placesOf(text: string, within: string): number[] {
  const places: number[] = [];
  const isWord = (character: string | undefined) => /[\p{L}\p{N}]/u.test(character ?? '');
  for (let at = within.indexOf(text); at >= 0; at = within.indexOf(text, at + text.length))
    if (!isWord(within[at - 1]) && !isWord(within[at + text.length])) places.push(at);
  return places;
}

/** For each expected text the first place that no equal one before it has taken. */
function firstPlaces(expected: string[], places: number[][]): number[] {
  const taken = new Map<string, number>();
  return expected.map((text, index) => {
    const count = taken.get(text) ?? 0;
    taken.set(text, count + 1);
    return places[index]![Math.min(count, places[index]!.length - 1)]!;
  });
}

/** What is cut off, late, or too much. */
function wrongBeside(
  expected: string[],
  spans: Span[],
  { parts }: { parts: Part[] },
  { isAlone, mayBeCut, announced }: Pick<Expected, 'isAlone' | 'mayBeCut'> & { announced: number },
): Mark | undefined {
  const isIn = ([from, to]: Span, { span }: Part) => span[0] < to && span[1] > from;
  for (const [index, span] of spans.entries()) {
    const own = parts.filter((part) => isIn(span, part)).map(({ of }) => of);
    if (own.some(({ isCut }) => isCut) && !mayBeCut)
      return { verdict: 'cut', reason: `“${expected[index]}” was cut off.` };
    const late = Math.max(...own.map(({ late }) => late));
    if (late > (index < announced ? LATE_SECONDS : PAGE_LATE_SECONDS))
      return { verdict: 'late', reason: `“${expected[index]}” began ${late} seconds late.` };
  }
  const more = isAlone && parts.find((part) => !spans.some((span) => isIn(span, part)));
  return more ? { verdict: 'other', reason: `“${more.of.text}” was heard besides.` } : undefined;
}

/** Of several numbers, each may be one more or less, and a single message is said itself; but they add up. */
function markOfNumbers(expected: string[], heard: Utterance[]): Mark {
  const sum = (texts: string[]) =>
    texts
      .map((text) => Number(NUMBER.exec(text)?.[1] ?? text.match(SENDER)?.length ?? 0))
      .reduce((all, one) => all + one, 0);
  const [wanted, got] = [sum(expected), sum(heard.map(({ text }) => plain(text)))];
  if (got === wanted) return { verdict: 'expected', reason: '' };
  const verdict = got < wanted ? 'missing' : 'twice';
  return { verdict, reason: `The numbers add up to ${got}, not to ${wanted}.` };
}
