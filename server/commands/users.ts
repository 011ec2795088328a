import { Session } from '../chat/session.ts';
import { User } from '../chat/user.ts';
import { type Command, withDatabase } from './command.ts';

/** Accounts in one query. */
const BATCH = 500;

/** Prints the accounts, one a line, with tabs between the columns. */
export const users: Command = {
  parameters: [],
  summary: 'lists the accounts',
  run: (terminal) =>
    withDatabase(terminal, async (em) => {
      terminal.print(['username', 'email', 'since', 'last seen', 'remark'].join('\t'));
      for (let after = 0; ;) {
        const batch = await em.find(
          User,
          { id: { $gt: after }, deletedAt: null },
          { orderBy: { id: 'asc' }, limit: BATCH, disableIdentityMap: true },
        );
        const sessions = await em.find(
          Session,
          { user: { $in: batch.map(({ id }) => id) } },
          { orderBy: { seenAt: 'asc' }, disableIdentityMap: true },
        );
        const seen = new Map(sessions.map(({ user, seenAt }) => [user.id, seenAt]));
        for (const user of batch)
          terminal.print(
            [user.username, user.email, day(user.createdAt), day(seen.get(user.id)), remark(user)].join('\t'),
          );
        if (batch.length < BATCH) return;
        after = batch.at(-1)!.id;
      }
    }),
};

const day = (date: Date | undefined): string => date?.toISOString().slice(0, 10) ?? '-';
const remark = ({ operator, suspendedAt }: User): string =>
  [...(operator ? ['operator'] : []), ...(suspendedAt ? ['suspended'] : [])].join(', ') || '-';
