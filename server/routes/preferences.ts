import { checkedStyle, savePreferences } from '../chat/preferences.ts';
import type { Context, Handler } from '../context.ts';
import { requireUser, requireViewer } from '../middleware/current-user.ts';
import { browserZone } from '../middleware/render.ts';
import { keepStyle } from '../middleware/style.ts';
import { checkedZone } from '../view/dates.ts';
import * as settings from './settings.ts';

/** The pages of preferences: their heading, and the fields of their form. */
const PREFERENCES = {
  times: { heading: 'Times', fields: ['zone', 'hourCycle'] },
  writing: { heading: 'Reading and writing', fields: ['enterSends', 'liveView'] },
  privacy: { heading: 'Who sees what', fields: ['foundByEmail', 'whereabouts'] },
} as const;

type PreferencePage = keyof typeof PREFERENCES;

const show = (name: PreferencePage): Handler =>
  function showPage(ctx) {
    requireViewer(ctx);
    showFields(ctx, PREFERENCES[name].heading, PREFERENCES[name].fields);
  };

/** GET /settings/times */
export const times = show('times');

/** GET /settings/writing */
export const writing = show('writing');

/** GET /settings/privacy */
export const privacy = show('privacy');

/** The page for refused preferences: the one that has all of their fields; if there is none, a page with every field. */
export const showRefused: Handler = async (ctx) => {
  const wrong = Object.keys(ctx.refused?.problems ?? {});
  const page = pageWith(wrong);
  if (page) return show(page)(ctx);
  if (wrong.every((name) => name === 'style')) return settings.show(ctx);
  showFields(ctx, 'Settings', [...Object.values(PREFERENCES).flatMap(({ fields }) => fields), 'style']);
};

function showFields(ctx: Context, heading: string, fields: readonly string[]): void {
  const zone = browserZone(ctx);
  ctx.plainPage('settings/preferences.njk', {
    form: 'preferences-',
    heading,
    fields,
    browserZone: zone && checkedZone(zone),
  });
}

/** The page of preferences that has all these fields. */
const pageWith = (names: readonly string[]): PreferencePage | undefined =>
  (Object.keys(PREFERENCES) as PreferencePage[]).find(
    (page) =>
      names.length > 0 &&
      names.every((name) => (PREFERENCES[page].fields as readonly string[]).includes(name)),
  );

/** POST /settings: saves the fields that are sent, and leads back to the page that has them */
export const save: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.em.transactional((em) => savePreferences(em, user, ctx.fields));
  if (ctx.fields.style !== undefined) keepStyle(ctx, checkedStyle(ctx.fields.style));
  const page = pageWith(Object.keys(ctx.fields).filter((name) => name !== '_csrf'));
  settings.done(ctx, 'Your settings are saved.', page ? `/settings/${page}` : '/settings');
};
