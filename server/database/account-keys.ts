import type { SqlEntityManager } from '@mikro-orm/sql';
import { foldEmail } from '../text/addresses.ts';
import { fold, lengthOf } from '../text/characters.ts';

/** What finds an account, as a row has it. */
export interface AccountRow {
  id: number;
  username: string;
  usernameKey: string;
  email: string;
  emailKey: string;
}

const LONGEST_USERNAME = 32;

/**
 * Folds the usernames and emails of all accounts by the rules of now. Of two accounts with the same key, the
 * older keeps it. The newer gets another username, as `ada-17` with its id; or its email is found no more,
 * and it logs in by its username.
 * @returns the rows that change, as they are after it
 */
export function refoldedAccounts(rows: AccountRow[]): AccountRow[] {
  const accounts = rows.toSorted((a, b) => a.id - b.id);
  const usernames = new Set(accounts.map(({ username }) => fold(username)));
  const taken = new Set<string>();
  const emails = new Set<string>();
  return accounts.flatMap((row) => {
    const folded = fold(row.username);
    const username = taken.has(folded) ? freeUsername(row, usernames) : row.username;
    const usernameKey = fold(username);
    taken.add(usernameKey);
    const ownEmail = foldEmail(row.email);
    const emailKey = emails.has(ownEmail) ? `${ownEmail}#${row.id}` : ownEmail;
    emails.add(emailKey);
    const isSame = usernameKey === row.usernameKey && emailKey === row.emailKey && username === row.username;
    return isSame ? [] : [{ ...row, username, usernameKey, emailKey }];
  });
}

function freeUsername({ id, username }: AccountRow, usernames: Set<string>): string {
  for (let suffix = `-${id}`; ; suffix = `-${suffix}`) {
    const free =
      Array.from(username)
        .slice(0, LONGEST_USERNAME - lengthOf(suffix))
        .join('') + suffix;
    if (usernames.has(fold(free))) continue;
    usernames.add(fold(free));
    return free;
  }
}

/** Runs the upgrade, and tells the operator about each account that logs in otherwise after it. */
export async function tellingOfAccounts<T>(
  em: SqlEntityManager,
  announce: (sentence: string) => void,
  upgrade: () => Promise<T>,
): Promise<T> {
  const read = () =>
    em.execute<AccountRow[]>(
      `select id, username, username_key as "usernameKey", email, email_key as "emailKey" from "user"`,
    );
  const before = await read();
  const result = await upgrade();
  for (const sentence of sentencesAbout(before, await read())) announce(sentence);
  return result;
}

function sentencesAbout(before: AccountRow[], after: AccountRow[]): string[] {
  const old = new Map(before.map((row) => [row.id, row]));
  return after.flatMap(({ id, username, email, emailKey }) => {
    const { username: oldName } = old.get(id)!;
    return [
      ...(username === oldName
        ? []
        : [
            `The username "${oldName}" of user ${id} looks like another's. It is "${username}" now: tell them.`,
          ]),
      ...(emailKey.endsWith(`#${id}`)
        ? [`The email "${email}" of user ${id} is another's, typed otherwise. They log in as "${username}".`]
        : []),
    ];
  });
}
