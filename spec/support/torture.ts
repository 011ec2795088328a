import * as assert from 'uvu/assert';
import { random } from './random.ts';
import type { Server } from './server.ts';
import { type Answer, type Delta, seqs, Visitor, words } from './visitor.ts';

/** How a torture is to be, and the seed with which it is the same again. */
export interface Torment {
  posters: number;
  readers: number;
  /** It ends after this many milliseconds, and no earlier than the kills are done. */
  ms: number;
  kills: number;
  /** So many messages are acknowledged between two kills, more or less. */
  perKill: number;
  seed: number;
  /** Told after each kill, and waited for. */
  onKill?: (kills: number, acknowledged: number) => void | Promise<void>;
}

/** What it came to. */
export interface Outcome {
  acknowledged: number;
  entries: number;
  kills: number;
}

type Line = Delta['entries'][number];
/** A message that was answered for; a form is not told its number. */
interface Acknowledged {
  seq: number | undefined;
  author: string;
  body: string;
}

/** A server is killed within this after enough was acknowledged, in milliseconds: in the middle of whatever it does then. */
const LATEST_KILL_MS = 100;
/** What nobody answers is asked again after so many milliseconds. */
const AGAIN_MS = 50;
/** The shortest pause between two messages of one person, in milliseconds: more would test the posters. */
const PAUSE_MS = 20;

/**
 * Many people post into one room, half of them by forms and half by JSON, over servers that share a
 * database, while one of the servers after the other is killed at a random moment and started again.
 * What was not answered is sent again with its key. Readers poll, and look at pages, all the while.
 * @throws where a message that was acknowledged is not there once, where it was acknowledged, or the log has a gap, or any reader has seen it otherwise
 */
export async function torture(
  servers: Server[],
  { posters, readers, ms, kills, perKill, seed, onKill }: Torment,
): Promise<Outcome> {
  const next = random(seed);
  const at = (index: number) => servers[index % servers.length]!;
  const ada = await enrolled(at(0), 'ada');
  const room = await ada.createRoom('lobby');
  const people = await Promise.all(
    Array.from({ length: posters + readers }, (_, index) => enrolled(at(index), `person${index}`)),
  );
  await Promise.all(people.map((one) => one.enter(room)));

  const attempted = new Set<string>();
  const acknowledged: Acknowledged[] = [];
  const storm = { room, isOver: false };
  const posting = people
    .slice(0, posters)
    .map((one, index) => postAll(one, storm, index % 2 === 0, attempted, acknowledged));
  const polling = people.slice(posters).map((one) => readAll(one, storm, posting));
  const pages = lookAtPages(ada, storm);
  const end = performance.now() + ms;
  for (let killed = 1; killed <= kills; killed += 1) {
    const enough = acknowledged.length + 2 * perKill * next();
    while (acknowledged.length < enough) await passed(LATEST_KILL_MS / 20);
    await passed(next() * LATEST_KILL_MS);
    const server = at(Math.floor(next() * servers.length));
    await server.end('SIGKILL');
    await server.start();
    await onKill?.(killed, acknowledged.length);
  }
  while (performance.now() < end) await passed(AGAIN_MS);
  storm.isOver = true;
  await Promise.all(posting);
  const seen = await Promise.all(polling);
  const shown = await pages;

  const log = await wholeLog(ada, room);
  assert.equal(
    log.map(({ seq }) => seq),
    log.map((_, index) => index + 1),
    'the log has no gap',
  );
  const messages = log.filter(({ kind }) => kind === 'message');
  const byBody = new Map(messages.map((line) => [line.body, line]));
  assert.is(byBody.size, messages.length, 'no message is there twice');
  for (const { seq, author, body } of acknowledged) {
    const stored = byBody.get(body);
    assert.equal(
      [stored?.seq, stored?.author],
      [seq ?? stored?.seq ?? 'lost', author],
      `${body} is where it was acknowledged`,
    );
  }
  for (const { body } of messages) assert.ok(attempted.has(body), `${body} was written by somebody`);
  for (const lines of seen)
    assert.equal(
      lines.map(({ seq, body }) => `${seq} ${body}`),
      log.map(({ seq, body }) => `${seq} ${body}`),
      'a reader has seen the same log',
    );
  for (const [seq, body] of shown) assert.is(body, log[seq - 1]?.body, `a page has shown entry ${seq}`);
  return { acknowledged: acknowledged.length, entries: log.length, kills };
}

async function enrolled(server: Server, username: string): Promise<Visitor> {
  const visitor = new Visitor(server.base);
  await untilAnswered(() => visitor.register(username));
  return visitor;
}

/** Posts one message after the other; what was not answered is sent again with its key until it is. */
async function postAll(
  one: Visitor,
  storm: { room: number; isOver: boolean },
  byForm: boolean,
  attempted: Set<string>,
  acknowledged: Acknowledged[],
): Promise<void> {
  for (let count = 0; !storm.isOver; count += 1) {
    const body = `${one.username} says ${count}`;
    attempted.add(body);
    const fields = { key: crypto.randomUUID(), after: '0' };
    const answer = await untilAnswered(() =>
      byForm
        ? one.say(storm.room, body, fields)
        : one.sayJson(storm.room, body, { ...fields, after: 2 ** 30 }),
    );
    assert.ok([200, 201, 303].includes(answer.status), `${answer.status}: ${answer.text}`);
    acknowledged.push({
      seq: byForm ? undefined : (answer.json() as Delta).seq!,
      author: one.username,
      body,
    });
    await passed(PAUSE_MS);
  }
}

/** Polls until the posters are done and nothing is new, and holds each answer to begin where the last one ended. */
async function readAll(one: Visitor, { room }: { room: number }, posting: Promise<void>[]): Promise<Line[]> {
  const lines: Line[] = [];
  let isOver = false;
  void Promise.allSettled(posting).then(() => (isOver = true));
  for (;;) {
    const wasOver = isOver;
    const answer = await untilAnswered(() => one.poll(room, lines.length));
    if (answer.status === 204) {
      if (wasOver && lines.length === (await lastSeq(one, room))) return lines;
      await passed(PAUSE_MS);
      continue;
    }
    assert.is(answer.status, 200, answer.text);
    const { entries } = answer.json() as Delta;
    assert.equal(
      entries.map(({ seq }) => seq),
      entries.map((_, index) => lines.length + 1 + index),
      'a reader sees what follows, and nothing else',
    );
    lines.push(...entries);
  }
}

/** How far the log goes: what was stored by way of another server reaches a poll a moment later. */
async function lastSeq(one: Visitor, room: number): Promise<number> {
  const answer = await untilAnswered(() => one.getJson(`/rooms/${room}/entries?before=${2 ** 30}`));
  return (answer.json() as Delta).entries.at(-1)!.seq;
}

/** Looks at the page as somebody without script does, and returns the messages that it has shown, each by its number. */
async function lookAtPages(
  one: Visitor,
  storm: { room: number; isOver: boolean },
): Promise<Map<number, string>> {
  const shown = new Map<number, string>();
  while (!storm.isOver) {
    const answer = await untilAnswered(() => one.get(`/rooms/${storm.room}`));
    const numbers = seqs(answer);
    assert.equal(
      numbers,
      numbers.map((_, index) => numbers[0]! + index),
      'a page has no gap',
    );
    for (const item of answer.page.querySelectorAll('li.message')) {
      const seq = Number(item.id.slice(2));
      const body = words(item.querySelector('.body'));
      assert.is(shown.get(seq) ?? body, body, `entry ${seq} is what it was`);
      shown.set(seq, body);
    }
    await passed(10 * PAUSE_MS);
  }
  return shown;
}

async function wholeLog(one: Visitor, room: number): Promise<Line[]> {
  const lines: Line[] = [];
  for (;;) {
    const { entries } = (
      await untilAnswered(() => one.getJson(`/rooms/${room}/entries?after=${lines.length}`))
    ).json() as Delta;
    if (entries.length === 0) return lines;
    lines.push(...entries);
  }
}

/** Tries again while there is no server, or it has no database, and gives it a moment to come back. */
async function untilAnswered(request: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await request().catch(() => undefined);
    if (answer && answer.status !== 503) return answer;
    await passed(AGAIN_MS);
  }
}

const passed = (ms: number) => new Promise((done) => setTimeout(done, Math.max(ms, 0)));
