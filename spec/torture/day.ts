// A day of many people in short:
//   npm run torture:day -- --people 5000 --speed 20 --memory 512 --seed 1
// plays their log-ins, pages, messages and leaving against a server of its own, 20 times as fast, so that 24
// hours take 72 minutes. `--from 19.5 --hours 1` plays a part of it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { checkedBody } from '../../server/chat/message.ts';
import { buildIndex } from '../bench/search-world.ts';
import { talk } from '../bench/talk.ts';
import { random } from '../support/random.ts';
import { Agenda } from './day/agenda.ts';
import { HOST } from './day/browser.ts';
import { Line } from './day/line.ts';
import { type Day, Person } from './day/person.ts';
import { planOf } from './day/plan.ts';
import { Ledger } from './day/ledger.ts';
import { LimitedServer } from './day/server.ts';
import { inMs, Tally } from './day/tally.ts';
import { fill, SESSION_KEY } from './day/world.ts';

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '5000' },
    hours: { type: 'string', default: '24' },
    from: { type: 'string', default: '0' },
    speed: { type: 'string', default: '20' },
    memory: { type: 'string', default: '512' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean' },
  },
});
const [people, hours, from, speed, memory, seed] = [
  values.people,
  values.hours,
  values.from,
  values.speed,
  values.memory,
  values.seed,
].map(Number) as [number, number, number, number, number, number];
const HOUR_MS = 3_600_000;

const folder = mkdtempSync(join(tmpdir(), 'plainchat-day-'));
const file = join(folder, 'chat.db');
const tally = new Tally();
const ledger = new Ledger(tally);
const plans = Array.from({ length: people }, (_, number) => planOf(number, seed));
const accounts = await fill(file, { people, seed, isLoggedIn: (number) => plans[number]!.isLoggedIn });
await buildIndex(file);
const server = new LimitedServer(folder, memory, {
  SESSION_KEYS: SESSION_KEY,
  PUBLIC_URL: `https://${HOST}`,
});
try {
  await server.ready();
  await server.settled();
  const limit = server.group.isSet ? `a limit of ${memory} MB` : 'no limit, since none can be set here';
  console.log(
    `${people} people from ${from} to ${from + hours} h, ${speed} times as fast, seed ${seed}; ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, ${limit}, load ${load()} before`,
  );
  await play();
  const metrics = [...(await server.metrics().catch(() => []))];
  const told = /^plainchat_(refusals|errors|event_loop_stalls|slow_statements|messages)_total/;
  for (const [name, value] of metrics) if (told.test(name)) console.log(`${name} ${value}`);
} finally {
  await server.stop();
}
tally.tell();
ledger.compare(file);
console.log(
  `memory: at most ${Math.round(server.mostMb)} MB; delay of the event loop: p99 ${ms(server.mostDelay.p99)}, most ${ms(server.mostDelay.most)}`,
);
tellWarnings();
const env = { PATH: process.env.PATH, CHAT_DB: file };
spawnSync(process.execPath, ['config/node.mjs', 'server/commands/chat.ts', 'check'], {
  env,
  stdio: 'inherit',
});
if (values.keep) console.log(`Kept in ${folder}.`);
else rmSync(folder, { recursive: true, force: true });
process.exit(tally.faults > 0 ? 1 : 0); // what the last pages began to load may still be on its way

async function play(): Promise<void> {
  const say = talk(random(seed + 1));
  const begin = performance.now();
  const day: Day = {
    line: new Line(server.base),
    agenda: new Agenda(),
    tally,
    ledger,
    present: 0,
    begin,
    end: begin + (hours * HOUR_MS) / speed,
    speed,
    from,
    say: () => {
      for (;;) {
        try {
          return checkedBody(say());
        } catch {} // nobody sends what shows nothing
      }
    },
    images: { small: await picture(1280, 800), photo: await picture(4032, 3024) },
  };
  const rows = startRows(day);
  await Promise.all(accounts.map((account, number) => new Person(day, account, plans[number]!).live()));
  clearInterval(rows);
  console.log(`at most ${day.line.most} connections`);
  day.line.close();
}

/** Prints what each hour of the day was like, and takes the metrics every ten seconds. */
function startRows(day: Day): NodeJS.Timeout {
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  const rowMs = HOUR_MS / speed;
  let [row, at, cpu, own] = [1, performance.now(), server.cpuMs(), process.cpuUsage()];
  let hour = from;
  console.log(
    '\n| hour | people | requests a second | polls, p50, p99, most | pages, p50, p99, most | writes, p50, p99, most | CPU, % of a core | memory, MB | faults | load | CPU of the players | their delay, p99 |',
  );
  console.log(`|${' --- |'.repeat(12)}`);
  const tick = (): void => {
    if (server.exit !== undefined) tally.fault('the server has ended', String(server.exit));
    void server.metrics().catch((error: Error) => tally.fault('no metrics', error.message));
    if (performance.now() < day.begin + row * rowMs) return;
    const [time, spent, mine] = [performance.now() - at, server.cpuMs() - cpu, process.cpuUsage(own)];
    const cells = [
      `${hour}–${hour + 1}`,
      day.present,
      Math.round((tally.polls.count + tally.reads.count + tally.writes.count) / (time / 1000)).toLocaleString(
        'en',
      ),
      inMs(tally.polls).join(', '),
      inMs(tally.reads).join(', '),
      inMs(tally.writes).join(', '),
      Math.round((spent / time) * 100),
      Math.round(server.mb()),
      tally.faults,
      load(),
      `${Math.round((mine.user + mine.system) / 10 / time)} %`,
      `${Math.round(delays.percentile(99) / 1e6)} ms`,
    ];
    console.log(`| ${cells.join(' | ')} |`);
    [at, cpu, own] = [performance.now(), server.cpuMs(), process.cpuUsage()];
    [row, hour] = [row + 1, hour + 1];
    tally.nextRow();
    delays.reset();
  };
  return setInterval(tick, 10_000);
}

/** Tells what the server has warned of in its log, each kind with the first of its lines. */
function tellWarnings(): void {
  const lines = readFileSync(join(folder, 'log'), 'utf8').split('\n').filter(Boolean);
  const warnings = lines.filter((line) => !line.startsWith('{"level":"info"'));
  for (const [kind, those] of Map.groupBy(warnings, (line) => /"msg":"([^"\d]*)/.exec(line)?.[1] ?? ''))
    console.log(`${those.length} × ${kind}: ${those[0]}`);
}

/** A picture that is as hard to compress as a photo. */
function picture(width: number, height: number): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  return sharp({ create: { width, height, channels: 3, background: 'grey', noise } })
    .blur(3)
    .jpeg()
    .toBuffer();
}

function load(): string {
  return loadavg()[0]!.toFixed(1);
}

function ms(seconds: number): string {
  return `${Math.round(seconds * 1000)} ms`;
}
