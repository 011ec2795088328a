import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { storedEmail } from '../text/addresses.ts';
import { isWellFormed, lengthOf } from '../text/characters.ts';
import { Invalid } from './errors.ts';
import { wasTaken } from './former-username.ts';
import { User } from './user.ts';

const LONGEST_USERNAME = 32;
const LONGEST_EMAIL = 254;

/** Folded names that no two users may share. */
export interface UniqueKeys {
  usernameKey?: string;
  emailKey?: string;
}

/** @throws Invalid if a user other than `except` has the username or the email, or had the username before */
export async function refuseTakenKeys(em: EntityManager, keys: UniqueKeys, except?: User): Promise<void> {
  const problems = await takenKeys(em, keys, except);
  if (Object.keys(problems).length > 0) throw new Invalid(problems);
}

/** A sentence for each key that is taken. */
export async function takenKeys(
  em: EntityManager,
  { usernameKey, emailKey }: UniqueKeys,
  except?: User,
): Promise<Record<string, string>> {
  if (!usernameKey && !emailKey) return {};
  const keys = [...(usernameKey ? [{ usernameKey }] : []), ...(emailKey ? [{ emailKey }] : [])];
  const owners = (await em.find(User, { $or: keys })).filter(({ id }) => id !== except?.id);
  const problems: Record<string, string> = {};
  // Former usernames last, to find one that its user gives up between the two queries.
  if (
    usernameKey &&
    (owners.some((owner) => owner.usernameKey === usernameKey) || (await wasTaken(em, usernameKey, except)))
  )
    problems.username = 'This username is taken. Choose another.';
  if (owners.some((owner) => owner.emailKey === emailKey))
    problems.email = `There is an account with this email already. ${except ? 'Use' : 'Log in, or use'} another address.`;
  return problems;
}

/** Returns the username as it is stored. @throws Invalid for `username` */
export function checkedUsername(text: string): string {
  const username = text.trim().normalize('NFKC');
  const length = lengthOf(username);
  if (length === 0) throw new Invalid({ username: 'Enter a username of 1 to 32 characters.' });
  if (length > LONGEST_USERNAME)
    throw new Invalid({ username: `Choose a username of at most ${LONGEST_USERNAME} characters.` });
  // Invisible letters and marks would make two usernames look the same.
  if (!/^[\p{L}\p{M}\p{Nd}_.-]+$/u.test(username) || /\p{Default_Ignorable_Code_Point}/u.test(username))
    throw new Invalid({ username: 'Use only letters, digits, and the marks _ - . in the username.' });
  if (!/[\p{L}\p{Nd}]/u.test(username))
    throw new Invalid({ username: 'Use at least one letter or digit in the username.' });
  return username;
}

/** Returns the email as it is stored. @throws Invalid for `email` */
export function checkedEmail(text: string): string {
  const email = storedEmail(text);
  if (email === '') throw new Invalid({ email: 'Enter an email address.' });
  if (email.length > LONGEST_EMAIL)
    throw new Invalid({ email: `Use an email address of at most ${LONGEST_EMAIL} characters.` });
  if (
    !isWellFormed(email) ||
    !/^[^\s@\p{Cc}<>()",:;\\[\]]+@[\p{L}\p{M}\p{N}]+((\.|-+)[\p{L}\p{M}\p{N}]+)*$/u.test(email)
  ) {
    throw new Invalid({ email: 'Enter an email address like name@example.org.' });
  }
  return email;
}
