// The load, in a process of its own, so that none of it is counted as the server's: takes one order
// from its parent, and tells what came of it.
import autocannon from 'autocannon';
import { Wire } from './wire.ts';
import type { Reader } from './world.ts';

/** What is to be done. */
export type Order =
  | { kind: 'polls'; base: string; readers: Reader[]; after: number; seconds: number }
  | { kind: 'posts'; base: string; readers: Reader[]; after: Record<number, number>; seconds: number }
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

process.once('message', (order: Order) => {
  const work = order.kind === 'crowd' ? crowd(order) : cannon(order);
  void work.then((outcome) => process.send!(outcome, () => process.exit()));
});

/** As many requests as the server takes, each as the next of the readers. */
async function cannon(order: Order & { kind: 'polls' | 'posts' }): Promise<Outcome> {
  const { base, readers, seconds } = order;
  const isPosting = order.kind === 'posts';
  const expected = isPosting ? [201] : [200, 204];
  let [done, failed] = [0, 0];
  const requests = readers.map(({ cookie, csrf, room }) => {
    if (order.kind === 'polls')
      return { path: `/poll?room=${room}&after=${order.after}`, headers: { Cookie: cookie } };
    const last = order.after; // of each room, as on pages that are kept up to date, and show what others have posted
    return {
      method: 'POST' as const,
      path: `/rooms/${room}/messages`,
      headers: { Cookie: cookie, 'X-CSRF-Token': csrf, 'Content-Type': 'application/json' },
      setupRequest: (asked: autocannon.Request) => ({
        ...asked,
        body: JSON.stringify({
          body: 'A message of some length, as people write them.',
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
    const wire = new Wire(base);
    for (let due = performance.now() + 1500; due < end - 1500 && postEveryMs > 0; due += postEveryMs) {
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
