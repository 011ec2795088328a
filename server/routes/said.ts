import { createWording, type Entry } from '../../static/wording.ts';
import { announcementsOf } from '../chat/announcements.ts';
import { PARTS, placesOf, PRESETS, savePreset, saveSaid } from '../chat/said.ts';
import type { Context, Handler } from '../context.ts';
import { requireUser } from '../middleware/current-user.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';

/** Entries that show how it sounds: with a reply, an image, two links. */
const examples = (reader: string): Record<string, Entry> => ({
  'A message': { kind: 'message', seq: 12, author: 'Ana', body: 'See you at ten.', time: '14:05' },
  'An answer to you, with an image and two links': {
    kind: 'message',
    seq: 13,
    author: 'Bo',
    body: 'From https://example.org/harbour and https://example.org/boats',
    time: '14:06',
    reply: { author: reader },
    attachment: { words: 'Image: The harbour at night' },
  },
  'Your own message': { kind: 'message', seq: 14, author: reader, body: 'Thank you!', time: '14:07' },
  'Somebody enters': { kind: 'entered', seq: 15, author: 'Cem', body: 'Cem entered the room.' },
});

/** GET /settings/said: what is said of a message, in which order and how often */
export const show: Handler = (ctx) => {
  const user = requireUser(ctx);
  const chosen = announcementsOf(user);
  const { isWanted, textOf } = createWording(user.username, chosen);
  const said = Object.entries(examples(user.username)).map(([what, entry]) => ({
    what,
    text: isWanted(entry) ? textOf([entry], false) : undefined,
  }));
  const several = [1, 2, 3, 4].map((): Entry => ({ kind: 'message', author: 'Ana', body: '' }));
  ctx.page('settings/said.njk', {
    parts: PARTS,
    presets: PRESETS,
    chosen,
    places: placesOf(chosen),
    said: [
      ...said,
      { what: 'Four messages at once', text: isWanted(several[0]!) ? textOf(several, true) : undefined },
    ],
  });
};

/** POST /settings/said */
export const save: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.em.transactional((em) => saveSaid(em, user, ctx.fields));
  done(ctx);
};

/** POST /settings/said/PRESET */
export const usePreset: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.em.transactional((em) => savePreset(em, user, ctx.params.preset ?? ''));
  done(ctx);
};

function done(ctx: Context): void {
  flash(ctx, 'What is said is saved.');
  seeOther(ctx, `/settings/said?${freshParameter()}`);
}
