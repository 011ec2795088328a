import { recordAct } from '../chat/act.ts';
import { lockUser, User } from '../chat/user.ts';
import { type Command, CommandError, findAccount, withDatabase } from './command.ts';

export const operator: Command = {
  parameters: ['USERNAME', '[off]'],
  summary: 'makes a user an operator; “off” takes it back',
  run: (terminal, login = '', off = '') =>
    withDatabase(terminal, async (em) => {
      if (off && off !== 'off')
        throw new CommandError(`“${off}” is not understood: leave it out, or write “off”.`);
      const user = await findAccount(em, login);
      await em.transactional(async (em) => {
        await lockUser(em, user);
        await em.nativeUpdate(User, { id: user.id }, { operator: !off });
        await recordAct(em, off ? 'operator ended' : 'operator made', { at: terminal.now, user: user.id });
      });
      terminal.print(
        off
          ? `${user.username} is no longer an operator.`
          : `${user.username} is an operator now, and answers reports at /operator/reports.`,
      );
    }),
};
