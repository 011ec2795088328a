// The load, in a process of its own, so that none of it is counted as the server's: takes one order
// from its parent, and tells what came of it.
import { Agent, request } from 'node:http';
import autocannon from 'autocannon';
import type { Reader } from './world.ts';

/** What is to be done. */
export type Order =
  | { kind: 'polls'; base: string; readers: Reader[]; after: number; seconds: number }
  | { kind: 'posts'; base: string; readers: Reader[]; after: number; seconds: number }
  | { kind: 'crowd'; base: string; readers: Reader[]; poster: Reader; after: number; seconds: number; postEveryMs: number; connections: number };

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

process.once('message', (order: Order) => {
  const work = order.kind === 'crowd' ? crowd(order) : cannon(order);
  void work.then((outcome) => process.send!(outcome, () => process.exit()));
});

/** As many requests as the server takes, each as the next of the readers. */
async function cannon({ kind, base, readers, after, seconds }: Order & { kind: 'polls' | 'posts' }): Promise<Outcome> {
  const isPosting = kind === 'posts';
  const expected = isPosting ? [201] : [200, 204];
  let [done, failed] = [0, 0];
  let last = after; // as a page that is kept up to date, and shows what others have posted
  const requests = readers.map(({ cookie, csrf, room }) => (isPosting
    ? {
        method: 'POST' as const,
        path: `/rooms/${room}/messages`,
        headers: { Cookie: cookie, 'X-CSRF-Token': csrf, 'Content-Type': 'application/json' },
        setupRequest: (asked: autocannon.Request) => ({ ...asked, body: JSON.stringify({ body: 'A message of some length, as people write them.', key: crypto.randomUUID(), after: last }) }),
        onResponse: (_: number, body: string) => {
          last = Math.max(last, Number(/"after":(\d+)/.exec(body)?.[1] ?? 0));
        },
      }
    : { path: `/poll?room=${room}&after=${after}`, headers: { Cookie: cookie } }));
  const connections = isPosting ? POST_CONNECTIONS : 20;
  const share = Math.ceil(requests.length / connections);
  let client = 0;
  const run = autocannon({
    url: base, connections, duration: seconds,
    setupClient: (one) => {
      const own = requests.slice((client % connections) * share, (client % connections + 1) * share);
      client += 1;
      one.setRequests(own.length > 0 ? own : requests);
      one.on('response', (status) => void (expected.includes(status) ? (done += 1) : (failed += 1)));
    },
  });
  const { errors, duration } = await run;
  return { done, failed: failed + errors, seconds: duration, polls: [], seen: [] };
}

/** Each reader polls once a second, at a moment of their own, while one of them posts now and then. */
async function crowd({ base, readers, poster, after, seconds, postEveryMs, connections }: Order & { kind: 'crowd' }): Promise<Outcome> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const outcome: Outcome = { done: 0, failed: 0, seconds, polls: [], seen: [] };
  const sentAt = new Map<string, number>();
  let last = after;
  const send = (path: string, { cookie, csrf }: Reader, body?: string) => new Promise<{ status: number; text: string }>((resolve) => {
    const headers = { Cookie: cookie, ...(body && { 'X-CSRF-Token': csrf, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }) };
    request(base + path, { agent, method: body ? 'POST' : 'GET', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('end', () => resolve({ status: response.statusCode!, text }));
    }).on('error', () => resolve({ status: 0, text: '' })).end(body);
  });
  const end = performance.now() + seconds * 1000;
  const until = (time: number) => new Promise((go) => setTimeout(go, Math.max(0, time - performance.now())));
  const poll = async (reader: Reader, index: number) => {
    let own = after;
    for (let due = performance.now() + (index / readers.length) * 1000; due < end; due = Math.max(due + 1000, performance.now())) {
      await until(due);
      const start = performance.now();
      const { status, text } = await send(`/poll?room=${reader.room}&after=${own}`, reader);
      outcome.polls.push(performance.now() - start);
      if (![200, 204].includes(status)) outcome.failed += 1;
      else outcome.done += 1;
      if (status !== 200) continue;
      const news = JSON.parse(text) as { after: number; entries: { body: string }[] };
      own = news.after;
      for (const { body } of news.entries) if (sentAt.has(body)) outcome.seen.push(performance.now() - sentAt.get(body)!);
    }
  };
  const post = async () => {
    for (let due = performance.now() + 1500; due < end - 1500 && postEveryMs > 0; due += postEveryMs) {
      await until(due);
      const body = crypto.randomUUID();
      sentAt.set(body, performance.now());
      const { status, text } = await send(`/rooms/${poster.room}/messages`, poster, JSON.stringify({ body, key: body, after: last }));
      if (status === 201) last = (JSON.parse(text) as { after: number }).after;
      else outcome.failed += 1;
    }
  };
  await Promise.all([...readers.map(poll), post()]);
  return outcome;
}
