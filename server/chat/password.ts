import type * as zxcvbn from '@zxcvbn-ts/language-common';
import { Buffer } from 'node:buffer';
import { createRequire } from 'node:module';
import * as scryptKdf from 'scrypt-kdf';
import { isWellFormed, lengthOf } from '../text/characters.ts';
import { Invalid } from './errors.ts';

// The package's types declare named exports, but at run time there is only a default export.
const scrypt = (scryptKdf as unknown as { default: typeof scryptKdf }).default;

const SHORTEST_PASSWORD = 8;
const LONGEST_PASSWORD = 256;
const COMMON_PASSWORDS = 3000;

/** Runs a hash when it is its owner's turn: each keeps a core and 32 MiB busy. @throws Unavailable if too many wait */
export type InTurn = <T>(task: () => Promise<T>) => Promise<T>;

/** How to hash: at a cost of 2^logN, and in whose turn. */
export interface Hashing {
  logN: number;
  inTurn: InTurn;
}

let commonPasswords: ReadonlySet<string> | undefined;

/** Loads the package with the first new password. */
function loadCommonPasswords(): ReadonlySet<string> {
  const { dictionary } = createRequire(import.meta.url)('@zxcvbn-ts/language-common') as typeof zxcvbn;
  return new Set(
    dictionary['passwords-common']
      .filter((word) => word.length >= SHORTEST_PASSWORD)
      .slice(0, COMMON_PASSWORDS),
  );
}

/**
 * Returns the password as typed. Rules by OWASP ASVS 5.0, 6.2: a length, no composition rules, and no common
 * passwords.
 * @throws Invalid for `field`
 */
export function checkedPassword(text: string, field = 'password'): string {
  const length = lengthOf(text);
  if (length < SHORTEST_PASSWORD)
    throw new Invalid({ [field]: `Choose a password of at least ${SHORTEST_PASSWORD} characters.` });
  if (length > LONGEST_PASSWORD)
    throw new Invalid({ [field]: `Choose a password of at most ${LONGEST_PASSWORD} characters.` });
  if (!isWellFormed(text))
    throw new Invalid({ [field]: 'The password has an invalid character. Choose another password.' });
  commonPasswords ??= loadCommonPasswords();
  if (commonPasswords.has(text.normalize('NFKC').toLowerCase()))
    throw new Invalid({
      [field]: 'This password is too common, so it is easy to guess. Choose another password.',
    });
  return text;
}

/** Hashes the NFC of a password with scrypt, in the thread pool. */
export function hashPassword(password: string, { logN, inTurn }: Hashing): Promise<string> {
  return inTurn(() => hash(password.normalize('NFC'), logN));
}

async function hash(password: string, logN: number): Promise<string> {
  return Buffer.from(await scrypt.kdf(password, { logN, r: 8, p: 1 })).toString('base64');
}

/**
 * Whether the hash is of this password as typed, or in NFC or NFD: keyboards differ in how they write é. False for a password with a NUL or a lone surrogate: HMAC pads
 * short keys with NULs, and UTF-8 replaces all lone surrogates alike, so it could match another password.
 */
export async function verifyPassword(password: string, hash: string, inTurn: InTurn): Promise<boolean> {
  const key = Buffer.from(hash, 'base64');
  let matches = false;
  for (const form of new Set([password, password.normalize('NFC'), password.normalize('NFD')]))
    matches ||= await inTurn(() => scrypt.verify(key, form));
  return matches && isWellFormed(password);
}

const decoys = new Map<number, Promise<string>>();

/** A hash that no password matches. To verify it takes as long as to verify a real one of the same cost. Made once, so it waits for no turn. */
export function decoyHash(logN: number): Promise<string> {
  let decoy = decoys.get(logN);
  if (!decoy) decoys.set(logN, (decoy = hash('\0'.repeat(LONGEST_PASSWORD + 1), logN)));
  return decoy;
}
