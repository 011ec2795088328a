import { channel } from 'node:diagnostics_channel';

/** Far longer than a statement of ours takes on a machine that keeps up. */
const SLOW_MS = 500;
const LONGEST_TEXT = 300;

/** A statement without its values, and how long it took in milliseconds. */
export interface SlowStatement {
  sql: string;
  ms: number;
}

/** Where slow statements of this process are told. */
export const slowStatements = channel('plainchat:slow-statement');

/** Tells of a statement that took long. @param begun as `performance.now()` */
export function noteDuration(sql: string, begun: number): void {
  const ms = performance.now() - begun;
  if (ms < SLOW_MS) return;
  slowStatements.publish({ sql: withoutValues(sql), ms: Math.round(ms) } satisfies SlowStatement);
}

/** A statement with `?` for each value: it may be what a user wrote. */
export function withoutValues(sql: string): string {
  return sql
    .slice(0, 100_000)
    .replace(/'(?:[^']|'')*('|$)/g, '?')
    .replace(/(?<![\w"$])\d+(\.\d+)?/g, '?')
    .replace(/\?(, ?\?)+/g, '?, …')
    .replace(/\s+/g, ' ')
    .slice(0, LONGEST_TEXT);
}
