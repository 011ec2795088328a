import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { Missing } from '../chat/errors.ts';
import { personNamed } from '../chat/people.ts';
import {
  answerReport,
  attachmentOf,
  contextOf,
  openReports,
  reportWith,
  type Answer,
} from '../chat/report.ts';
import {
  endSessions as logOut,
  suspend as block,
  suspendedPeople,
  unsuspend as release,
} from '../chat/suspension.ts';
import type { User } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { me } from '../middleware/current-user.ts';
import { flash, freshMark, seeOther } from '../middleware/pages.ts';
import { sendFile } from './attachments.ts';
import { field, id } from './parameters.ts';

/** GET /operator/reports: what nobody has answered yet, and who is suspended */
export const reports: Handler = async (ctx) => {
  operator(ctx);
  ctx.page('operator/reports.njk', {
    reports: await openReports(ctx.em),
    suspended: await suspendedPeople(ctx.em),
  });
};

/** GET /operator/reports/ID: the message among those about it, and what can be done */
export const report: Handler = async (ctx) => {
  operator(ctx);
  const found = await reportOf(ctx);
  const lines = (await contextOf(ctx.em, found)).map((entry) => ctx.view.line(entry));
  ctx.page('operator/report.njk', {
    report: found,
    lines,
    file: lines.find(({ seq }) => seq === found.seq)?.attachment,
  });
};

/** GET /operator/reports/ID/file: what is attached to the reported message */
export const file: Handler = async (ctx) => {
  operator(ctx);
  const attachment = await attachmentOf(ctx.em, await reportOf(ctx));
  if (!attachment)
    throw new Missing(
      'There is no image or file with this message, or not any more. Go back to the list of reports.',
    );
  await sendFile(ctx, attachment);
};

/** POST /operator/reports/ID/dismiss */
export const dismiss = answered(
  'dismissed',
  async () => {},
  () => 'The report is dismissed. Nobody is told.',
);

/** POST /operator/reports/ID/end-sessions */
export const endSessions = answered(
  'sessions-ended',
  async (ctx, em, author) => void (await logOut(em, author, ctx.now)),
  (name) => `${name} is logged out everywhere.`,
);

/** POST /operator/reports/ID/suspend */
export const suspend = answered(
  'suspended',
  (ctx, em, author) => block(em, author, field(ctx, 'reason'), ctx.now),
  (name) => `${name} is suspended, and logged out everywhere.`,
);

/** POST /operator/people/USERNAME/unsuspend */
export const unsuspend: Handler = async (ctx) => {
  operator(ctx);
  const person = await personNamed(ctx.em, ctx.params.username ?? '');
  await release(ctx.em, person);
  done(ctx, `${person.username} can log in again.`);
};

/** Who asks. @throws Missing where they are no operator: these pages are nobody else's to know of */
function operator(ctx: Context): User {
  const user = me(ctx);
  if (!user.operator) throw new Missing();
  return user;
}

const reportOf = (ctx: Context) => reportWith(ctx.em, id(ctx.params.report));

/** An answer to a report, after which the list of reports says that it is done. */
function answered(
  answer: Answer,
  work: (ctx: Context, em: EntityManager, author: User) => Promise<void>,
  sentence: (name: string) => string,
): Handler {
  return async (ctx) => {
    const user = operator(ctx);
    const found = await reportOf(ctx);
    await ctx.em.transactional(async (em) => {
      await work(ctx, em, found.author as User);
      await answerReport(em, user, found, answer, ctx.now);
    });
    done(ctx, sentence(found.author.username));
  };
}

function done(ctx: Context, sentence: string): void {
  flash(ctx, sentence);
  seeOther(ctx, `/operator/reports?${freshMark()}`);
}
