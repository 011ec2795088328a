import { DriverException } from '@mikro-orm/core';
import { destination, pino, stdTimeFunctions, type Logger } from 'pino';

export type Log = Logger;

/** How much is told. `info` has a line for each request but what scripts ask and post all the time; `debug` one for each message of theirs too, and for a poll where it was not answered from memory. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * What whoever runs it reads: an object in JSON a line, on stderr, since stdout has the address
 * alone. It holds nothing that people wrote or typed, no cookie, and no address with what is in it.
 */
export function openLog(level: LogLevel): Log {
  const options = {
    base: null,
    level,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: told },
  };
  return pino(options, destination({ dest: 2, sync: true })); // at once, so that the last words before an end are there
}

/**
 * What is told of an error: what it is and where it came from. The message of a database has the
 * whole statement with what was to be stored, so that of its driver stands in its place.
 */
export function told(error: Error & { code?: unknown }) {
  const { name, code } = error;
  const frames = error.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
  return {
    name,
    code,
    message:
      error instanceof DriverException ? String(error.code ?? 'The database refused it.') : error.message,
    frames,
  };
}
