import { Invalid } from '../chat/errors.ts';
import { resetPassword } from '../chat/password-reset.ts';
import { makeResetLink, userOfResetLink } from '../chat/reset-link.ts';
import { findByLogin, lockUser, type User } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import type { SendMail } from '../mail.ts';
import { seeOther } from '../middleware/reply.ts';
import { isolated } from '../text/direction.ts';
import { fold } from '../text/characters.ts';
import { field } from './parameters.ts';
import { begin, hashingFor } from './sessions.ts';

/** GET /forgotten: how to get a reset link */
export const forgotten: Handler = (ctx) =>
  ctx.page('accounts/forgotten.njk', { sendsMail: ctx.mail !== undefined });

/** POST /forgotten: mails a reset link. Without an account the answer is the same, and as fast, so that it reveals no account. */
export const send: Handler = async (ctx) => {
  const { mail } = ctx;
  if (!mail) return forgotten(ctx);
  const login = field(ctx, 'login').trim();
  if (login === '') throw new Invalid({ login: 'Enter your username or your email address.' });
  // By the name as typed: counted by the account, the limit would tell which two names belong to one.
  await ctx.rateLimiter.consume('mail', { address: ctx.address, now: ctx.now, user: { id: fold(login) } });
  const user = await findByLogin(ctx.em, login);
  if (user)
    ctx.res.once(
      'finish',
      () =>
        void mailLink(ctx, mail, user).catch((error: Error) =>
          ctx.log.error(error, 'the mail with a reset link was not sent'),
        ),
    );
  seeOther(ctx, '/forgotten/sent');
};

/** GET /forgotten/sent */
export const sent: Handler = (ctx) => ctx.page('accounts/sent.njk');

/** GET /reset/TOKEN: the form. Opening it does not use up the link. */
export const form: Handler = async (ctx) => {
  ctx.page('accounts/reset.njk', { person: await userOfResetLink(ctx.em, ctx.params.token ?? '', ctx.now) });
};

/** POST /reset/TOKEN: sets the new password, and logs the user in */
export const reset: Handler = async (ctx) => {
  const token = ctx.params.token ?? '';
  await ctx.rateLimiter.consume('reset', { address: ctx.address, now: ctx.now, user: { id: token } });
  const user = await resetPassword(ctx.em, token, field(ctx, 'password'), {
    now: ctx.now,
    ...hashingFor(ctx, `address ${ctx.address}`),
  });
  await begin(
    ctx,
    user,
    'Your new password is set, and you are logged in with it. You were logged out everywhere else.',
  );
  seeOther(ctx, '/rooms');
};

async function mailLink({ em, now, env }: Context, mail: SendMail, found: User): Promise<void> {
  // To the address that they have now: they may have changed it since they were found.
  const { path, user } = await em.transactional(async (em) => {
    const user = await lockUser(em, found);
    return { user, path: await makeResetLink(em, user, now) };
  });
  await mail({
    to: user.email,
    subject: 'A new password for Plainchat',
    text: `Somebody, probably you, asked for a new password for the account ${isolated(user.username)} at ${env.publicUrl!.origin}.

Open this link to set one. It works once, within an hour:

${env.publicUrl!.origin}${path}

If it was not you, do nothing: your password does not change.
`,
  });
}
