import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { foldEmail } from '../text/addresses.ts';
import { fold } from '../text/characters.ts';
import { collectProblems } from './checks.ts';
import { Invalid } from './errors.ts';
import { checkedEmail, checkedUsername, refuseTakenKeys, takenKeys } from './login-name.ts';
import { checkedPassword, type Hashing, hashPassword } from './password.ts';
import { User } from './user.ts';

export interface NewAccount {
  username: string;
  email: string;
  password: string;
}

/** Creates an account. @throws Invalid if a field breaks a rule, or the username or email is taken */
export async function register(
  em: EntityManager,
  typed: NewAccount,
  { now, ...hashing }: Hashing & { now: Date },
): Promise<User> {
  const { username, email, password } = await checkedAccount(em, typed);
  const keys = { usernameKey: fold(username), emailKey: foldEmail(email) };
  await refuseTakenKeys(em, keys);
  const passwordHash = await hashPassword(password, hashing);
  const user = em.create(User, { username, email, ...keys, passwordHash, createdAt: now });
  try {
    await em.flush();
  } catch (error) {
    // Another user took a key meanwhile: the unique index refused it, and this finds out which.
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    await refuseTakenKeys(em.fork(), keys);
    throw error;
  }
  return user;
}

/** Returns the fields as they are stored. @throws Invalid with all that is wrong at once: invalid fields, and names that are taken */
async function checkedAccount(em: EntityManager, typed: NewAccount): Promise<NewAccount> {
  try {
    return collectProblems({
      username: () => checkedUsername(typed.username),
      email: () => checkedEmail(typed.email),
      password: () => checkedPassword(typed.password),
    });
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    const { username, email, password } = error.problems;
    const taken = await takenKeys(em, {
      ...(!username && { usernameKey: fold(checkedUsername(typed.username)) }),
      ...(!email && { emailKey: foldEmail(checkedEmail(typed.email)) }),
    });
    const problems = { username: username ?? taken.username, email: email ?? taken.email, password };
    throw new Invalid(
      Object.fromEntries(Object.entries(problems).filter((pair): pair is [string, string] => !!pair[1])),
    );
  }
}
