import { endSessions as logOut } from '../chat/suspension.ts';
import { accountOf, withDatabase, type Command } from './command.ts';

/** Logs somebody out everywhere. */
export const endSessions: Command = {
  takes: ['USERNAME'],
  what: 'logs somebody out everywhere',
  run: (desk, login = '') =>
    withDatabase(desk, async (em) => {
      const user = await accountOf(em, login);
      const count = await em.transactional((em) => logOut(em, user, desk.now));
      desk.say(
        count === 1
          ? `1 session of ${user.username} is ended.`
          : `${count} sessions of ${user.username} are ended.`,
      );
    }),
};
