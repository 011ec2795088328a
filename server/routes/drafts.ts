import { endDraft, saveDraft } from '../chat/draft.ts';
import type { User } from '../chat/user.ts';
import type { Context } from '../context.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';
import { field } from './parameters.ts';

/** Keeps the text of the form for later. A button of the same form asks for it: text browsers know no `formaction`. */
export async function keepForLater(ctx: Context, user: User, room: number): Promise<void> {
  const isKept = await ctx.em.transactional((em) => saveDraft(em, user, room, field(ctx, 'body')));
  flash(
    ctx,
    isKept
      ? 'Your text is saved. It is in the field whenever you come back to this room, until you send it.'
      : 'Nothing is saved for later now: the field was empty.',
  );
  const reply = field(ctx, 'reply');
  const answering = /^\d{1,9}$/.test(reply) ? `reply=${reply}&` : '';
  seeOther(ctx, `/rooms/${room}?${answering}${freshParameter()}`);
}

/** Ends the draft that filled the form, if one did: its text, or what it became, is sent. */
export async function endDraftOf(ctx: Context, user: User, room: number): Promise<void> {
  if (field(ctx, 'draft')) await endDraft(ctx.em, user, room);
}
