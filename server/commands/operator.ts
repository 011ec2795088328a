import { User } from '../chat/user.ts';
import { accountOf, Undone, withDatabase, type Command } from './command.ts';

/** Makes somebody an operator, or takes it from them. */
export const operator: Command = {
  takes: ['USERNAME', '[off]'],
  what: 'makes somebody an operator; with “off” no longer',
  run: (desk, login = '', off = '') =>
    withDatabase(desk, async (em) => {
      if (off && off !== 'off') throw new Undone(`“${off}” is not understood: leave it out, or write “off”.`);
      const user = await accountOf(em, login);
      await em.nativeUpdate(User, { id: user.id }, { operator: !off });
      desk.say(
        off
          ? `${user.username} is no operator any more.`
          : `${user.username} is an operator now, and answers reports at /operator/reports.`,
      );
    }),
};
