// npm run torture:transcripts [-- ENTRIES]: saves a long room in every shape from a server of its own, and tells how
// long that took, how many bytes came, the most memory that the server had, and how long a poll beside it waited.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { withServer } from '../support/server.ts';
import { Visitor } from '../support/visitor.ts';

const LARGEST_MB = 250;
const [entries = 1_000_000] = process.argv.slice(2).map(Number);

/** Messages of some 80 characters, one a minute, by plain rows. */
function fill(file: string, room: number): void {
  const database = new DatabaseSync(file);
  database.exec(`
    insert into entry (room_id, seq, kind, author_id, body, "key", messages, at)
    with recursive n (i) as (select 2 union all select i + 1 from n where i < ${entries})
    select ${room}, i, 'message', 1, 'This is message ' || i || ', and *all* of them see https://example.org/' || i || ' for more.', 'key-number-' || i, i - 1, ${Date.now()} - (${entries} - i) * 60000 from n;
    update room set last_seq = ${entries}, messages = ${entries - 1} where id = ${room};`);
  database.close();
}

/** The most memory that the process had, in megabytes, since it was asked last. */
function peakOf(pid: number): number {
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

/** Reads an answer to its end, and keeps nothing of it. */
async function bytesOf(ada: Visitor, path: string): Promise<number> {
  const answer = await fetch(ada.base + path, { headers: { Cookie: ada.cookieHeader } });
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
  let bytes = 0;
  for await (const chunk of answer.body!) bytes += chunk.length;
  return bytes;
}

await withServer(async (server, folder) => {
  await server.start();
  const ada = new Visitor(server.base);
  await ada.register('ada');
  const room = await ada.createRoom('lobby');
  await server.end();
  fill(join(folder, 'chat.db'), room);
  let isTooLarge = false;
  for (const shape of ['txt', 'jsonl', 'html', 'epub']) {
    await server.start(); // again, so that each shape has a peak of its own
    const waits: number[] = [];
    const saving = new AbortController();
    const polls = (async () => {
      while (!saving.signal.aborted) {
        const begun = performance.now();
        await ada.poll(room, entries + 10);
        waits.push(performance.now() - begun);
        await new Promise((next) => setTimeout(next, 100));
      }
    })();
    const begun = performance.now();
    const bytes = await bytesOf(ada, `/rooms/${room}/transcript.${shape}`);
    saving.abort();
    await polls;
    const peak = peakOf(server.pid);
    isTooLarge ||= peak > LARGEST_MB;
    const worst = waits.toSorted((a, b) => a - b).at(Math.floor(waits.length * 0.99)) ?? 0;
    console.log(
      `${shape}: ${(bytes / 1e6).toFixed(0)} MB in ${((performance.now() - begun) / 1000).toFixed(0)} s, at most ${peak.toFixed(0)} MB of memory, polls beside it p99 ${worst.toFixed(0)} ms`,
    );
    await server.end();
  }
  process.exitCode = isTooLarge ? 1 : 0;
});
