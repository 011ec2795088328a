import { roomOfAdmin, roomOfMember } from '../chat/membership.ts';
import { type RoomDetails, roomDetails } from '../chat/room-details.ts';
import type { Context } from '../context.ts';
import { requireUser, requireViewer } from '../middleware/current-user.ts';
import { roomId } from './parameters.ts';

/** A room of which the user is a member. */
export type MemberDetails = RoomDetails & { membership: NonNullable<RoomDetails['membership']> };

/** Finds a room for its members, by default the one in the address, by one query. @throws as `roomOfMember` */
export async function memberRoom(ctx: Context, id = roomId(ctx)): Promise<MemberDetails> {
  const room = await roomDetails(ctx.reader, requireViewer(ctx).id, id);
  if (room?.membership) return { ...room, membership: room.membership };
  await roomOfMember(ctx.em, requireUser(ctx), id); // refuses in the right words
  return memberRoom(ctx, id); // they have become a member meanwhile
}

/** As `memberRoom`, for administrators. @throws as `roomOfAdmin` */
export async function adminRoom(ctx: Context): Promise<MemberDetails> {
  const room = await memberRoom(ctx);
  if (room.membership.role === 'admin') return room;
  await roomOfAdmin(ctx.em, requireUser(ctx), room.id); // refuses in the right words
  return adminRoom(ctx); // they have become an administrator meanwhile
}
