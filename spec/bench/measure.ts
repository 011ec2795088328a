import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Order, Outcome } from './load.ts';

export type { Ask } from './load.ts';
import type { Contender } from './process.ts';

const ROUNDS = 3;

/** What one turn measures. */
export type Figures = number[];

/** Takes each measure in turn, so many rounds, and returns the median of each. The first round warms up. */
export async function inTurns(measures: (() => Promise<Figures>)[], rounds = ROUNDS): Promise<Figures[]> {
  const all = measures.map((): Figures[] => []);
  for (let turn = 0; turn <= rounds; turn += 1) {
    for (const [index, measure] of measures.entries()) {
      const value = await measure();
      if (turn > 0) all[index]!.push(value);
    }
  }
  return all.map((turns) =>
    turns[0]!.map((_, index) =>
      percentile(
        turns.map((figures) => figures[index]!),
        50,
      ),
    ),
  );
}

/** CPU time of the server, in milliseconds, for a thousand requests. */
export async function cost(one: Contender, order: Order): Promise<Figures> {
  const before = one.cpu();
  const { done, failed } = await load(order);
  if (failed > 0) throw new Error(`${one.name} has refused ${failed} of ${done + failed}.`);
  return [((one.cpu() - before) / done) * 1000];
}

export function load(order: Order): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('load.ts', import.meta.url)));
    child.once('message', (outcome) => resolve(outcome as Outcome));
    child.once('exit', (code) => reject(new Error(`The load has ended with ${code}.`)));
    child.send(order);
  });
}

export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * share) / 100))] ?? NaN;
}

export function round(value: number, digits = 1): string {
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}
