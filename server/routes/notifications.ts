import { takeNotification } from '../chat/notification.ts';
import { toldLogs } from '../chat/told-log.ts';
import type { Handler } from '../context.ts';
import { requireUser } from '../middleware/current-user.ts';
import { toldNotification } from '../view/away-told.ts';
import { sendJson } from './entries.ts';

/** POST /notifications: what a page that is out of sight tells its user now, as `{"title","body","address"}`; 204 if nothing. What is given is told by nothing else. */
export const take: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.rateLimiter.consume('page', ctx);
  const rooms = await takeNotification(ctx.em, ctx.reader, user, ctx.now);
  const logs = await toldLogs(ctx.reader, rooms);
  if (logs.length === 0) ctx.status = 204;
  else sendJson(ctx, JSON.stringify(toldNotification(ctx.view, logs, ctx.env.mailText)));
};
