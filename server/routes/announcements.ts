import {
  announcementsIn,
  clearAnnouncementsIn,
  hasChoicesIn,
  saveAnnouncements,
  saveAnnouncementsIn,
} from '../chat/announcements.ts';
import { roomOfMember } from '../chat/membership.ts';
import type { Context, Handler } from '../context.ts';
import { stayIn } from '../middleware/activity.ts';
import { requireUser } from '../middleware/current-user.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';
import { isolated } from '../text/direction.ts';
import { roomId } from './parameters.ts';

/** GET /rooms/ID/announcements; does not leave the room */
export const show: Handler = async (ctx) => {
  const memberRoom = await findRoom(ctx);
  const { room } = memberRoom;
  await stayIn(ctx, room);
  ctx.page('announcements/show.njk', {
    room,
    chosen: announcementsIn(memberRoom),
    isOwn: hasChoicesIn(memberRoom),
  });
};

/** POST /rooms/ID/announcements */
export const saveForRoom: Handler = async (ctx) => {
  const memberRoom = await findRoom(ctx);
  await ctx.em.transactional((em) => saveAnnouncementsIn(em, memberRoom, ctx.fields));
  done(
    ctx,
    `Your announcements for ${isolated(memberRoom.room.name)} are saved.`,
    `/rooms/${memberRoom.room.id}`,
  );
};

/** POST /rooms/ID/announcements/clear */
export const clear: Handler = async (ctx) => {
  const memberRoom = await findRoom(ctx);
  await ctx.em.transactional((em) => clearAnnouncementsIn(em, memberRoom));
  done(
    ctx,
    `${isolated(memberRoom.room.name)} now uses your announcements for all rooms.`,
    `/rooms/${memberRoom.room.id}`,
  );
};

/** POST /settings/announcements */
export const save: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.em.transactional((em) => saveAnnouncements(em, user, ctx.fields));
  done(ctx, 'Your announcements are saved.', '/settings/announcements');
};

const findRoom = (ctx: Context) => roomOfMember(ctx.em, requireUser(ctx), roomId(ctx));

function done(ctx: Context, sentence: string, address: string): void {
  flash(ctx, sentence);
  seeOther(ctx, `${address}?${freshParameter()}`);
}
