import type { Handler } from '../context.ts';

/** GET /help */
export const show: Handler = (ctx) => ctx.page('help/show.njk');
