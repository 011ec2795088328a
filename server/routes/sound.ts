import { announcementsOf } from '../chat/announcements.ts';
import { EVENTS, LOUDNESS, saveSound, SETS, SUGGESTED } from '../chat/sound.ts';
import type { Handler } from '../context.ts';
import { requireUser } from '../middleware/current-user.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';

/** GET /settings/sound */
export const show: Handler = (ctx) => {
  const { sound } = announcementsOf(requireUser(ctx));
  ctx.page('settings/sound.njk', {
    sets: SETS,
    events: EVENTS,
    loudness: LOUDNESS,
    chosen: sound ?? { ...SUGGESTED, set: '' },
  });
};

/** POST /settings/sound */
export const save: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.em.transactional((em) => saveSound(em, user, ctx.fields));
  flash(ctx, 'Your sounds are saved.');
  seeOther(ctx, `/settings/sound?${freshParameter()}`);
};
