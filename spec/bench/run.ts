// npm run bench: what a poll and a post cost, beside what bare servers cost, in turns within one run
// on one machine, since a machine that is busy with something else makes any single figure worthless.
// npm run bench -- posts memory: these parts alone, of idle, deliveries, posts, answer, crowd, memory, pages, start, search and telling.
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { cost, type Figures, inTurns, load, percentile, round } from './measure.ts';
import { benchPages } from './pages.ts';
import { Contender } from './process.ts';
import { benchStart } from './start.ts';
import { benchTelling } from './telling.ts';
import { benchSearch } from './search.ts';
import { type BenchRoom, counts, fill, KEY, SESSIONS } from './world.ts';

const ROOMS = 10;
/** Of the rooms in which is posted: one alone, one with a long history, several at once; and the last is that of the crowd. */
const HISTORIES = [100, 1_000_000, ...Array<number>(ROOMS).fill(100), 20];
const ENTRIES_A_POLL = 20;

const began = performance.now();
const folder = mkdtempSync(join(tmpdir(), 'plainchat-bench-'));
const rows: [what: string, measured: string, ratio: string, goal: string][] = [];
try {
  await bench();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(); // what has started PostgreSQL still holds the pipes to it

async function bench(): Promise<void> {
  const asked = process.argv.slice(2);
  const has = (part: string) => asked.length === 0 || asked.includes(part);
  if (['idle', 'deliveries', 'posts', 'answer', 'crowd', 'memory'].some(has)) await benchLive(has);
  if (has('pages')) await benchPages(folder, add);
  if (has('start')) await benchStart(folder, add);
  if (has('telling')) await benchTelling(folder, add);
  if (has('search')) await benchSearch(folder, add);
  print();
}

async function benchLive(has: (part: string) => boolean): Promise<void> {
  const [appFile, flushFile] = [join(folder, 'chat.db'), join(folder, 'flush.db')];
  const rooms = await fill(appFile, HISTORIES);
  await fill(
    flushFile,
    HISTORIES.map(() => 100),
  );
  const [short, long] = rooms as [BenchRoom, BenchRoom];
  const [several, crowd] = [rooms.slice(2, -1), rooms.at(-1)!];
  const contender = (name: string, variables = {}) =>
    new Contender(name, ['spec/bench/contenders.ts', name], variables).ready();
  const app = await (await startApp(appFile)).settled();
  const [node, koa, stack, flush] = [
    await contender('node:http'),
    await contender('Koa'),
    await contender('Koa + router + session'),
    await contender('one flush a post', { CHAT_DB: flushFile }),
  ];
  try {
    const idle = (one: Contender, room: BenchRoom) => () =>
      cost(one, { kind: 'polls', base: one.base, readers: room.readers, after: room.last, seconds: 2 });
    if (has('idle')) {
      const [nodeMs, koaMs, stackMs, idleMs, idleLongMs] = (
        await inTurns([
          idle(node, short),
          idle(koa, short),
          idle(stack, short),
          idle(app, short),
          idle(app, long),
        ])
      ).map(([ms]) => ms!);
      for (const [name, ms] of [
        ['node:http', nodeMs],
        ['Koa', koaMs],
        ['Koa + router + session', stackMs],
      ] as const)
        add(`idle polls, ${name}`, `${round(ms!)} CPU-ms a thousand`);
      add(
        'idle polls, Plainchat',
        `${round(idleMs!)} CPU-ms a thousand`,
        `${round(idleMs! / stackMs!, 2)} of Koa + router + session`,
        '0.40',
      );
      add('', '', `${round(idleMs! / koaMs!, 2)} of Koa`, '1.25');
      add(
        'at 1,000,000 entries',
        `${round(idleLongMs!)} CPU-ms a thousand`,
        `${round(idleLongMs! / idleMs!, 2)} of 100 entries`,
        '1.1',
      );
    }
    if (has('deliveries')) {
      const news = (room: BenchRoom) => () =>
        cost(app, {
          kind: 'polls',
          base: app.base,
          readers: room.readers,
          after: room.last - ENTRIES_A_POLL,
          seconds: 2,
        });
      const [koaMs, ...ms] = (await inTurns([idle(koa, short), news(short), news(long)])).map(([ms]) => ms!);
      const [newsMs, newsLongMs] = ms.map((ms) => ms / ENTRIES_A_POLL);
      add(
        `deliveries, ${ENTRIES_A_POLL} entries a poll`,
        `${round(newsMs!, 2)} CPU-ms a thousand entries`,
        `${round((newsMs! * 21) / koaMs!, 2)} where Koa's idle thousand costs 21`,
        '2',
      );
      add(
        'at 1,000,000 entries',
        `${round(newsLongMs!, 2)} CPU-ms a thousand entries`,
        `${round(newsLongMs! / newsMs!, 2)} of 100 entries`,
        '1.1',
      );
    }
    if (has('posts')) {
      const write = (one: Contender, rooms: BenchRoom[], file: string) => () => posts(one, rooms, file);
      const [flushed, gathered, gatheredLong, spread] = await inTurns(
        [
          write(flush, [short], flushFile),
          write(app, [short], appFile),
          write(app, [long], appFile),
          write(app, several, appFile),
        ],
        2,
      );
      const times = ([rate, ms]: Figures) =>
        `${round(rate! / flushed![0]!, 1)} times as many, for ${round(ms! / flushed![1]!, 2)} of the CPU time`;
      const told = ([rate, ms]: Figures) => `${round(rate!, 0)} a second, ${round(ms!, 0)} CPU-ms a thousand`;
      add('durable posts, one MikroORM flush each', told(flushed!));
      add('durable posts, Plainchat, 32 at once', told(gathered!), times(gathered!), '10');
      add(
        'at 1,000,000 entries',
        told(gatheredLong!),
        `${round(gathered![0]! / gatheredLong![0]!, 2)} of 100 entries`,
        '1.1',
      );
      add(`in ${ROOMS} rooms of ${SESSIONS / ROOMS} people`, told(spread!), times(spread!));
    }
    if (has('answer'))
      add(
        'an idle answer',
        `${await bytesOf(app, { ...short, last: counts(appFile, short.id).last })} bytes`,
        '',
        '130',
      );
    if (has('crowd')) await crowdOf(app, crowd, appFile);
  } finally {
    await Promise.all([app, node, koa, stack, flush].map((one) => one.stop()));
  }
  if (has('memory')) await memory(appFile, crowd);
}

function startApp(file: string): Promise<Contender> {
  return new Contender('Plainchat', ['server/index.ts'], {
    CHAT_DB: file,
    SESSION_KEYS: KEY,
    RATE_LIMITS: 'off',
  }).ready();
}

/** Durable posts a second, the rows counted in the database, and the CPU time of a thousand. */
async function posts(one: Contender, rooms: BenchRoom[], file: string): Promise<Figures> {
  const cpu = one.cpu();
  const before = rooms.map(({ id }) => counts(file, id));
  const after = Object.fromEntries(rooms.map(({ id }, index) => [id, before[index]!.last]));
  const { done, failed, seconds } = await load({
    kind: 'posts',
    base: one.base,
    readers: rooms.flatMap(({ readers }) => readers.slice(0, SESSIONS / rooms.length)),
    after,
    seconds: 3,
  });
  const now = rooms.map(({ id }) => counts(file, id));
  const stored = now.reduce((sum, { rows }, index) => sum + rows - before[index]!.rows, 0);
  if (failed > 0 || stored < done || now.some(({ rows, last }) => rows !== last))
    throw new Error(`${one.name}: ${done} answered, ${failed} refused, ${stored} stored.`);
  for (const [index, { last }] of now.entries()) rooms[index]!.last = last;
  return [done / seconds, ((one.cpu() - cpu) / done) * 1000];
}

/** A thousand people at once a second, some posts, and then a second in which another process keeps the database locked. */
async function crowdOf(app: Contender, room: BenchRoom, file: string): Promise<void> {
  room.last = counts(file, room.id).last;
  const cpu = app.cpu();
  const seconds = 12;
  const { seen, failed } = await load({
    kind: 'crowd',
    base: app.base,
    readers: room.readers,
    poster: room.readers[0]!,
    after: room.last,
    seconds,
    pollEveryMs: 1000,
    postEveryMs: 500,
    connections: 1000,
  });
  if (failed > 0) throw new Error(`${failed} of the crowd were refused.`);
  add(
    'post to seen, 1,000 people once a second',
    `p50 ${round(percentile(seen, 50), 0)} ms, p99 ${round(percentile(seen, 99), 0)} ms`,
    `p99 ${round(percentile(seen, 99) - 1000, 0)} ms beyond the second`,
    '30 ms',
  );
  add('CPU of that', `${round((app.cpu() - cpu) / seconds / 10)} % of a core`);
  room.last = counts(file, room.id).last;
  const other = new DatabaseSync(file);
  const held = setTimeout(() => other.exec('begin immediate'), 2000);
  setTimeout(() => {
    other.exec('commit');
    other.close();
  }, 3000);
  const { polls } = await load({
    kind: 'crowd',
    base: app.base,
    readers: room.readers.slice(0, SESSIONS),
    poster: room.readers[0]!,
    after: room.last,
    seconds: 4,
    pollEveryMs: 1000,
    postEveryMs: 100,
    connections: 200,
  });
  clearTimeout(held);
  add('polls while a commit takes a second', `p99 ${round(percentile(polls, 99))} ms`, '', '50 ms');
}

/** What each further person costs, over a few connections, as behind a proxy, or over one of their own. */
async function memory(file: string, room: BenchRoom): Promise<void> {
  const app = await startApp(file);
  try {
    const last = counts(file, room.id).last;
    // As many polls a second, however many people: what they cost meanwhile is not what is kept of each.
    const after = async (people: number, connections: number) => {
      await load({
        kind: 'crowd',
        base: app.base,
        readers: room.readers.slice(0, people),
        poster: room.readers[0]!,
        after: last,
        seconds: 6,
        pollEveryMs: people,
        postEveryMs: 0,
        connections,
      });
      return app.memory();
    };
    await after(100, 50);
    const few = await after(100, 50);
    const many = await after(1000, 50);
    const own = await after(1000, 1000);
    const each = (bytes: number) => `${round((bytes - few) / 900 / 1024)} kB`;
    add(
      'memory with 1,000 people polling',
      `${round(many / 2 ** 20, 0)} MB`,
      `${each(many)} for each further one, ${each(own)} with a connection of their own`,
      '4 kB',
    );
  } finally {
    await app.stop();
  }
}

/** An answer as it goes over the wire. */
function bytesOf(app: Contender, room: BenchRoom): Promise<number> {
  const { hostname, port } = new URL(app.base);
  const last = room.last;
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () =>
      socket.write(
        `GET /poll?room=${room.id}&after=${last} HTTP/1.1\r\nHost: ${hostname}\r\nCookie: ${room.readers[0]!.cookie}\r\n\r\n`,
      ),
    );
    socket
      .once('data', (bytes) => {
        socket.destroy();
        if (bytes.toString().startsWith('HTTP/1.1 204')) resolve(bytes.length);
        else reject(new Error(`This is no idle answer: ${bytes.toString().split('\r\n')[0]}`));
      })
      .once('error', reject);
  });
}

function add(what: string, measured: string, ratio = '', goal = ''): void {
  rows.push([what, measured, ratio, goal]);
  console.error([what, measured, ratio].filter(Boolean).join(': '));
}

function print(): void {
  const [cpu] = cpus();
  console.log(
    `\n${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpu?.model.trim()}, Node ${process.version}, in ${Math.round((performance.now() - began) / 1000)} s\n`,
  );
  console.log('| what | measured | ratio | to reach |\n| --- | --- | --- | --- |');
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
}
