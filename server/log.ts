import { DriverException } from '@mikro-orm/core';
import { type Logger, levels, pino, stdTimeFunctions } from 'pino';
import type { Writable } from 'node:stream';
import type { LogLevel } from '../config/env.ts';

export type Log = Logger;

/**
 * The operator's log: a JSON object a line, on stderr. It never contains what users wrote or typed,
 * cookies, or the full address of a request.
 */
export function createLog(level: LogLevel): Log {
  const options = {
    base: null,
    level,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: serializeError },
  };
  return pino(options, (stderr ??= openStderr()));
}

let stderr: LineWriter | undefined;

function openStderr(): LineWriter {
  process.stderr.on('error', () => {}); // the reader has gone, or the disk is full: the server goes on
  const writer = new LineWriter(process.stderr);
  process.on('exit', () => writer.flush());
  return writer;
}

/** Lines of less than a warning wait for others this long, in milliseconds, or until they have this length. */
const BATCH_MS = 1000;
const BATCH_LENGTH = 16 * 1024;
/** While more than this waits for the reader, further lines are dropped. */
const MOST_WAITING = 1024 * 1024;
/** How long `flush` waits for the reader, in milliseconds. */
const FLUSH_MS = 500;

/** Asks pino to set `lastLevel` before each line. */
const METADATA: unique symbol = Symbol.for('pino.metadata');

/** Writes lines without waiting for their reader: one that stalls loses lines, and does not stop the server. */
export class LineWriter {
  readonly [METADATA] = true;
  lastLevel = 0;
  #lines = '';
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #stream: Writable;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  write(line: string): void {
    if (this.#lines.length + this.#stream.writableLength > MOST_WAITING) {
      this.#dropped += 1;
      return;
    }
    if (this.#dropped > 0) this.#lines += this.#droppedLine();
    this.#lines += line;
    if (this.lastLevel >= levels.values.warn! || this.#lines.length >= BATCH_LENGTH) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), BATCH_MS).unref();
  }

  /** @param done is called when the reader has taken all lines, or has had its time to do so */
  flush(done?: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines) this.#stream.write(this.#lines);
    this.#lines = '';
    if (!done) return;
    const late = setTimeout(done, FLUSH_MS);
    this.#stream.write('', () => {
      clearTimeout(late);
      done();
    });
  }

  #droppedLine(): string {
    const msg = `${this.#dropped} lines of the log are missing here: its reader did not take them in time`;
    this.#dropped = 0;
    return `${JSON.stringify({ level: 'warn', time: new Date(), msg })}\n`;
  }
}

/**
 * Logs the name, code, message and stack of an error. For a database error it logs the driver's code
 * instead of the message, because that contains the whole statement with the values of users.
 */
export function serializeError(error: Error & { code?: unknown }) {
  const { name, code } = error;
  const frames = error.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
  return {
    name,
    code,
    message: error instanceof DriverException ? (error.code ?? 'The database refused it.') : error.message,
    frames,
  };
}
