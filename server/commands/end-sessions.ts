import { recordAct } from '../chat/act.ts';
import * as suspension from '../chat/suspension.ts';
import { type Command, findAccount, withDatabase } from './command.ts';

export const endSessions: Command = {
  parameters: ['USERNAME'],
  summary: 'logs a user out everywhere',
  run: (terminal, login = '') =>
    withDatabase(terminal, async (em) => {
      const user = await findAccount(em, login);
      const count = await em.transactional(async (em) => {
        await recordAct(em, 'sessions ended', { at: terminal.now, user: user.id });
        return suspension.logOutEverywhere(em, user, terminal.now);
      });
      terminal.print(
        count === 1
          ? `1 session of ${user.username} is ended.`
          : `${count} sessions of ${user.username} are ended.`,
      );
    }),
};
