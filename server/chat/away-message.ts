import type { EntityManager } from '@mikro-orm/core';
import { hasVisible, lengthOf } from '../text/characters.ts';
import { requireWellFormed } from './checks.ts';
import { Invalid } from './errors.ts';
import { lockActor, User } from './user.ts';

const LONGEST = 80;

/**
 * Sets the words that stand beside the user's name until they take them away: an empty text does that. Runs
 * inside a transaction.
 * @throws Invalid for `away`, and as `lockActor`
 */
export async function setAwayMessage(em: EntityManager, actor: User, text: string): Promise<void> {
  const away = checkedAway(text);
  const user = await lockActor(em, actor);
  await em.nativeUpdate(User, { id: user.id }, { away });
}

function checkedAway(text: string): string {
  const away = text.trim();
  requireWellFormed('away', away);
  if (away === '') return '';
  if (!hasVisible(away) || /[\p{Cc}\u2028\u2029]/u.test(away))
    throw new Invalid({ away: 'Write one line that shows something, or leave the field empty.' });
  if (lengthOf(away) > LONGEST)
    throw new Invalid({ away: `Use at most ${LONGEST} characters for an away message.` });
  return away;
}
