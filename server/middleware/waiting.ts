import { type Waiting, waitingByRoom, waitingIn } from '../chat/waiting.ts';
import type { Context, Middleware } from '../context.ts';
import { wantsJson } from './request.ts';

/** Addresses that show no page. */
const NO_PAGE = /^\/poll$|\/(files|stream|entries)\b/;

/** Looks up what waits for the user, which the header of every page shows. */
export const waiting: Middleware = async (ctx, next) => {
  if (ctx.method === 'GET' && !wantsJson(ctx) && !NO_PAGE.test(ctx.path)) await lookUpWaiting(ctx);
  await next();
};

/** Sets `ctx.waitingRooms`, once. */
export async function lookUpWaiting(ctx: Context): Promise<void> {
  if (ctx.viewer) ctx.waitingRooms ??= await waitingByRoom(ctx.reader, ctx.viewer.id);
}

/** What waits for the user; undefined if it was not looked up. Without what they have been shown meanwhile, as by this very page. */
export function waitingFor({ viewer, waitingRooms, readMarkers }: Context): Waiting | undefined {
  if (!viewer || !waitingRooms) return undefined;
  return waitingIn(waitingRooms, (room, seq) => readMarkers.unsaved(viewer.id, room) >= seq);
}
