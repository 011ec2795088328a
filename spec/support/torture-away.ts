import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { Away, ensureAway } from '../../server/chat/away.ts';
import { Due, News } from '../../server/chat/due.ts';
import { postMessage } from '../../server/chat/post.ts';
import { User } from '../../server/chat/user.ts';
import { openDatabase } from '../../server/database/open.ts';
import { header } from './away.ts';
import { enrol, type House, houseOf } from './domain.ts';
import { type Mail, withMail } from './mail.ts';
import { random } from './random.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Between two ticks of a process. */
export const PAUSE_MS = 20;
/** A minute of the clock is two seconds: a process has ten for what it has taken upon itself, as others do not wait for it longer. */
const SPEED = 30;
const PEOPLE = 12;
const PROCESSES = 2;
/** A process is killed so long after it has begun to tell, at most, in milliseconds. */
const LATEST_KILL_MS = 400;

/** A clock that runs faster than time. @param origin when it began, in milliseconds since 1970 */
export const fastClock = (origin: number, speed: number) => () =>
  new Date(origin + (Date.now() - origin) * speed);

/** What it came to. */
export interface AwayOutcome {
  messages: number;
  mails: number;
  /** Mails that came twice, with the same Message-ID. */
  doubles: number;
  kills: number;
}

/**
 * Many people are away, and are mentioned all the while; two processes tell them by mail, and one after the other is killed.
 * @throws where a mention is in no mail, or in two different ones
 */
export async function tortureAway(
  where: string,
  { kills, seed, onKill }: { kills: number; seed: number; onKill?: (killed: number) => void },
): Promise<AwayOutcome> {
  const next = random(seed);
  const origin = Date.now();
  const clock = fastClock(origin, SPEED);
  const orm = await openDatabase(where);
  const house = houseOf(orm);
  const people = Array.from({ length: PEOPLE }, (_, index) => `person${index}`);
  const rooms = await settle(house, people);
  let outcome: AwayOutcome | undefined;
  await withMail(async (url, mails) => {
    const start = () => startProcess([where, url, String(origin), String(SPEED)]);
    const processes = await Promise.all(Array.from({ length: PROCESSES }, start));
    const storm = { isOver: false };
    const posting = postAll(house, { rooms, people, clock, next, storm });
    for (let killed = 1; killed <= kills; killed += 1) {
      await pause(next() * LATEST_KILL_MS);
      const index = Math.floor(next() * PROCESSES);
      await kill(processes[index]!);
      processes[index] = await start();
      onKill?.(killed);
    }
    storm.isOver = true;
    const bodies = await posting;
    await untilTold(house);
    await Promise.all(processes.map(kill));
    outcome = { kills, ...judged(mails, bodies) };
  });
  await orm.close();
  return outcome!;
}

/** Everybody has an account with a confirmed address, and is a member of three rooms. */
async function settle(house: House, people: string[]): Promise<number[]> {
  for (const username of ['ada', ...people]) await enrol(house.orm, username);
  const rooms = [];
  for (const name of ['lobby', 'study', 'cellar']) rooms.push(await house.room('ada', name));
  for (const username of people) {
    const user = await house.em().findOneOrFail(User, { username });
    await ensureAway(house.em(), user);
    await house.em().nativeUpdate(Away, { user: user.id }, { confirmedKey: user.emailKey, minutes: 1 });
    for (const room of rooms) await house.join(username, room);
  }
  return rooms;
}

interface Posting {
  rooms: number[];
  people: string[];
  clock: () => Date;
  next: () => number;
  storm: { isOver: boolean };
}

/** Mentions one after the other; returns what was said, and to whom. */
async function postAll(
  { as }: House,
  { rooms, people, clock, next, storm }: Posting,
): Promise<Map<string, string>> {
  const bodies = new Map<string, string>();
  while (!storm.isOver) {
    const username = people[Math.floor(next() * people.length)]!;
    const room = rooms[Math.floor(next() * rooms.length)]!;
    const body = `number ${bodies.size} for @${username}`;
    const typed = { body, key: crypto.randomUUID(), isFromOutside: true };
    await as('ada', (em, ada) => postMessage(em, ada, room, typed, clock()));
    bodies.set(body, `${username}@example.org`);
    await pause(next() * 40);
  }
  return bodies;
}

async function startProcess(given: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['config/node.mjs', 'spec/torture/telling.ts', ...given], {
    cwd: ROOT,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  child.stdout.once('data', () => resolve());
  child.once('exit', () => reject(new Error('A process that tells has ended by itself.')));
  await ready;
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

/** Waits until nothing is due any more. */
async function untilTold({ em }: House): Promise<void> {
  while ((await em().count(News)) + (await em().count(Due)) > 0) await pause(100);
}

/** Each message is in the mails to one person with one Message-ID, or counted in one that has more than it shows. */
function judged(mails: Mail[], bodies: Map<string, string>): Omit<AwayOutcome, 'kills'> {
  const ids = new Map<string, Set<string>>();
  const counts = new Map<string, number>();
  const counted = new Map<string, number>();
  for (const mail of mails) {
    const id = header(mail, 'Message-ID')!;
    if (!counts.has(id))
      for (const [, more] of mail.text.matchAll(/^And (\d+) more\.\r?$/gm))
        counted.set(mail.to[0]!, (counted.get(mail.to[0]!) ?? 0) + Number(more));
    counts.set(id, (counts.get(id) ?? 0) + 1);
    for (const [body] of mail.text.matchAll(/^ {2}number \d+ for @\w+/gm)) {
      const told = body.trim();
      assert.equal(mail.to, [bodies.get(told)], `${told} is told to whom it mentions`);
      ids.set(told, (ids.get(told) ?? new Set()).add(id));
    }
  }
  const left = new Map<string, number>();
  for (const [body, person] of bodies) {
    const times = ids.get(body)?.size ?? 0;
    assert.ok(times <= 1, `${body} is in one mail`);
    if (times === 0) left.set(person, (left.get(person) ?? 0) + 1);
  }
  assert.equal(left, counted, 'what a mail does not show it counts');
  return { messages: bodies.size, mails: counts.size, doubles: mails.length - counts.size };
}
