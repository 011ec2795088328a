import { DeadlockException, LockWaitTimeoutException } from '@mikro-orm/core';

/** What a network says where nobody answers, or nobody any more. */
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** What PostgreSQL says (classes of its codes): no connection, too little memory or too many, a statement cut short, and starting or stopping. A full disk, 53100, is another matter. */
const REFUSED = /^(08|53[^1]|57)/;
/** What its driver says without a code. */
const LOST =
  /^Connection terminated|timeout exceeded when trying to connect|connection error and is not queryable|^Query read timeout/;

/** Whether an error means that the database cannot be reached, or is too busy, and a later try may succeed. */
export function isUnreachable(error: unknown): boolean {
  if (error instanceof DeadlockException || error instanceof LockWaitTimeoutException) return true;
  if (!(error instanceof Error)) return false;
  const { code, message } = error as Error & { code?: unknown };
  return (
    (typeof code === 'string' && (NETWORK.has(code) || (code.length === 5 && REFUSED.test(code)))) ||
    LOST.test(message)
  );
}
