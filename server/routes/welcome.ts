import type { Handler } from '../context.ts';
import { seeOther } from '../middleware/reply.ts';

/** GET / */
export const show: Handler = (ctx) => {
  if (ctx.viewer) return seeOther(ctx, '/rooms');
  ctx.plainPage('welcome/show.njk', {});
};
