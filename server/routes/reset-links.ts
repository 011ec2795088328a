import { Invalid } from '../chat/errors.ts';
import { makeResetLink, resetPassword, userOfLink } from '../chat/reset-link.ts';
import { findByLogin, type User } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import type { SendMail } from '../mail.ts';
import { flash, seeOther } from '../middleware/pages.ts';
import { field } from './parameters.ts';
import { begin } from './sessions.ts';

/** GET /forgotten: how to get a link that sets a new password */
export const forgotten: Handler = (ctx) =>
  ctx.page('accounts/forgotten.njk', { sendsMail: ctx.mail !== undefined });

/** POST /forgotten: mails a link. Whoever has no account is answered alike, and as soon. */
export const send: Handler = async (ctx) => {
  const { mail } = ctx;
  if (!mail) return forgotten(ctx);
  const login = field(ctx, 'login').trim();
  if (login === '') throw new Invalid({ login: 'Enter your username or your email address.' });
  const user = await findByLogin(ctx.em, login);
  await ctx.limits.draw('mail', { ...ctx, user: user ?? { id: `? ${login}` } }); // alike for whoever has no account
  if (user)
    ctx.res.once(
      'finish',
      () =>
        void mailLink(ctx, mail, user).catch((error: Error) =>
          ctx.log.error(error, 'a mail with a link was not sent'),
        ),
    );
  seeOther(ctx, '/forgotten/sent');
};

/** GET /forgotten/sent */
export const sent: Handler = (ctx) => ctx.page('accounts/sent.njk');

/** GET /reset/TOKEN: the form, however often it is looked at */
export const form: Handler = async (ctx) => {
  ctx.page('accounts/reset.njk', { person: await userOfLink(ctx.em, ctx.params.token ?? '', ctx.now) });
};

/** POST /reset/TOKEN: sets the new password, and logs in with it */
export const reset: Handler = async (ctx) => {
  const user = await resetPassword(ctx.em, ctx.params.token ?? '', field(ctx, 'password'), {
    now: ctx.now,
    logN: ctx.env.scryptLogN,
  });
  await begin(ctx, user);
  flash(ctx, 'Your new password is set, and you are logged in with it. You were logged out everywhere else.');
  seeOther(ctx, '/rooms');
};

async function mailLink({ em, now, env }: Context, mail: SendMail, user: User): Promise<void> {
  const path = await makeResetLink(em, user, now);
  await mail({
    to: user.email,
    subject: 'A new password for Plainchat',
    text: `Somebody, probably you, has asked for a new password for the account ${user.username} at ${env.publicUrl!.origin}.

Open this link to set one. It works once, within an hour:

${env.publicUrl!.origin}${path}

If it was not you, do nothing: your password stays as it is.
`,
  });
}
