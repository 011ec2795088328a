import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { type ActName, recordAct } from '../chat/act.ts';
import { NotFound } from '../chat/errors.ts';
import { userNamed } from '../chat/people.ts';
import { type Answer, answerReport, attachmentOf, reportWith } from '../chat/report.ts';
import { entriesAround, openReports, shownReport } from '../chat/shown-reports.ts';
import { suspendedPage } from '../chat/suspended-users.ts';
import * as suspension from '../chat/suspension.ts';
import { lockRows, requireActive, type User } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { requireOperator, requireUser } from '../middleware/current-user.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';
import { isolated } from '../text/direction.ts';
import { sendFile } from './attachments.ts';
import { field, id, pageNumber } from './parameters.ts';

/** GET /operator/reports: open reports, as `?page=2`, and suspended users, as `?suspended=2` */
export const reports: Handler = async (ctx) => {
  requireOperator(ctx);
  ctx.page('operator/reports.njk', {
    reports: await openReports(ctx.reader, pageNumber(ctx, 'page')),
    suspended: await suspendedPage(ctx.reader, pageNumber(ctx, 'suspended')),
    check: freshParameter(),
  });
};

/** GET /operator/reports/ID: the message with those around it, and the possible answers */
export const report: Handler = async (ctx) => {
  requireOperator(ctx);
  const found = await shownReport(ctx.reader, id(ctx.params.report));
  const lines = (await entriesAround(ctx.reader, found)).map((entry) => ctx.view.entryView(entry));
  ctx.page('operator/report.njk', {
    report: found,
    lines,
    file: lines.find(({ seq }) => seq === found.seq)?.attachment,
  });
};

/** GET /operator/reports/ID/file: the attachment of the reported message */
export const file: Handler = async (ctx) => {
  requireOperator(ctx);
  const attachment = await attachmentOf(ctx.em, await reportOf(ctx));
  if (!attachment)
    throw new NotFound(
      'This message has no image or file, or it no longer exists. Go back to the list of reports.',
    );
  await sendFile(ctx, attachment);
};

/** POST /operator/reports/ID/dismiss */
export const dismiss = answerHandler(
  'dismissed',
  'report dismissed',
  async () => {},
  () => 'The report is dismissed. Nobody is told.',
);

/** POST /operator/reports/ID/end-sessions */
export const endSessions = answerHandler(
  'sessions-ended',
  'sessions ended',
  async (ctx, em, author) => void (await suspension.logOutEverywhere(em, author, ctx.now)),
  (name) => `${name} is logged out everywhere.`,
);

/** POST /operator/reports/ID/suspend */
export const suspend = answerHandler(
  'suspended',
  'account suspended',
  (ctx, em, author) => suspension.suspend(em, author, field(ctx, 'reason'), ctx.now),
  (name) => `${name} is suspended, and logged out everywhere.`,
);

/** POST /operator/people/USERNAME/unsuspend */
export const unsuspend: Handler = async (ctx) => {
  requireOperator(ctx);
  const operator = requireUser(ctx);
  const user = await userNamed(ctx.em, ctx.params.username ?? '');
  await ctx.em.transactional(async (em) => {
    await lockOperator(em, operator, user);
    await suspension.unsuspend(em, user);
    await recordAct(em, 'suspension lifted', { at: ctx.now, by: operator.id, user: user.id });
  });
  done(ctx, `${isolated(user.username)} can log in again.`);
};

/** Locks an operator who acts, and the user on whom they act, who may be a former member. @throws NotFound, and as `lockActor` */
export async function lockOperator(
  em: EntityManager,
  operator: User,
  person: Pick<User, 'id'> = operator,
): Promise<void> {
  const [actor] = await lockRows(em, operator, person);
  requireActive(actor!, operator.verifiedAccess);
  if (!actor!.operator) throw new NotFound();
}

const reportOf = (ctx: Context) => reportWith(ctx.em, id(ctx.params.report));

/** Returns the handler of an answer to a report. The list of reports then shows the sentence. */
function answerHandler(
  answer: Answer,
  act: ActName,
  work: (ctx: Context, em: EntityManager, author: User) => Promise<void>,
  sentence: (name: string) => string,
): Handler {
  return async (ctx) => {
    requireOperator(ctx);
    const user = requireUser(ctx);
    const found = await reportOf(ctx);
    await ctx.em.transactional(async (em) => {
      await lockOperator(em, user, found.author);
      await work(ctx, em, found.author);
      await recordAct(em, act, { at: ctx.now, by: user.id, user: found.author.id });
      await answerReport(em, user, found, answer, ctx.now);
    });
    done(ctx, sentence(isolated(found.author.username)));
  };
}

function done(ctx: Context, sentence: string): void {
  flash(ctx, sentence);
  seeOther(ctx, `/operator/reports?${freshParameter()}`);
}
