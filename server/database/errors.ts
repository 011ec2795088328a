import { DeadlockException, DriverException, LockWaitTimeoutException } from '@mikro-orm/core';
import { Invalid } from '../chat/errors.ts';

/** The error codes of SQLite, PostgreSQL and the operating system for a full disk. */
const FULL: unknown[] = ['SQLITE_FULL', '53100', 'ENOSPC'];

export function isDiskFull(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return FULL.includes(code) || (cause !== undefined && isDiskFull(cause));
}

/** For writes that a request can do without: it goes on while the disk is full. @throws all other errors */
export function ignoreDiskFull(error: unknown): void {
  if (!isDiskFull(error)) throw error;
}

/** Error codes of the network when a server does not answer, or has stopped answering. */
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/**
 * Classes of PostgreSQL's error codes: 08 no connection, 53 out of resources, 57 statement cancelled, or the
 * server starts or stops. Not 53100: that is a full disk. Not 08P01: that is a message of ours that is broken.
 */
const POSTGRES_CODES = /^(08(?!P01)|53[^1]|57)/;
/** Messages of its driver that come without a code. */
const DRIVER_MESSAGES =
  /^Connection terminated|timeout exceeded when trying to connect|connection error and is not queryable|^Query read timeout/;

/** Whether the database cannot be reached or is too busy, so that a later try may succeed. */
export function isUnreachable(error: unknown): boolean {
  if (error instanceof DeadlockException || error instanceof LockWaitTimeoutException) return true;
  if (!(error instanceof Error)) return false;
  const { code, message } = error as Error & { code?: unknown };
  return (
    (typeof code === 'string' &&
      (NETWORK_CODES.has(code) || (code.length === 5 && POSTGRES_CODES.test(code)))) ||
    DRIVER_MESSAGES.test(message)
  );
}

/** Returns the refusal of a value that cannot be stored, which the ORM has turned into an error of its own: see `requireStorable`. */
export function refusedByGuard(error: unknown): Invalid | undefined {
  const { code, problems } = (error ?? {}) as { code?: unknown; problems?: Invalid['problems'] };
  return error instanceof DriverException && code === 'invalid' && problems
    ? new Invalid(problems)
    : undefined;
}
