import { announcementsOf } from '../chat/announcements.ts';
import { Ended, Missing } from '../chat/errors.ts';
import type { Context, Handler } from '../context.ts';
import { me } from '../middleware/current-user.ts';
import { wantsJson } from '../middleware/errors.ts';
import { freshMark, seeOther } from '../middleware/pages.ts';
import { script, stepsOf, type ScriptedLine } from '../practice/script.ts';
import { STEPS } from '../practice/steps.ts';
import { quantity, type Line } from '../view.ts';
import { field } from './parameters.ts';

const ROOM = { id: 0, name: 'Practice' };

/** GET /practice: `done` has the steps that were asked for, `ended` how it came to an end. Nothing of it is kept. */
export const show: Handler = (ctx) => {
  const user = me(ctx);
  const steps = stepsOf(String(ctx.query.done ?? ''));
  const log = script(steps);
  const latest = steps.length ? log.pop()! : undefined;
  const { ended } = ctx.query;
  ctx.page('practice/show.njk', {
    steps: STEPS,
    done: steps.join('.'),
    announcements: announcementsOf(user),
    ended: ended === 'removed' || ended === 'deleted' ? new Ended(ended, ROOM).message : undefined,
    lines: log.flat().map((entry) => lineOf(ctx, entry)),
    latest: latest?.map((entry) => lineOf(ctx, entry)),
    news: latest && newsOf(latest),
    step: STEPS[steps.at(-1) ?? ''],
  });
};

/** POST /practice/STEP: to a form the page with what comes of it, to a script what is to come and when */
export const take: Handler = (ctx) => {
  me(ctx);
  const name = ctx.params.step ?? '';
  if (!Object.hasOwn(STEPS, name)) throw new Missing('There is no such step. Choose one of those on the page “Practice”.');
  const { ends, lost } = STEPS[name]!;
  const steps = stepsOf(`${field(ctx, 'done')}.${name}`);
  const done = steps.join('.');
  const location = ends ? `/practice?ended=${ends}&${freshMark()}` : `/practice?done=${done}&${freshMark()}#new`;
  if (!wantsJson(ctx)) return seeOther(ctx, location);
  const entries = script(steps).at(-1)!.map((entry) => {
    const line = lineOf(ctx, entry);
    return { ...line, second: entry.second, html: ctx.render('entries/_entry.njk', { line }).trim() };
  });
  ctx.body = { done, entries, lost, ends, location };
};

/** A line as a room has it. */
function lineOf(ctx: Context, { image, ...line }: ScriptedLine): Line {
  const file = { type: 'png', format: 'PNG', size: 0, width: 480, height: 270, address: ctx.view.asset('harbour.svg'), descriptionAddress: '', describedAt: null } as const;
  return { ...line, ...(image && { attachment: { ...file, description: image, decorative: false, words: `Image: ${image}` } }) };
}

/** As the heading ahead of what is new in a room. */
function newsOf(entries: ScriptedLine[]): string {
  const count = entries.filter(({ kind }) => kind === 'message').length;
  return count ? quantity(count, 'new message') : 'No new messages';
}
