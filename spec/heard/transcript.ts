// What was heard in a run, as files for people.
import { heardIn, sceneOf } from '../../server/practice/scenes.ts';
import type { Line } from './hands.ts';
import type { Heard } from './listener.ts';
import { type Utterance, writtenDown } from './speech.ts';

/** Characters that a result of a run has room for. */
const LONGEST = 1000;

const list = (lines: string[], nothing: string) =>
  lines.length > 0 ? lines.map((line) => `- ${line.replace(/\s+/g, ' ')}`).join('\n') : `- ${nothing}`;
const quoted = (texts: string[]) => texts.map((text) => `“${text}”`);

/** All scenes of a run, for readers who mark what was heard. */
export const readingOf = (heard: Heard[], username: string, setup: Record<string, string>): string =>
  [
    '# What a screen reader said in the scenes of the practice room',
    `${setup.reader} ${setup.readerVersion}, ${setup.browser} ${setup.browserVersion}, ${setup.system}. ${setup.settings}`,
    `The tester is logged in as “${username}”. Seconds count from the key that begins the scene. Speech goes on at 15 characters a second: “[begins 2.0 s later]” waited for what was said before, and “[cut off]” was stopped by the screen reader before its end.`,
    ...heard.map((one) => transcriptOf(one, username)),
    '',
  ].join('\n\n');

/** A scene with what was to be heard and what was heard, without a mark: for readers who make their own. */
function transcriptOf({ number, utterances, announced, log }: Heard, username: string): string {
  const { name, task, note, page = [] } = sceneOf(number);
  return [
    `## Scene ${number}: ${name}`,
    ...(task ? [`Task: ${task}`] : []),
    `Announcements that should be heard, in this order:\n\n${list(quoted(heardIn(number, username)), 'none')}`,
    ...(page.length > 0
      ? [
          `Of the page that comes, in this order, each once or again when the whole page has come:\n\n${list(quoted(page), '')}`,
        ]
      : []),
    `Note: ${(note ?? '').replaceAll('{reader}', username)}`,
    `What the page noted of its own announcements:\n\n${list(announced.split('\n').filter(Boolean), 'nothing, or the page has gone')}`,
    `What the screen reader said, from the beginning of the scene on:\n\n${list(utterances.length > 0 ? writtenDown(utterances).split('\n') : [], 'nothing')}`,
    ...(log.length > 0
      ? [
          `What it said of the new lines of the log, each asked for by the key for list items:\n\n${list(
            log.map(({ said }) => said),
            '',
          )}`,
          `What a Braille display of 40 cells showed of them:\n\n${list(
            log.map(({ braille }) => braille),
            '',
          )}`,
        ]
      : []),
  ].join('\n\n');
}

/** The marks that the comparison made, and what was not played. */
export function marksOf(heard: Heard[], failed: ReadonlyMap<number, string>): string {
  const lines = heard.map(({ number, mark }) => `| ${number} | ${mark.verdict} | ${mark.reason} |`);
  const unplayed = [...failed].map(([number, reason]) => `| ${number} | not played | ${reason} |`);
  return ['| scene | mark | reason |', '| --- | --- | --- |', ...lines, ...unplayed, ''].join('\n');
}

/** What a result of a run keeps: words without seconds, so that two runs can be compared. */
export function heardText(utterances: Utterance[], log: Line[]): string {
  const said = utterances.map(({ text, isCut }) => `${text}${isCut ? ' [cut off]' : ''}`);
  const read = log.length > 0 ? ['In the log:', ...log.map((line) => line.said)] : [];
  const text = [...said, ...read].join('\n') || 'Nothing';
  return Array.from(text).slice(0, LONGEST).join('');
}

/** Which scenes of several runs were not heard the same, as lines for people. */
export function differencesOf(runs: Heard[][]): string[] {
  const numbers = [...new Set(runs.flat().map(({ number }) => number))].toSorted((a, b) => a - b);
  return numbers.flatMap((number) => {
    const marks = runs.map((run) => run.find((heard) => heard.number === number)?.mark);
    const verdicts = marks.map((mark) => mark?.verdict ?? 'not played');
    if (new Set(verdicts).size < 2) return [];
    const reasons = marks.map((mark) => mark?.reason).filter(Boolean);
    return [`Scene ${number}: ${verdicts.join(', ')}. ${reasons.join(' ')}`];
  });
}
