import { createWording, type Entry } from '../../static/wording.ts';
import { type Announcements, announcementsIn, announcementsOf } from '../chat/announcements.ts';
import { roomOfMember } from '../chat/membership.ts';
import type { Room } from '../chat/room.ts';
import { PARTS, placesOf, PRESETS, savePreset, savePresetIn, saveSaid, saveSaidIn } from '../chat/said.ts';
import type { Context, Handler } from '../context.ts';
import { stayIn } from '../middleware/activity.ts';
import { requireUser } from '../middleware/current-user.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';
import { isolated } from '../text/direction.ts';
import { roomId } from './parameters.ts';

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
export const show: Handler = (ctx) => showChosen(ctx, announcementsOf(requireUser(ctx)));

/** GET /rooms/ID/said: the same for one room; does not leave it */
export const showForRoom: Handler = async (ctx) => {
  const memberRoom = await roomOfMember(ctx.em, requireUser(ctx), roomId(ctx));
  await stayIn(ctx, memberRoom.room);
  showChosen(ctx, announcementsIn(memberRoom), memberRoom.room);
};

function showChosen(ctx: Context, chosen: Announcements, room?: Room): void {
  const { username } = requireUser(ctx);
  const { isWanted, textOf } = createWording(username, chosen);
  const said = Object.entries(examples(username)).map(([what, entry]) => ({
    what,
    text: isWanted(entry) ? textOf([entry], false) : undefined,
  }));
  const several = [1, 2, 3, 4].map((): Entry => ({ kind: 'message', author: 'Ana', body: '' }));
  ctx.page('settings/said.njk', {
    room,
    parts: PARTS,
    presets: PRESETS,
    chosen,
    places: placesOf(chosen),
    said: [
      ...said,
      { what: 'Four messages at once', text: isWanted(several[0]!) ? textOf(several, true) : undefined },
    ],
  });
}

/** POST /settings/said */
export const save: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.em.transactional((em) => saveSaid(em, user, ctx.fields));
  done(ctx);
};

/** POST /rooms/ID/said */
export const saveForRoom: Handler = async (ctx) => {
  const memberRoom = await roomOfMember(ctx.em, requireUser(ctx), roomId(ctx));
  await ctx.em.transactional((em) => saveSaidIn(em, memberRoom, ctx.fields));
  doneIn(ctx, memberRoom.room);
};

/** POST /settings/said/PRESET */
export const usePreset: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.em.transactional((em) => savePreset(em, user, ctx.params.preset ?? ''));
  done(ctx);
};

/** POST /rooms/ID/said/PRESET */
export const usePresetForRoom: Handler = async (ctx) => {
  const memberRoom = await roomOfMember(ctx.em, requireUser(ctx), roomId(ctx));
  await ctx.em.transactional((em) => savePresetIn(em, memberRoom, ctx.params.preset ?? ''));
  doneIn(ctx, memberRoom.room);
};

function doneIn(ctx: Context, { id, name }: Room): void {
  flash(ctx, `What is said in ${isolated(name)} is saved.`);
  seeOther(ctx, `/rooms/${id}/said?${freshParameter()}`);
}

function done(ctx: Context): void {
  flash(ctx, 'Your choice of what is said is saved.');
  seeOther(ctx, `/settings/said?${freshParameter()}`);
}
