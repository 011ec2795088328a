import { announcementsOf } from '../chat/announcements.ts';
import { Ended, Invalid, Missing } from '../chat/errors.ts';
import { checkedBody } from '../chat/message.ts';
import { lengthOf } from '../chat/text.ts';
import type { User } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { me } from '../middleware/current-user.ts';
import { wantsJson } from '../middleware/errors.ts';
import { freshMark, seeOther } from '../middleware/pages.ts';
import { LONGEST_OWN, presentAfter, saying, script, stepsOf, type ScriptedLine } from '../practice/script.ts';
import { STEPS } from '../practice/steps.ts';
import { quantity, type Line } from '../view.ts';
import { field } from './parameters.ts';

const ROOM = { id: 0, name: 'Practice' };

/** GET /practice: `done` has the steps that were asked for, `ended` how it came to an end. Nothing of it is kept. */
export const show: Handler = (ctx) => {
  const user = me(ctx);
  const steps = stepsOf(ctx.refused ? field(ctx, 'done') : String(ctx.query.done ?? ''));
  const log = script(steps, user.username);
  const present = presentAfter(log, user.username);
  const latest = steps.length ? log.pop()! : undefined;
  const { ended } = ctx.query;
  ctx.page('practice/show.njk', {
    steps: STEPS,
    done: steps.join('.'),
    present,
    longest: LONGEST_OWN,
    announcements: announcementsOf(user),
    ended: ended === 'removed' || ended === 'deleted' ? new Ended(ended, ROOM).message : undefined,
    lines: log.flat().map((entry) => lineOf(ctx, entry, user)),
    latest: latest?.map((entry) => lineOf(ctx, entry, user)),
    news: latest && newsOf(latest),
    step: STEPS[steps.at(-1) ?? ''],
  });
};

/** POST /practice/say: a message of the reader's own */
export const say: Handler = (ctx) => {
  const user = me(ctx);
  const body = checkedBody(field(ctx, 'body'));
  if (lengthOf(body) > LONGEST_OWN)
    throw new Invalid({
      body: `In the practice room a message has at most ${LONGEST_OWN} characters. Shorten it.`,
    });
  goOn(ctx, user, saying(body));
};

/** POST /practice/STEP */
export const take: Handler = (ctx) => {
  const user = me(ctx);
  const name = ctx.params.step ?? '';
  if (!Object.hasOwn(STEPS, name))
    throw new Missing('There is no such step. Choose one of those on the page “Practice”.');
  goOn(ctx, user, name);
};

/** Answers a form with the page that has what comes of it, and a script with what is to come and when. */
function goOn(ctx: Context, user: User, step: string): void {
  const { ends, lost } = STEPS[step] ?? {};
  const steps = stepsOf(`${field(ctx, 'done')}.${step}`);
  const done = steps.join('.');
  const location = ends
    ? `/practice?ended=${ends}&${freshMark()}`
    : `/practice?done=${done}&${freshMark()}#new`;
  if (!wantsJson(ctx)) return seeOther(ctx, location);
  const entries = script(steps, user.username)
    .at(-1)!
    .map((entry) => {
      const line = lineOf(ctx, entry);
      return { ...line, second: entry.second, html: ctx.render('entries/_entry.njk', { line }).trim() };
    });
  ctx.body = { done, entries, lost, ends, location };
}

/** A line as a room has it; what is its reader's own is told on a page alone, and by the script otherwise. */
function lineOf(ctx: Context, { image, ...line }: ScriptedLine, reader?: User): Line & { isOwn: boolean } {
  const file = {
    type: 'png',
    format: 'PNG',
    size: 0,
    width: 480,
    height: 270,
    address: ctx.view.asset('harbour.svg'),
    descriptionAddress: '',
    describedAt: null,
  } as const;
  return {
    ...line,
    isOwn: line.author === reader?.username,
    ...(image && {
      attachment: { ...file, description: image, decorative: false, words: `Image: ${image}` },
    }),
  };
}

/** As the heading ahead of what is new in a room. */
function newsOf(entries: ScriptedLine[]): string {
  const count = entries.filter(({ kind }) => kind === 'message').length;
  return count ? quantity(count, 'new message') : 'No new messages';
}
