import { recordAct } from '../chat/act.ts';
import { makeResetLink } from '../chat/reset-link.ts';
import { type Command, findAccount, withDatabase } from './command.ts';

export const resetLink: Command = {
  parameters: ['USERNAME'],
  summary: 'makes a link that sets a new password',
  run: (terminal, login = '') =>
    withDatabase(terminal, async (em) => {
      const {
        env: { publicUrl, host, port },
        now,
        progress,
        print,
      } = terminal;
      const user = await findAccount(em, login);
      const path = await em.transactional(async (em) => {
        await recordAct(em, 'reset link made', { at: now, user: user.id });
        return makeResetLink(em, user, now);
      });
      progress(
        `Anybody who opens this link can set a new password for ${user.username}. It works once, within an hour. Give it to nobody else.`,
      );
      print(`${publicUrl?.origin ?? `http://${host}:${port}`}${path}`);
    }),
};
