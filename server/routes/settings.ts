import * as account from '../chat/account.ts';
import { Invalid } from '../chat/errors.ts';
import { attemptBuckets } from '../chat/login-attempt.ts';
import { announcementsFor } from '../chat/announcements.ts';
import { sessionsPage } from '../chat/session-list.ts';
import { endSessionOf, sessionId } from '../chat/session.ts';
import type { Context, Handler } from '../context.ts';
import { requireUser, requireViewer } from '../middleware/current-user.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';
import { mailConfirmation } from './confirmation.ts';
import { field, pageNumber } from './parameters.ts';
import { hashingFor } from './sessions.ts';

/** GET /settings: the index, also shown when the style or the password is refused */
export const show: Handler = async (ctx) => {
  requireViewer(ctx);
  ctx.plainPage('settings/show.njk', { form: refusedForm(ctx) });
};

/** GET /settings/announcements */
export const showAnnouncements: Handler = async (ctx) => {
  const { announcements } = requireViewer(ctx);
  ctx.plainPage('settings/announcements.njk', {
    form: refusedForm(ctx),
    announcements: announcementsFor(announcements, null),
  });
};

/** GET /settings/account: the username and the email */
export const showAccount: Handler = async (ctx) => {
  requireViewer(ctx);
  ctx.plainPage('settings/account.njk', { form: refusedForm(ctx) });
};

/** GET /settings/sessions */
export const showSessions: Handler = async (ctx) => {
  const { id } = requireViewer(ctx);
  const own = ownSession(ctx);
  const number = pageNumber(ctx, 'sessions');
  ctx.plainPage('settings/sessions.njk', {
    sessions: await sessionsPage(ctx.reader, id, { own, now: ctx.now, number }),
    own,
  });
};

/** The start of the ids of the form that is refused: a page has several. */
const refusedForm = (ctx: Context) => ctx.refused && `${ctx.path.split('/')[2] ?? 'preferences'}-`;

/** POST /settings/password */
export const changePassword: Handler = async (ctx) => {
  const typed = { current: field(ctx, 'current'), password: field(ctx, 'password') };
  await account.changePassword(ctx.em, requireUser(ctx), typed, {
    ...attempt(ctx),
    keep: ownSession(ctx),
  });
  done(ctx, 'Your password is changed. You were logged out everywhere else.');
};

/** POST /settings/username */
export const changeUsername: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.rateLimiter.consume('rename', ctx);
  await account.changeUsername(ctx.em, user, field(ctx, 'username'));
  done(ctx, 'Your username is changed.', '/settings/account');
};

/** POST /settings/email */
export const changeEmail: Handler = async (ctx) => {
  await account.changeEmail(
    ctx.em,
    requireUser(ctx),
    { email: field(ctx, 'email'), current: field(ctx, 'current') },
    { ...attempt(ctx), keep: ownSession(ctx) },
  );
  mailConfirmation(ctx, requireUser(ctx));
  done(
    ctx,
    `Your email is changed. You were logged out everywhere else.${ctx.mail ? ' A link to confirm the new address is on its way to it.' : ''}`,
    '/settings/account',
  );
};

/** POST /settings/sessions/ID/end */
export const endSession: Handler = async (ctx) => {
  const user = requireUser(ctx);
  const id = ctx.params.session ?? '';
  if (id === ownSession(ctx))
    throw new Invalid({ '': 'This is the session that you are using. To end it, log out.' });
  await endSessionOf(ctx.em, user, id);
  done(ctx, 'The session has ended. To use that browser again, log in there.', '/settings/sessions');
};

/** The id of this request's session. */
const ownSession = (ctx: Context): string => sessionId(ctx.session?.externalKey ?? '');

/** A wrong password counts as a login attempt by the username: an attacker could guess it here as well. */
export const attempt = (ctx: Context) => ({
  ...hashingFor(ctx, `user ${requireUser(ctx).id}`),
  now: ctx.now,
  buckets: ctx.env.rateLimits ? attemptBuckets(requireUser(ctx).username, ctx.address) : [],
});

/** Says what has happened, on the page of the form. */
export function done(ctx: Context, sentence: string, address = '/settings'): void {
  flash(ctx, sentence);
  seeOther(ctx, `${address}?${freshParameter()}`);
}
