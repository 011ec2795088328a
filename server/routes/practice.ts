import { announcementsOf } from '../chat/announcements.ts';
import { NotFound } from '../chat/errors.ts';
import type { Context, Handler } from '../context.ts';
import { requireUser } from '../middleware/current-user.ts';
import { LONGEST_MESSAGE, presentAfter, script, stepsOf } from '../practice/script.ts';
import { STEPS } from '../practice/steps.ts';
import { logSections } from '../view/log-sections.ts';
import { field } from './parameters.ts';
import { endingOf, goOn, headingOf, lineOf, saidStep, shownLine } from './practice-log.ts';

/** GET /practice: `done` contains the steps so far, `ended` how the practice ended. The server stores nothing. */
export const show: Handler = (ctx) => {
  const user = requireUser(ctx);
  const steps = stepsOf(ctx.refused ? field(ctx, 'done') : String(ctx.query.done ?? ''));
  const log = script(steps, user.username);
  const present = presentAfter(log, user.username);
  const latest = steps.length ? log.pop()! : undefined;
  const lines = [...log, latest ?? []].flat().map((entry) => lineOf(ctx, entry, user));
  const heading = latest && headingOf(latest, lines.length - latest.length, lines);
  ctx.page('practice/show.njk', {
    steps: STEPS,
    done: steps.join('.'),
    present,
    longest: LONGEST_MESSAGE,
    announcements: announcementsOf(user),
    ended: endingOf(ctx.query.ended),
    sections: logSections(
      lines.map((line) => shownLine(ctx, line)),
      { heading },
    ),
    heading,
    last: lines.at(-1)?.seq ?? 0,
    step: STEPS[steps.at(-1) ?? ''],
  });
};

/** POST /practice/say: a message of the user */
export const say: Handler = (ctx) => {
  requireUser(ctx);
  take(ctx, saidStep(ctx));
};

/** POST /practice/STEP */
export const step: Handler = (ctx) => {
  requireUser(ctx);
  const name = ctx.params.step ?? '';
  if (!Object.hasOwn(STEPS, name))
    throw new NotFound('There is no such step. Choose one on the page “Practice”.');
  take(ctx, name);
};

function take(ctx: Context, name: string): void {
  const steps = stepsOf(`${field(ctx, 'done')}.${name}`);
  goOn(ctx, requireUser(ctx), { page: '/practice?', steps, step: STEPS[name] ?? {} });
}
