import {
  confirmEmail,
  disownEmail,
  makeConfirmation,
  userOfConfirmation,
  VALID_DAYS,
} from '../chat/confirmation.ts';
import { Invalid } from '../chat/errors.ts';
import type { User } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { requireUser } from '../middleware/current-user.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';
import { isolated } from '../text/direction.ts';

/** GET /confirm/TOKEN: asks. Opening it changes nothing: programs of mail servers open links, too. */
export const form: Handler = async (ctx) => {
  ctx.page('away/confirm.njk', {
    person: await userOfConfirmation(ctx.em, ctx.params.token ?? '', ctx.now),
    token: ctx.params.token,
  });
};

/** POST /confirm/TOKEN: the address belongs to the user of the account */
export const confirm: Handler = async (ctx) => {
  await confirmEmail(ctx.em, await counted(ctx), ctx.now);
  seeOther(ctx, '/confirm/done');
};

/** POST /confirm/TOKEN/disown: the address is taken off the account */
export const disown: Handler = async (ctx) => {
  await disownEmail(ctx.em, await counted(ctx), ctx.now);
  seeOther(ctx, '/confirm/disowned');
};

/** GET /confirm/done, /confirm/disowned */
export const done: Handler = (ctx) => ctx.page('away/confirmed.njk');
export const disowned: Handler = (ctx) => ctx.page('away/disowned.njk');

/** POST /settings/away/confirm: sends another link */
export const send: Handler = async (ctx) => {
  const user = requireUser(ctx);
  if (!ctx.mail)
    throw new Invalid({
      '': 'This Plainchat sends no mail, so there is no link to confirm an address. Ask the people who run it.',
    });
  await ctx.rateLimiter.consume('mail', {
    address: ctx.address,
    now: ctx.now,
    user: { id: `confirm ${user.id}` },
  });
  mailConfirmation(ctx, user);
  flash(ctx, `A link is on its way to ${isolated(user.email)}. Open it within ${VALID_DAYS} days.`);
  seeOther(ctx, `/settings/away?${freshParameter()}`);
};

/** The token of the address, whose use is counted. */
async function counted(ctx: Context): Promise<string> {
  const token = ctx.params.token ?? '';
  await ctx.rateLimiter.consume('reset', { address: ctx.address, now: ctx.now, user: { id: token } });
  return token;
}

/** Mails a link for the address that the account has now, once the answer is sent. Does nothing without a mail server. */
export function mailConfirmation(ctx: Context, user: Pick<User, 'id'>): void {
  ctx.res.once(
    'finish',
    () =>
      void sendLink(ctx, user).catch((error: Error) =>
        ctx.log.error(error, 'the mail with a link to confirm an address was not sent'),
      ),
  );
}

async function sendLink({ em, mail, now, env }: Context, found: Pick<User, 'id'>): Promise<void> {
  if (!mail) return;
  const link = await makeConfirmation(em, found, now);
  if (!link) return;
  const { origin } = env.publicUrl!;
  await mail({
    to: link.user.email,
    subject: 'Is this your email address at Plainchat?',
    text: `Somebody, probably you, gave this address for the account ${isolated(link.user.username)} at ${origin}.

Open this link within ${VALID_DAYS} days, and say whether it is yours:

${origin}${link.path}

If the account is yours, Plainchat can then tell you by mail what you have not read. You choose that in the settings, and can use everything else without it. If it is not yours, the same page takes your address off it.
`,
    headers: { 'Auto-Submitted': 'auto-generated' },
  });
}
