import * as assert from 'uvu/assert';
import type { Server } from './server.ts';
import { Visitor, type Answer, type Delta } from './visitor.ts';

type Line = Delta['entries'][number];
interface Acknowledged { seq: number; author: string; body: string }

/** People who post and read at once, spread over servers that share a database, and what befalls these. */
export interface Storm {
  servers: Server[];
  posters: number;
  readers: number;
  /** How long it lasts at least, in milliseconds. */
  ms: number;
  /** What happens, and when, in milliseconds from the beginning. */
  troubles: [at: number, act: () => Promise<void>][];
}

/** Holds that all readers have the same gapless log in the end, and that each acknowledged message is in it once. */
export async function storm({ servers, posters, readers, ms, troubles }: Storm): Promise<void> {
  const ada = await person(servers[0]!, 'ada');
  const room = await ada.createRoom('lobby');
  const people = await Promise.all(Array.from({ length: posters + readers }, (_, index) => person(servers[index % servers.length]!, `person${index}`)));
  await Promise.all(people.map((one) => one.enter(room)));

  const attempted = new Set<string>();
  const acknowledged: Acknowledged[] = [];
  const begun = performance.now();
  const until = (at: number) => new Promise((passed) => setTimeout(passed, Math.max(begun + at - performance.now(), 0)));
  const weather = { isOver: false };
  const posting = people.slice(0, posters).map((one) => postOn(one, room, weather, attempted, acknowledged));
  const reading = people.slice(posters).map((one) => readOn(one, room, posting));
  for (const [at, act] of troubles) {
    await until(at);
    await act();
  }
  await until(ms);
  weather.isOver = true;
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
  assert.ok(acknowledged.length > posters, `only ${acknowledged.length} messages were acknowledged`);
  console.log(`(${acknowledged.length} messages acknowledged, ${log.length} entries)`);
}

/** The server is killed, and started again. */
export const killed = (server: Server) => async (): Promise<void> => {
  await server.end('SIGKILL');
  await server.start();
};

async function person(server: Server, username: string): Promise<Visitor> {
  const visitor = new Visitor(server.base);
  await visitor.register(username);
  return visitor;
}

/** Posts one message after the other; what was not answered is sent again with its key until it is. */
async function postOn(one: Visitor, room: number, weather: { isOver: boolean }, attempted: Set<string>, acknowledged: Acknowledged[]): Promise<void> {
  for (let count = 0; !weather.isOver; count += 1) {
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
async function readOn(one: Visitor, room: number, posting: Promise<void>[]): Promise<Line[]> {
  const lines: Line[] = [];
  let isOver = false;
  void Promise.allSettled(posting).then(() => (isOver = true));
  for (;;) {
    const wasOver = isOver;
    const answer = await untilAnswered(() => one.poll(room, lines.length));
    if (answer.status === 204 && wasOver && lines.length === (await lastSeq(one, room))) return lines;
    if (answer.status === 204) continue;
    assert.is(answer.status, 200, answer.text);
    const { entries } = answer.json() as Delta;
    assert.equal(entries.map(({ seq }) => seq), entries.map((_, index) => lines.length + 1 + index));
    lines.push(...entries);
  }
}

/** How far the log goes, by the database: what another process has stored reaches a poll a moment later. */
async function lastSeq(one: Visitor, room: number): Promise<number> {
  const answer = await untilAnswered(() => one.getJson(`/rooms/${room}/entries?before=${2 ** 30}`));
  return (answer.json() as Delta).entries.at(-1)!.seq;
}

async function wholeLog(one: Visitor, room: number): Promise<Line[]> {
  const lines: Line[] = [];
  for (;;) {
    const { entries } = (await untilAnswered(() => one.getJson(`/rooms/${room}/entries?after=${lines.length}`))).json() as Delta;
    if (entries.length === 0) return lines;
    lines.push(...entries);
  }
}

/** Tries again while there is no server, or it has no database, and gives it a moment to come back. */
async function untilAnswered(request: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      const answer = await request();
      if (answer.status !== 503) return answer;
      assert.ok(Number(answer.headers.get('Retry-After')) > 0);
    } catch (error) {
      if (error instanceof assert.Assertion) throw error;
    }
    await new Promise((passed) => setTimeout(passed, 50));
  }
}
