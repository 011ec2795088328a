import { domainToUnicode } from 'node:url';
import { fold, withoutInvisible } from './characters.ts';

/** Of anything else, `domainToUnicode` could drop a part. */
const DOMAIN = /^[\p{L}\p{M}\p{N}.-]+$/u;

/** The key of an account: a folded username, or a folded email address. */
export type LoginKey = { usernameKey: string } | { emailKey: string };

/**
 * Returns an email address as it is stored: as typed, but without invisible characters, which come along
 * with a copied address, and with `@` and `.` in place of those of East Asian keyboards.
 */
export function storedEmail(typed: string): string {
  return withoutInvisible(typed)
    .trim()
    .replace(/[＠﹫]/g, '@')
    .replace(/[。．｡](?=[^@]*$)/g, '.');
}

/** Returns the same key for an address however it is typed: the domain may be in Unicode or as `xn--…`. */
export function foldEmail(typed: string): string {
  const key = fold(storedEmail(typed));
  const at = key.lastIndexOf('@');
  const domain = key.slice(at + 1);
  const unicode = DOMAIN.test(domain) ? fold(domainToUnicode(domain)) : '';
  return `${key.slice(0, at + 1)}${unicode || domain}`;
}

/** Returns the key for what a user types to name somebody: a username, also as `@ada`, or an email address. */
export function loginKey(typed: string): LoginKey {
  const key = usernameKey(typed);
  return key.includes('@') ? { emailKey: foldEmail(typed) } : { usernameKey: key };
}

/** Returns the key of a username, also typed as `@ada`. */
export const usernameKey = (typed: string): string => fold(typed).trim().replace(/^@/, '');

/** Whether what a user typed is an email address. */
export const isEmail = (typed: string): boolean => 'emailKey' in loginKey(typed);
