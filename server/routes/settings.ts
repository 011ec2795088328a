import * as account from '../chat/account.ts';
import { announcementsOf } from '../chat/announcements.ts';
import { passwordTrials } from '../chat/attempt.ts';
import { Invalid } from '../chat/errors.ts';
import { savePreferences, ZONES } from '../chat/preferences.ts';
import { endSessionOf, sessionId, sessionsOf } from '../chat/session.ts';
import type { Context, Handler } from '../context.ts';
import { checkedZone } from '../dates.ts';
import { me } from '../middleware/current-user.ts';
import { browserZone, flash, freshMark, seeOther } from '../middleware/pages.ts';
import { field } from './parameters.ts';

/** GET /settings, and what is shown where one of its forms is refused */
export const show: Handler = async (ctx) => {
  const user = me(ctx);
  const told = browserZone(ctx);
  ctx.page('settings/show.njk', {
    form: ctx.refused && `${ctx.path.split('/')[2] ?? 'preferences'}-`,
    announcements: announcementsOf(user),
    zones: ZONES,
    browserZone: told && checkedZone(told),
    sessions: await sessionsOf(ctx.em, user, ctx.now),
    own: ownSession(ctx),
  });
};

/** POST /settings */
export const save: Handler = async (ctx) => {
  await savePreferences(ctx.em, me(ctx), ctx.fields);
  done(ctx, 'Your settings are saved.');
};

/** POST /settings/password */
export const changePassword: Handler = async (ctx) => {
  const typed = { current: field(ctx, 'current'), password: field(ctx, 'password') };
  await account.changePassword(ctx.em, me(ctx), typed, {
    ...trial(ctx),
    logN: ctx.env.scryptLogN,
    keep: ownSession(ctx),
  });
  done(ctx, 'Your password is changed. You were logged out everywhere else.');
};

/** POST /settings/username */
export const changeUsername: Handler = async (ctx) => {
  const user = me(ctx);
  await ctx.limits.draw('rename', ctx);
  await account.changeUsername(ctx.em, user, field(ctx, 'username'));
  done(ctx, 'Your username is changed.');
};

/** POST /settings/email */
export const changeEmail: Handler = async (ctx) => {
  await account.changeEmail(
    ctx.em,
    me(ctx),
    { email: field(ctx, 'email'), current: field(ctx, 'current') },
    trial(ctx),
  );
  done(ctx, 'Your email is changed.');
};

/** POST /settings/sessions/ID/end */
export const endSession: Handler = async (ctx) => {
  const user = me(ctx);
  const id = ctx.params.session ?? '';
  if (id === ownSession(ctx))
    throw new Invalid({ '': 'This is the session that you are using. To end it, log out.' });
  await endSessionOf(ctx.em, user, id);
  done(ctx, 'The session is ended. Whoever uses that browser has to log in again.');
};

/** The id of the session that sends this. */
const ownSession = (ctx: Context): string => sessionId(ctx.session?.externalKey ?? '');

/** A wrong password counts as it does at log-in: it is the same one that is guessed. */
export const trial = (ctx: Context) => ({
  now: ctx.now,
  trials: ctx.env.rateLimits ? passwordTrials(String(me(ctx).id), ctx.address) : [],
});

function done(ctx: Context, sentence: string): void {
  flash(ctx, sentence);
  seeOther(ctx, `/settings?${freshMark()}`);
}
