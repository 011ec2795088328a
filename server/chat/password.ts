import { Buffer } from 'node:buffer';
import { dictionary } from '@zxcvbn-ts/language-common';
import pLimit from 'p-limit';
import * as scryptKdf from 'scrypt-kdf';
import { Invalid } from './errors.ts';
import { isWellFormed, lengthOf } from './text.ts';

// The package's types promise named exports; at run time there is only a default one.
const scrypt = (scryptKdf as unknown as { default: typeof scryptKdf }).default;

const SHORTEST = 8;
const LONGEST = 256;
const COMMONEST = 3000;

/** Hashings at once: each keeps a core and 32 MiB busy, and the thread pool has work beside it. */
const AT_ONCE = 2;
const queue = pLimit(AT_ONCE);

const common = new Set(
  dictionary['passwords-common'].filter((word) => word.length >= SHORTEST).slice(0, COMMONEST),
);

/**
 * Returns the password as typed.
 * Length and no composition rules, the commonest refused: OWASP ASVS 5.0, 6.2.
 * @throws Invalid for `field`
 */
export function checkedPassword(text: string, field = 'password'): string {
  const length = lengthOf(text);
  if (length < SHORTEST)
    throw new Invalid({ [field]: `Choose a password of at least ${SHORTEST} characters.` });
  if (length > LONGEST) throw new Invalid({ [field]: `Choose a password of at most ${LONGEST} characters.` });
  if (!isWellFormed(text))
    throw new Invalid({ [field]: 'The password has a character that cannot be typed. Choose another.' });
  if (common.has(text.toLowerCase()))
    throw new Invalid({
      [field]: 'This password is among the commonest, and would be guessed. Choose another.',
    });
  return text;
}

/** Hashes a password at a cost of 2^logN, away from the event loop. */
export async function hashPassword(password: string, logN: number): Promise<string> {
  const hash = await queue(() => scrypt.kdf(password, { logN, r: 8, p: 1 }));
  return Buffer.from(hash).toString('base64');
}

/**
 * Tells whether a password is the one that was hashed.
 * HMAC fills a short key up with NULs, and UTF-8 has one replacement for every half of a pair: such
 * a password would pass for another one, so it passes for none.
 */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const matches = await queue(() => scrypt.verify(Buffer.from(hash, 'base64'), password));
  return matches && isWellFormed(password);
}

const decoys = new Map<number, Promise<string>>();

/** A hash of nothing anybody can type, at the same cost: checking it takes as long as a real one. */
export function decoyHash(logN: number): Promise<string> {
  let decoy = decoys.get(logN);
  if (!decoy) decoys.set(logN, (decoy = hashPassword('\0'.repeat(LONGEST + 1), logN)));
  return decoy;
}
