// npm run bench:scale: what the posts of many processes cost one PostgreSQL, by how many messages
// are stored at once and how many processes listen, and what else they ask of it. All of it shares
// the cores of this machine. server/live/SCALE.md says what follows.
import { fork } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../server/database/open.ts';
import { startPostgres } from '../support/postgres.ts';
import { chores } from './scale-chores.ts';
import { listen } from './scale-listeners.ts';
import { cpuOf, flushMs } from './scale-machine.ts';
import { checkLogs, fillScale, type Place } from './scale-world.ts';
import type { Order, Outcome } from './scale-writers.ts';

const SECONDS = 2.5;
const WORDS: Record<Place, string> = {
  one: 'a room of its own',
  each: 'a room each',
  all: 'one room of all',
};
/** What is varied: no listeners is no NOTIFY either; a slow disk takes so many milliseconds more for a flush. */
interface Shape {
  batch: number;
  place: Place;
  listeners: (number | undefined)[];
  slowMs: number;
}
const SHAPES: Shape[] = [
  ...[1, 8, 32].map((batch): Shape => ({
    batch,
    place: 'one',
    listeners: [undefined, 0, 10, 50],
    slowMs: 0,
  })),
  { batch: 8, place: 'each', listeners: [undefined, 50], slowMs: 0 },
  { batch: 32, place: 'each', listeners: [undefined, 50], slowMs: 0 },
  { batch: 32, place: 'all', listeners: [undefined, 50], slowMs: 0 },
  ...[1, 8, 32].map((batch): Shape => ({ batch, place: 'one', listeners: [undefined, 50], slowMs: 10 })),
];

const began = performance.now();
const postgres = await startPostgres({ isDurable: true });
try {
  await simulate(await postgres.create());
} finally {
  await postgres.end();
}
process.exit();

async function simulate(address: string): Promise<void> {
  const [load] = loadavg();
  const orm = await openDatabase(address);
  const [{ version }] = await orm.em.execute<[{ version: string }]>(
    `select current_setting('server_version') as version`,
  );
  await fillScale(orm.em.fork());
  const cpu = await cpuOf(orm);
  const writers = fork(fileURLToPath(new URL('scale-writers.ts', import.meta.url)), [address]);
  const died = new Promise<never>((_, reject) =>
    writers.once('exit', (code) => reject(new Error(`The writers have ended with ${code}.`))),
  );
  const write = (order: Order) => {
    const outcome = new Promise<Outcome>((resolve) =>
      writers.once('message', (told) => resolve(told as Outcome)),
    );
    writers.send(order);
    return Promise.race([outcome, died]);
  };
  let stored = 0;
  const take = async (
    { batch, place, slowMs }: Shape,
    listeners: number | undefined,
    seconds = SECONDS,
  ): Promise<string[]> => {
    await orm.em.execute(
      `alter table room ${listeners === undefined ? 'disable' : 'enable'} trigger tell_room_update`,
    );
    for (const [name, value] of [
      ['commit_delay', slowMs * 1000],
      ['commit_siblings', 0],
    ])
      await orm.em.execute(`alter system set ${name} = ${value}`);
    await orm.em.execute('select pg_reload_conf()');
    const ears = await listen(address, listeners ?? 0);
    const [before, own] = [cpu(), process.cpuUsage()];
    const { batches, cpu: writing, seconds: took } = await write({ batch, place, seconds });
    const spent = cpu() - before;
    const { user, system } = process.cpuUsage(own);
    const posts = batches.length * batch;
    stored += posts;
    const delays = await ears.end(batches);
    return [
      String(batch),
      WORDS[place] + (slowMs ? `, ${slowMs} ms a flush` : ''),
      listeners === undefined ? 'no NOTIFY' : String(listeners),
      round(batches.length / took, 0),
      round(posts / took, 0),
      both(batches.map(({ begun, answered }) => answered - begun)),
      both(delays),
      round((spent / posts) * 1000),
      round(spent / took / 1000, 2),
      round(writing / took / 1000, 2),
      round((user + system) / took / 1e6, 2),
    ];
  };
  await take(SHAPES[1]!, 0, 2); // warms up
  const rows: string[][] = [];
  for (const shape of SHAPES) {
    for (const listeners of shape.listeners) {
      rows.push(await take(shape, listeners));
      console.error(rows.at(-1)!.join(' | '));
    }
  }
  writers.removeAllListeners('exit').disconnect();
  await checkLogs(orm, stored);
  for (const name of ['commit_delay', 'commit_siblings']) await orm.em.execute(`alter system reset ${name}`);
  await orm.em.execute('select pg_reload_conf()');
  const others = await chores(orm, cpu);
  await orm.close();
  console.log(
    `\n${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model.trim()} for all of it, load ${round(load!)} before; PostgreSQL ${version} with fsync, ${round(flushMs(), 2)} ms for a flush of 8 kB; Node ${process.version}; ${Math.round((performance.now() - began) / 1000)} s. ${stored.toLocaleString('en')} messages: no gap in any log, and each listener was told of each change.\n`,
  );
  print(
    [
      'stored at once',
      'into',
      'listeners',
      'commits a second',
      'posts a second',
      'answered after, p50, p99',
      'heard after, p50, p99',
      'CPU-ms of PostgreSQL a thousand posts',
      'cores of PostgreSQL',
      'cores of the writers',
      'cores of the listeners',
    ],
    rows,
  );
  print(
    ['a thousand times', 'CPU-ms of PostgreSQL', 'CPU-ms of the process', 'ms, one after the other'],
    others.map(([what, ...costs]) => [what, ...costs.map((ms) => round(ms))]),
  );
}

function print(head: string[], rows: string[][]): void {
  console.log(
    [head, head.map(() => '---'), ...rows]
      .map((row) => `| ${row.join(' | ')} |`)
      .join('\n')
      .concat('\n'),
  );
}

function both(times: number[]): string {
  if (times.length === 0) return '';
  const sorted = Float64Array.from(times).toSorted();
  return [0.5, 0.99]
    .map((share) => round(sorted[Math.floor(sorted.length * share)]!))
    .join(', ')
    .concat(' ms');
}

function round(value: number, digits = 1): string {
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}
