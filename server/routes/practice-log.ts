import type { Context } from '../context.ts';
import { NotInRoom, Unauthenticated } from '../chat/errors.ts';
import { checkedBody } from '../chat/message.ts';
import type { User } from '../chat/user.ts';
import { readerZone } from '../middleware/render.ts';
import { freshParameter, seeOther } from '../middleware/reply.ts';
import { wantsJson } from '../middleware/request.ts';
import { LONGEST_MESSAGE, sayStep, script, type ScriptedLine } from '../practice/script.ts';
import type { Scene } from '../practice/scene.ts';
import type { Ending, Step } from '../practice/steps.ts';
import { day, dayKey } from '../view/dates.ts';
import type { EntryView } from '../view/entry.ts';
import { quantity } from '../view/index.ts';
import type { LogHeading } from '../view/log-sections.ts';
import { field } from './parameters.ts';

const ROOM = { id: 0, name: 'Practice' };

/** The sentence of the page on which a step has ended. */
const ENDINGS: Record<Ending, string> = {
  removed: new NotInRoom('removed', ROOM).message,
  deleted: new NotInRoom('deleted', ROOM).message,
  'logged-out': new Unauthenticated().message,
  saved: 'Your settings are saved.',
};

/** The sentence for an address with `ended`; undefined if nothing has ended. */
export const endingOf = (ended: unknown): string | undefined =>
  typeof ended === 'string' && Object.hasOwn(ENDINGS, ended) ? ENDINGS[ended as Ending] : undefined;

/** The step of a message of the user. @throws Invalid for `body` */
export function saidStep(ctx: Context): string {
  return sayStep(checkedBody(field(ctx, 'body'), { longest: LONGEST_MESSAGE }));
}

/** Where a step leads: the page, its steps, and what was taken. */
export interface Onward {
  /** The address of the page, with a `?`. */
  page: string;
  steps: string[];
  step: Pick<Step, 'ends' | 'lost'> & Pick<Scene, 'shows'>;
  scene?: Scene;
}

/** Answers a form with the page after the step, and a script with the entries of the step and their times. */
export function goOn(ctx: Context, user: User, { page, steps, step, scene }: Onward): void {
  const done = steps.join('.');
  const location = step.ends
    ? `${page}ended=${step.ends}&${freshParameter()}`
    : `${page}done=${done}&${freshParameter()}#new`;
  if (!wantsJson(ctx)) return seeOther(ctx, location);
  const entries = script(steps, user.username, scene)
    .at(-1)!
    .map((entry) => {
      const line = lineOf(ctx, entry);
      return { ...line, second: entry.second, html: htmlOf(ctx, line) };
    });
  ctx.body = { done, entries, lost: step.lost, ends: step.ends ?? step.shows, location };
}

const htmlOf = (ctx: Context, line: EntryView) =>
  ctx.render('entries/_entry.njk', { line, answers: line.reply && `#m-${line.reply.seq}` }).trim();

/** Returns a line as in a room. @param reader of a page; a script finds the user's own lines itself */
export function lineOf(
  ctx: Context,
  { image, file, ...line }: ScriptedLine,
  reader?: User,
): EntryView & { isOwn: boolean; toYou: boolean } {
  const common = { address: ctx.view.asset('harbour.svg'), descriptionAddress: '', describedAt: null };
  const picture = {
    ...common,
    type: 'png',
    format: 'PNG',
    size: 0,
    width: 480,
    height: 270,
    shown: { width: 480, height: 270 },
  } as const;
  const paper = {
    ...common,
    type: 'pdf',
    format: 'PDF',
    size: 120_000,
    width: null,
    height: null,
    shown: null,
  } as const;
  return {
    ...line,
    isOwn: line.author === reader?.username,
    toYou: reader !== undefined && line.reply?.author === reader.username,
    ...(reader && { reader: reader.username }),
    ...(image && {
      attachment: { ...picture, description: image, decorative: false, words: `Image: ${image}` },
    }),
    ...(file && { attachment: { ...paper, description: file, decorative: false, words: `File: ${file}` } }),
  };
}

/** The entry as HTML, and its day. */
export function shownLine(ctx: Context, line: EntryView) {
  const zone = readerZone(ctx);
  return {
    seq: line.seq,
    html: htmlOf(ctx, line),
    day: { key: dayKey(line.at, zone), words: day(line.at, zone) },
  };
}

/** The heading before the entries of the latest step, as in a room. */
export function headingOf(latest: ScriptedLine[], before: number, lines: EntryView[]): LogHeading {
  const count = latest.filter(({ kind }) => kind === 'message').length;
  const words = count ? quantity(count, 'new message') : 'No new messages';
  return { id: 'new', words, from: latest[0]?.seq ?? (lines[before - 1]?.seq ?? 0) + 1 };
}
