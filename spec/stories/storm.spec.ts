import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withServer, type Server } from '../support/server.ts';
import { Visitor, type Delta } from '../support/visitor.ts';

const POSTERS = 30;
const READERS = 10;
const STORM_MS = 20_000;
const KILLED_AT_MS = [6000, 13_000];

const test = suite('a storm');

type Line = Delta['entries'][number];
interface Acknowledged { seq: number; author: string; body: string }

test('leaves every reader with the same gapless log, and each acknowledged message once, though the server is killed twice', () => withServer(async (server) => {
  await server.start();
  const ada = await person(server, 'ada');
  const room = await ada.createRoom('lobby');
  const people = await Promise.all(Array.from({ length: POSTERS + READERS }, (_, index) => person(server, `person${index}`)));
  await Promise.all(people.map((one) => one.enter(room)));

  const attempted = new Set<string>();
  const acknowledged: Acknowledged[] = [];
  const storm = { room, until: performance.now() + STORM_MS };
  const posting = people.slice(0, POSTERS).map((one) => postUntil(one, storm, attempted, acknowledged));
  const reading = people.slice(POSTERS).map((one) => readUntil(one, storm, posting));
  for (const moment of KILLED_AT_MS) {
    await new Promise((passed) => setTimeout(passed, storm.until - STORM_MS + moment - performance.now()));
    await server.end('SIGKILL');
    await server.start();
  }
  await Promise.all(posting);
  const seen = await Promise.all(reading);

  const log = await wholeLog(ada, room);
  assert.equal(log.map(({ seq }) => seq), log.map((_, index) => index + 1), 'the log has no gap');
  const messages = new Map(log.filter(({ kind }) => kind === 'message').map((line) => [line.body, line]));
  assert.is(messages.size, log.filter(({ kind }) => kind === 'message').length, 'no message is there twice');
  for (const { seq, author, body } of acknowledged) {
    assert.equal([messages.get(body)?.seq, messages.get(body)?.author], [seq, author], `${body} is where it was acknowledged`);
  }
  for (const body of messages.keys()) assert.ok(attempted.has(body), `${body} was written by somebody`);
  for (const lines of seen) assert.equal(lines.map(({ seq, body }) => `${seq} ${body}`), log.map(({ seq, body }) => `${seq} ${body}`));
  assert.ok(acknowledged.length > POSTERS, `only ${acknowledged.length} messages were acknowledged`);
  console.log(`(${acknowledged.length} messages acknowledged, ${log.length} entries)`);
}));

async function person(server: Server, username: string): Promise<Visitor> {
  const visitor = new Visitor(server.base);
  await visitor.register(username);
  return visitor;
}

/** Posts one message after the other; what was not answered is sent again with its key until it is. */
async function postUntil(one: Visitor, { room, until }: { room: number; until: number }, attempted: Set<string>, acknowledged: Acknowledged[]): Promise<void> {
  for (let count = 0; performance.now() < until; count += 1) {
    const body = `${one.username} says ${count}`;
    attempted.add(body);
    const key = crypto.randomUUID();
    const after = acknowledged.at(-1)?.seq ?? 0;
    const answer = await untilAnswered(() => one.sayJson(room, body, { key, after }));
    assert.ok([200, 201].includes(answer.status), answer.text);
    acknowledged.push({ seq: (answer.json() as Delta).seq!, author: one.username, body });
  }
}

/** Polls until the posters are done and nothing is new, and holds each answer to begin where the last one ended. */
async function readUntil(one: Visitor, { room }: { room: number }, posting: Promise<void>[]): Promise<Line[]> {
  const lines: Line[] = [];
  let isOver = false;
  void Promise.allSettled(posting).then(() => (isOver = true));
  for (;;) {
    const wasOver = isOver;
    const answer = await untilAnswered(() => one.poll(room, lines.length));
    if (answer.status === 204 && wasOver) return lines;
    if (answer.status === 204) continue;
    const { entries } = answer.json() as Delta;
    assert.equal(entries.map(({ seq }) => seq), entries.map((_, index) => lines.length + 1 + index));
    lines.push(...entries);
  }
}

async function wholeLog(one: Visitor, room: number): Promise<Line[]> {
  const lines: Line[] = [];
  for (;;) {
    const { entries } = (await one.getJson(`/rooms/${room}/entries?after=${lines.length}`)).json() as Delta;
    if (entries.length === 0) return lines;
    lines.push(...entries);
  }
}

/** Tries again while there is no server, and gives it a moment to come back. */
async function untilAnswered<T>(request: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await request();
    } catch {
      await new Promise((passed) => setTimeout(passed, 50));
    }
  }
}

test.run();
