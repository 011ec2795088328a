import type { Reading } from '../chat/announcements.ts';
import { announcementsOf, parsedChoices } from '../chat/announcements.ts';
import { type MemberRoom, roomOfMember } from '../chat/membership.ts';
import {
  clearReadingIn,
  placesOfReading,
  READING_PRESETS,
  readingFor,
  saveReading,
  saveReadingIn,
  saveReadingPreset,
  saveReadingPresetIn,
  USUAL,
} from '../chat/reading.ts';
import { PARTS } from '../chat/said.ts';
import type { Context, Handler } from '../context.ts';
import { stayIn } from '../middleware/activity.ts';
import { requireUser } from '../middleware/current-user.ts';
import { readerZone } from '../middleware/render.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';
import { isolated } from '../text/direction.ts';
import type { AttachmentView } from '../view/attachment.ts';
import type { EntryView } from '../view/entry.ts';
import { arrangementOf } from '../view/log-reader.ts';
import { roomId } from './parameters.ts';

/** GET /settings/reading: what is read of a message in the log, and in which order */
export const show: Handler = (ctx) => showChosen(ctx, announcementsOf(requireUser(ctx)).reading ?? USUAL);

/** GET /rooms/ID/reading: the same for one room; does not leave it */
export const showForRoom: Handler = async (ctx) => {
  const memberRoom = await findRoom(ctx);
  await stayIn(ctx, memberRoom.room);
  const { user, announcements } = memberRoom.membership;
  const chosen = readingFor(user.announcements ?? null, announcements ?? null) ?? USUAL;
  showChosen(ctx, chosen, memberRoom);
};

/** POST /settings/reading */
export const save: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.em.transactional((em) => saveReading(em, user, ctx.fields));
  done(ctx);
};

/** POST /settings/reading/PRESET */
export const usePreset: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.em.transactional((em) => saveReadingPreset(em, user, ctx.params.preset ?? ''));
  done(ctx);
};

/** POST /rooms/ID/reading */
export const saveForRoom: Handler = async (ctx) => {
  const memberRoom = await findRoom(ctx);
  await ctx.em.transactional((em) => saveReadingIn(em, memberRoom, ctx.fields));
  doneIn(ctx, memberRoom, SAVED);
};

/** POST /rooms/ID/reading/PRESET */
export const usePresetForRoom: Handler = async (ctx) => {
  const memberRoom = await findRoom(ctx);
  await ctx.em.transactional((em) => saveReadingPresetIn(em, memberRoom, ctx.params.preset ?? ''));
  doneIn(ctx, memberRoom, SAVED);
};

/** POST /rooms/ID/reading/clear */
export const clear: Handler = async (ctx) => {
  const memberRoom = await findRoom(ctx);
  await ctx.em.transactional((em) => clearReadingIn(em, memberRoom));
  doneIn(ctx, memberRoom, (name) => `${name} is now read as all rooms are.`);
};

const findRoom = (ctx: Context) => roomOfMember(ctx.em, requireUser(ctx), roomId(ctx));

const SAVED = (name: string) => `What is read of a message in ${name} is saved.`;

function done(ctx: Context): void {
  flash(ctx, 'Your choice of what is read is saved.');
  seeOther(ctx, `/settings/reading?${freshParameter()}`);
}

function doneIn(ctx: Context, { room }: MemberRoom, sentence: (name: string) => string): void {
  flash(ctx, sentence(isolated(room.name)));
  seeOther(ctx, `/rooms/${room.id}/reading?${freshParameter()}`);
}

function showChosen(ctx: Context, chosen: Reading, memberRoom?: MemberRoom): void {
  const { username } = requireUser(ctx);
  ctx.page('settings/reading.njk', {
    room: memberRoom?.room,
    isOwn: parsedChoices(memberRoom?.membership.announcements).reading !== undefined,
    parts: PARTS,
    presets: READING_PRESETS,
    chosen,
    places: placesOfReading(chosen),
    examples: examples(ctx, username).map((line) => exampleOf(ctx, line, chosen)),
  });
}

/** An example as a line of the log. The words say what an inert line is: it looks as any other. */
function exampleOf(ctx: Context, line: EntryView & { what: string }, chosen: Reading) {
  const isOwn = line.author === requireUser(ctx).username;
  const arrangement = arrangementOf(line, isOwn, chosen);
  const html = ctx.view.render('entries/_entry.njk', {
    ...arrangement,
    line: { ...line, isOwn, toYou: line.reply !== undefined },
    answers: line.reply && '#m-14',
    zone: readerZone(ctx),
    hourCycle: ctx.viewer?.hourCycle,
  });
  return { what: line.what, html, isSkipped: arrangement.isSkipped ?? false };
}

/** What is attached to an example. */
const picture = (ctx: Context): AttachmentView => ({
  address: ctx.view.asset('harbour.svg'),
  descriptionAddress: '',
  describedAt: null,
  type: 'png',
  format: 'PNG',
  size: 0,
  width: 480,
  height: 270,
  shown: { width: 480, height: 270 },
  description: 'The harbour at night, with three boats',
  decorative: false,
  words: 'Image: The harbour at night, with three boats',
});

/** Lines with all that a message can have. */
const examples = (ctx: Context, username: string): (EntryView & { what: string })[] => [
  {
    what: 'A message',
    kind: 'message',
    seq: 12,
    author: 'Ana',
    body: 'See you at ten.',
    at: '2026-01-05T14:05:00.000Z',
  },
  {
    what: 'An answer to you, with an image and two links',
    kind: 'message',
    seq: 13,
    author: 'Bo',
    body: 'From https://example.org/harbour and https://example.org/boats',
    at: '2026-01-05T14:06:00.000Z',
    reply: { seq: 14, author: username },
    attachment: picture(ctx),
  },
  {
    what: 'Your own message',
    kind: 'message',
    seq: 14,
    author: username,
    body: 'Thank you!',
    at: '2026-01-05T14:07:00.000Z',
  },
  {
    what: 'Somebody enters',
    kind: 'entered',
    seq: 15,
    author: 'Cem',
    body: 'Cem entered the room.',
    at: '2026-01-05T14:08:00.000Z',
  },
];
