import { accountsPage } from '../chat/accounts-shown.ts';
import { recordAct } from '../chat/act.ts';
import { Invalid } from '../chat/errors.ts';
import { userNamed } from '../chat/people.ts';
import { makeResetLink } from '../chat/reset-link.ts';
import { findByLogin } from '../chat/user.ts';
import type { Handler } from '../context.ts';
import { requireOperator, requireUser } from '../middleware/current-user.ts';
import { originOf } from '../middleware/origin.ts';
import { freshParameter, seeOther } from '../middleware/reply.ts';
import { accountOf, ACTS, addressOf } from './operator-acts.ts';
import { lockOperator } from './operator.ts';
import { field, pageNumber } from './parameters.ts';

/** GET /operator/accounts: the latest ones, or those whose usernames begin as in `?begins=ad` */
export const list: Handler = async (ctx) => {
  requireOperator(ctx);
  const begins = typeof ctx.query.begins === 'string' ? ctx.query.begins : '';
  ctx.page('operator/accounts.njk', {
    accounts: await accountsPage(ctx.reader, begins, pageNumber(ctx, 'page')),
    begins,
    check: freshParameter(),
  });
};

/** POST /operator/accounts: finds an account by its username or email, or all whose usernames begin so */
export const find: Handler = async (ctx) => {
  requireOperator(ctx);
  const q = field(ctx, 'q').trim();
  const person = await findByLogin(ctx.em, q);
  if (person) return seeOther(ctx, addressOf(person.username));
  const { rows } = q ? await accountsPage(ctx.reader, q, 1) : { rows: [] };
  if (rows.length === 0)
    throw new Invalid({
      q: q
        ? 'There is no account with this username or email, and none whose username begins so. Check it.'
        : 'Enter a username, the beginning of one, or a whole email address.',
    });
  seeOther(ctx, `/operator/accounts?begins=${encodeURIComponent(q)}&${freshParameter()}`);
};

/** GET /operator/accounts/USERNAME */
export const show: Handler = async (ctx) => {
  requireOperator(ctx);
  const account = await accountOf(ctx);
  const acts = Object.entries(ACTS).filter(([, { isFor }]) => isFor(account));
  ctx.page('operator/account.njk', {
    account,
    acts: acts.map(([name, { label }]) => ({ name, label: label(account.username) })),
    check: freshParameter(),
  });
};

/** GET /operator/accounts/USERNAME/reset-link: asks */
export const askResetLink: Handler = async (ctx) => {
  requireOperator(ctx);
  ctx.page('operator/reset-link.njk', { account: await accountOf(ctx) });
};

/** POST /operator/accounts/USERNAME/reset-link: shows the link, which is stored nowhere */
export const resetLink: Handler = async (ctx) => {
  requireOperator(ctx);
  const operator = requireUser(ctx);
  const person = await userNamed(ctx.em, ctx.params.username ?? '');
  const path = await ctx.em.transactional(async (em) => {
    await lockOperator(em, operator, person);
    await recordAct(em, 'reset link made', { at: ctx.now, by: operator.id, user: person.id });
    return makeResetLink(em, person, ctx.now);
  });
  const origin = originOf(ctx);
  ctx.page('operator/reset-link.njk', { account: person, link: origin + path });
};
