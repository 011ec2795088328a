// The load, in a process of its own, so that none of it is counted as the server's: takes one order
// from its parent, and tells what came of it.
import autocannon from 'autocannon';
import { connect } from 'node:net';
import { Wire } from './wire.ts';
import type { Reader } from './world.ts';

/** A request: a page, or a form whose answer leads to one. */
export interface Ask {
  path: string;
  headers: Record<string, string>;
  form?: Record<string, string>;
}

/** What is to be done. */
export type Order =
  | { kind: 'polls'; base: string; readers: Reader[]; after: number; seconds: number }
  | { kind: 'asks'; base: string; asks: Ask[]; seconds: number }
  | { kind: 'beside'; base: string; hostile: Ask; poll: Ask; seconds: number }
  | {
      kind: 'posts';
      base: string;
      readers: Reader[];
      after: Record<number, number>;
      seconds: number;
      /** What is said; by default always the same. */
      texts?: string[];
    }
  | {
      kind: 'crowd';
      base: string;
      readers: Reader[];
      poster: Reader;
      after: number;
      seconds: number;
      pollEveryMs: number;
      postEveryMs: number;
      connections: number;
    };

/** What came of it. Times are milliseconds. */
export interface Outcome {
  /** Requests that were answered as they should be, and others. */
  done: number;
  failed: number;
  seconds: number;
  /** How long each poll of a crowd took. */
  polls: number[];
  /** From the sending of a post until somebody else has it. */
  seen: number[];
}

const POST_CONNECTIONS = 32;
const TEXTS = ['A message of some length, as people write them.'];

process.once('message', (order: Order) => {
  const work = workOf(order);
  void work.then((outcome) => process.send!(outcome, () => process.exit()));
});

function workOf(order: Order): Promise<Outcome> {
  if (order.kind === 'crowd') return crowd(order);
  if (order.kind === 'asks') return ask(order);
  return order.kind === 'beside' ? beside(order) : cannon(order);
}

/** As many requests as the server takes, on a connection for each of those that ask. */
async function ask({ base, asks, seconds }: Order & { kind: 'asks' }): Promise<Outcome> {
  const outcome: Outcome = { done: 0, failed: 0, seconds, polls: [], seen: [] };
  const end = performance.now() + seconds * 1000;
  const one = async (asked: Ask) => {
    const wire = new Wire(base);
    while (performance.now() < end) {
      const status = await sent(wire, asked);
      if ([200, 204, 304].includes(status)) outcome.done += 1;
      else outcome.failed += 1;
    }
    wire.close();
  };
  await Promise.all(asks.map(one));
  return outcome;
}

/** Sends a request, and for a form asks for the page to which its answer leads. Returns the last status. */
async function sent(wire: Wire, { path, headers, form }: Ask): Promise<number> {
  if (!form) return (await wire.ask(written('GET', path, headers))).status;
  const body = new URLSearchParams({ ...form, key: crypto.randomUUID() }).toString();
  const { status, location } = await wire.ask(written('POST', path, headers, body));
  if (status !== 303 || !location) return status === 303 ? 0 : status + 1000;
  return (await wire.ask(written('GET', location.replace(/#.*/, ''), { Cookie: headers.Cookie! }))).status;
}

function written(method: string, path: string, headers: Record<string, string>, body = ''): string {
  const all = { Host: 'localhost', ...headers, ...(body && { 'Content-Length': String(body.length) }) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

const PIPELINED = 40;

/** One account sends many requests in advance on each of its connections, again and again, while another one polls. */
async function beside({ base, hostile, poll, seconds }: Order & { kind: 'beside' }): Promise<Outcome> {
  const outcome: Outcome = { done: 0, failed: 0, seconds, polls: [], seen: [] };
  const { hostname, port } = new URL(base);
  const end = performance.now() + seconds * 1000;
  const attack = () => {
    if (performance.now() >= end) return;
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {}).on('close', () => setTimeout(attack, 1));
    socket.resume().write(written('GET', hostile.path, hostile.headers).repeat(PIPELINED));
    setTimeout(() => socket.destroy(), Math.max(0, end - performance.now()));
  };
  for (let connection = 0; connection < 10; connection += 1) attack();
  const wire = new Wire(base);
  while (performance.now() < end) {
    const start = performance.now();
    const status = await sent(wire, poll);
    outcome.polls.push(performance.now() - start);
    if (status === 200 || status === 204) outcome.done += 1;
    else outcome.failed += 1;
    await new Promise((go) => setTimeout(go, 10));
  }
  wire.close();
  return outcome;
}

/** As many requests as the server takes, each as the next of the readers. */
async function cannon(order: Order & { kind: 'polls' | 'posts' }): Promise<Outcome> {
  const { base, readers, seconds } = order;
  const isPosting = order.kind === 'posts';
  const expected = isPosting ? [201] : [200, 204];
  let [done, failed] = [0, 0];
  const requests = readers.map(({ cookie, csrf, room }) => {
    if (order.kind === 'polls')
      return { path: `/poll?room=${room}&after=${order.after}`, headers: { Cookie: cookie } };
    const { after: last, texts = TEXTS } = order; // `after` of each room, as on pages that are kept up to date, and show what others have posted
    return {
      method: 'POST' as const,
      path: `/rooms/${room}/messages`,
      headers: { Cookie: cookie, 'X-CSRF-Token': csrf, 'Content-Type': 'application/json' },
      setupRequest: (asked: autocannon.Request) => ({
        ...asked,
        body: JSON.stringify({
          body: texts[Math.floor(Math.random() * texts.length)],
          key: crypto.randomUUID(),
          after: last[room],
        }),
      }),
      onResponse: (_: number, body: string) => {
        last[room] = Math.max(last[room]!, Number(/"after":(\d+)/.exec(body)?.[1] ?? 0));
      },
    };
  });
  const connections = isPosting ? POST_CONNECTIONS : 20;
  const share = Math.ceil(requests.length / connections);
  let client = 0;
  const run = autocannon({
    url: base,
    connections,
    duration: seconds,
    setupClient: (one) => {
      const own = requests.slice((client % connections) * share, ((client % connections) + 1) * share);
      client += 1;
      one.setRequests(own.length > 0 ? own : requests);
      one.on('response', (status) => void (expected.includes(status) ? (done += 1) : (failed += 1)));
    },
  });
  const { errors, duration } = await run;
  return { done, failed: failed + errors, seconds: duration, polls: [], seen: [] };
}

/** Each reader polls once in a while, at a moment of their own, while one of them posts now and then. */
async function crowd({
  base,
  readers,
  poster,
  after,
  seconds,
  pollEveryMs,
  postEveryMs,
  connections,
}: Order & { kind: 'crowd' }): Promise<Outcome> {
  const wires = Array.from({ length: connections }, () => new Wire(base));
  const outcome: Outcome = { done: 0, failed: 0, seconds, polls: [], seen: [] };
  const sentAt = new Map<string, number>();
  let last = after;
  const end = performance.now() + seconds * 1000;
  const until = (time: number) => new Promise((go) => setTimeout(go, Math.max(0, time - performance.now())));
  const poll = async (reader: Reader, index: number) => {
    const wire = wires[index % connections]!;
    let own = after;
    for (
      let due = performance.now() + (index / readers.length) * pollEveryMs;
      due < end;
      due = Math.max(due + pollEveryMs, performance.now())
    ) {
      await until(due);
      const start = performance.now();
      const { status, text } = await wire.ask(
        `GET /poll?room=${reader.room}&after=${own} HTTP/1.1\r\nHost: localhost\r\nCookie: ${reader.cookie}\r\n\r\n`,
      );
      outcome.polls.push(performance.now() - start);
      if (![200, 204].includes(status)) outcome.failed += 1;
      else outcome.done += 1;
      if (status !== 200) continue;
      const news = JSON.parse(text) as { after: number; entries: { body: string }[] };
      own = news.after;
      for (const { body } of news.entries)
        if (sentAt.has(body)) outcome.seen.push(performance.now() - sentAt.get(body)!);
    }
  };
  const post = async () => {
    if (postEveryMs <= 0) return;
    const wire = new Wire(base);
    for (let due = performance.now() + 1500; due < end - 1500; due += postEveryMs) {
      await until(due);
      const body = crypto.randomUUID();
      sentAt.set(body, performance.now());
      const json = JSON.stringify({ body, key: body, after: last });
      const { status, text } = await wire.ask(
        `POST /rooms/${poster.room}/messages HTTP/1.1\r\nHost: localhost\r\nCookie: ${poster.cookie}\r\nX-CSRF-Token: ${poster.csrf}\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n${json}`,
      );
      if (status === 201) last = (JSON.parse(text) as { after: number }).after;
      else outcome.failed += 1;
    }
    wire.close();
  };
  await Promise.all([...readers.map(poll), post()]);
  for (const wire of wires) wire.close();
  return outcome;
}
