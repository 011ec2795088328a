import type { Context, Middleware } from '../context.ts';
import { presentRoom, requireViewer } from './current-user.ts';
import { isUserNavigation, wantsJson } from './request.ts';

/** Pages that nobody sees ask for it. */
const UNSEEN = '/notifications';

/** Records a sign of life when a user opens a page or sends a form, unless the form says that a page is closing. What scripts ask for is none: polls see to that themselves, and a page of a conversation asks from outside. */
export const activity: Middleware = async (ctx, next) => {
  if (ctx.viewer && isUserNavigation(ctx) && !wantsJson(ctx))
    ctx.leases.record(ctx.viewer.id, { lease: 'page' });
  if (ctx.viewer && !ctx.token && ctx.method === 'POST' && ctx.path !== UNSEEN && !ctx.fields.closing)
    ctx.leases.record(ctx.viewer.id, {});
  await next();
};

/**
 * Keeps the user in a room while they look at one of its other pages: the script of the last page has said
 * that it is closing.
 * @returns whether the user is in the room
 */
export async function stayIn(ctx: Context, room: { id: number }): Promise<boolean> {
  const isIn = (await presentRoom(ctx)) === room.id;
  if (isIn) recordOpened(ctx);
  return isIn;
}

/** Records that the user has opened a page of the room that they are in. */
export function recordOpened(ctx: Context): void {
  if (isUserNavigation(ctx)) ctx.leases.record(requireViewer(ctx).id, { lease: 'page', inRoom: true });
}
