import {
  announcementsIn,
  clearAnnouncementsIn,
  saveAnnouncements,
  saveAnnouncementsIn,
} from '../chat/announcements.ts';
import { roomOfMember } from '../chat/membership.ts';
import { presenceOf } from '../chat/presence.ts';
import type { Context, Handler } from '../context.ts';
import { me } from '../middleware/current-user.ts';
import { flash, freshMark, seeOther } from '../middleware/pages.ts';
import { isOpening } from '../middleware/signs-of-life.ts';
import { roomId } from './parameters.ts';

/** GET /rooms/ID/announcements. Looking at it is no leaving of the room. */
export const show: Handler = async (ctx) => {
  const user = me(ctx);
  const belonging = await find(ctx);
  const { room, membership } = belonging;
  const isIn = (await presenceOf(ctx.em, user))?.room.id === room.id;
  if (isIn && isOpening(ctx)) ctx.leases.heard(user.id, { lease: 'page', inRoom: true });
  ctx.page('announcements/show.njk', {
    room,
    chosen: announcementsIn(belonging),
    isOwn: membership.announcements !== null,
  });
};

/** POST /rooms/ID/announcements */
export const saveForRoom: Handler = async (ctx) => {
  const belonging = await find(ctx);
  await saveAnnouncementsIn(ctx.em, belonging, ctx.fields);
  done(ctx, `What is announced in ${belonging.room.name} is saved.`, `/rooms/${belonging.room.id}`);
};

/** POST /rooms/ID/announcements/clear */
export const clear: Handler = async (ctx) => {
  const belonging = await find(ctx);
  await clearAnnouncementsIn(ctx.em, belonging);
  done(
    ctx,
    `In ${belonging.room.name} is announced what you chose for all rooms.`,
    `/rooms/${belonging.room.id}`,
  );
};

/** POST /settings/announcements */
export const save: Handler = async (ctx) => {
  await saveAnnouncements(ctx.em, me(ctx), ctx.fields);
  done(ctx, 'What is announced is saved.', '/settings');
};

const find = (ctx: Context) => roomOfMember(ctx.em, me(ctx), roomId(ctx));

function done(ctx: Context, sentence: string, address: string): void {
  flash(ctx, sentence);
  seeOther(ctx, `${address}?${freshMark()}`);
}
