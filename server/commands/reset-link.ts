import { makeResetLink } from '../chat/reset-link.ts';
import { accountOf, withDatabase, type Command } from './command.ts';

/** Makes a link for somebody who has forgotten their password. */
export const resetLink: Command = {
  takes: ['USERNAME'],
  what: 'makes a link that sets a new password',
  run: (desk, login = '') =>
    withDatabase(desk, async (em) => {
      const {
        env: { publicUrl, host, port },
        now,
        note,
        say,
      } = desk;
      const user = await accountOf(em, login);
      const path = await makeResetLink(em, user, now);
      note(
        `Whoever opens this sets a new password for ${user.username}. It works once, within an hour; give it to nobody else.`,
      );
      say(`${publicUrl?.origin ?? `http://${host}:${port}`}${path}`);
    }),
};
