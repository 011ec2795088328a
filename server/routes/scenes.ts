import { announcementsOf } from '../chat/announcements.ts';
import { NotFound } from '../chat/errors.ts';
import { resultsOf, VERDICTS } from '../chat/run-result.ts';
import { runOf } from '../chat/run.ts';
import type { Context, Handler } from '../context.ts';
import { requireUser } from '../middleware/current-user.ts';
import { BEGIN_STEP, LONGEST_MESSAGE, presentAfter, script, stepsOf } from '../practice/script.ts';
import type { Scene } from '../practice/scene.ts';
import { heardIn, sceneNumber, sceneOf, SCENES } from '../practice/scenes.ts';
import type { EntryView } from '../view/entry.ts';
import { type LogHeading, logSections } from '../view/log-sections.ts';
import { field, id } from './parameters.ts';
import { endingOf, goOn, headingOf, lineOf, saidStep, shownLine } from './practice-log.ts';

/** Entries on the page on which earlier ones can be shown. */
const LATEST = 10;
/** The entries that are “found”. */
const HITS = [30, 20, 10];

/** GET /practice/scenes */
export const list: Handler = (ctx) => {
  requireUser(ctx);
  ctx.page('practice/scenes.njk', { scenes: SCENES });
};

/**
 * GET /practice/scenes/N, and /practice/runs/ID/scenes/N as part of a run: `done` contains what was begun and
 * sent so far, `ended` how it ended
 */
export const show: Handler = async (ctx) => {
  const user = requireUser(ctx);
  const number = numberIn(ctx);
  const run = await runIn(ctx, user.id);
  const scene = sceneOf(number);
  const steps = stepsOf(ctx.refused ? field(ctx, 'done') : String(ctx.query.done ?? ''), scene);
  const log = script(steps, user.username, scene);
  const present = presentAfter(log, user.username);
  const latest = steps.length ? log.at(-1)! : undefined;
  const lines = log.flat().map((entry) => lineOf(ctx, entry, user));
  const hasBegun = steps.includes(BEGIN_STEP);
  const { heading, shown, hits } = shownIn(lines, {
    shows: scene.shows,
    hasBegun,
    heading: latest && headingOf(latest, lines.length - latest.length, lines),
  });
  ctx.page('practice/scene.njk', {
    number,
    page: pageOf(number, run?.id),
    run,
    result: run && (await resultsOf(ctx.reader, run.id)).find((result) => result.scene === number),
    verdicts: VERDICTS,
    scene,
    heard: heardIn(number, user.username),
    previous: sceneNumber(number - 1),
    next: sceneNumber(number + 1),
    done: steps.join('.'),
    present,
    longest: LONGEST_MESSAGE,
    announcements: announcementsOf(user),
    ended: endingOf(ctx.query.ended),
    hits: hits?.map((line) => ({ ...shownLine(ctx, line), body: line.body, author: line.author })),
    sections: logSections(
      shown.map((line) => shownLine(ctx, line)),
      { heading },
    ),
    heading,
    last: lines.at(-1)?.seq ?? 0,
    step: hasBegun ? scene : undefined,
  });
};

/** What a page shows of the lines, and where it begins. */
function shownIn(
  lines: EntryView[],
  { shows, hasBegun, heading }: { shows: Scene['shows']; hasBegun: boolean; heading: LogHeading | undefined },
): { shown: EntryView[]; heading: LogHeading | undefined; hits?: EntryView[] } {
  if (shows === 'earlier') {
    const latest = lines.slice(-LATEST);
    return hasBegun
      ? {
          shown: lines.slice(-3 * LATEST),
          heading: { id: 'new', words: 'You were here', from: latest[0]!.seq },
        }
      : { shown: latest, heading: undefined };
  }
  if (shows === 'hits' && hasBegun)
    return { shown: lines, heading: undefined, hits: HITS.map((seq) => lines[seq]!) };
  return { shown: lines, heading };
}

/** POST /practice/scenes/N/begin */
export const begin: Handler = (ctx) => {
  requireUser(ctx);
  take(ctx, BEGIN_STEP);
};

/** POST /practice/scenes/N/say: a message of the user */
export const say: Handler = (ctx) => {
  requireUser(ctx);
  numberIn(ctx);
  take(ctx, saidStep(ctx));
};

function take(ctx: Context, name: string): void {
  const number = numberIn(ctx);
  const scene = sceneOf(number);
  goOn(ctx, requireUser(ctx), {
    page: `${pageOf(number, id(field(ctx, 'run')))}?`,
    steps: stepsOf(`${field(ctx, 'done')}.${name}`, scene),
    step: name === BEGIN_STEP ? scene : {},
    scene,
  });
}

const pageOf = (number: number, run?: number) => `/practice/${run ? `runs/${run}/` : ''}scenes/${number}`;

/** The run of which the page is a part, by its address or by the form that was refused. @throws NotFound */
async function runIn(ctx: Context, user: number) {
  const run = ctx.params.run ?? (ctx.refused && field(ctx, 'run'));
  return run ? runOf(ctx.reader, user, id(run)) : undefined;
}

/** @throws NotFound */
export function numberIn(ctx: Context): number {
  const number = sceneNumber(ctx.params.scene);
  if (!number) throw new NotFound('There is no such scene. Choose one from the list of scenes.');
  return number;
}
