import type { Handler } from '../context.ts';
import { seeOther } from '../middleware/pages.ts';

/** GET / */
export const show: Handler = (ctx) => {
  if (ctx.user) return seeOther(ctx, '/rooms');
  ctx.page('welcome/show.njk');
};
