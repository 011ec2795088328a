import { type HTMLElement, parse } from 'node-html-parser';
import { connect } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Assets } from '../../server/view/assets.ts';
import { withApp } from '../support/app.ts';
import { random } from '../support/random.ts';

const test = suite('weight of pages');

const assets = new Assets();

const loadedBy = (page: HTMLElement, selector: string, attribute: string) =>
  page.querySelectorAll(selector).map((one) => one.getAttribute(attribute)!);

test(
  'a user who writes about htmx makes no page load it',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('<form hx-post="/x">');
    await ada.say(lobby, '<form hx-post="/x"> and ` hx-post="/y"` and [ hx-post="/z"](https://example.org)');
    for (const path of [`/rooms/${lobby}`, `/rooms/${lobby}/live`]) {
      const { page, text } = await ada.get(path);
      assert.match(text, 'hx-post=&quot;');
      assert.not.ok(loadedBy(page, 'script', 'src').includes(assets.address('htmx.js')), path);
    }
  }),
);

/** All bytes of an answer, from the status line on, and its text. */
async function received(base: string, path: string, headers: Record<string, string>) {
  const { hostname, port } = new URL(base);
  const parts: Buffer[] = [];
  const socket = connect(Number(port), hostname);
  const lines = Object.entries({ Host: hostname, Connection: 'close', ...headers });
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.map((line) => `${line.join(': ')}\r\n`).join('')}\r\n`);
  for await (const part of socket) parts.push(part as Buffer);
  const all = Buffer.concat(parts);
  const end = all.indexOf('\r\n\r\n');
  const head = all.subarray(0, end).toString('latin1');
  assert.match(head, /^HTTP\/1\.1 200 /, path);
  const [, encoding] = /^content-encoding: (\w+)/im.exec(head) ?? [];
  const body = all.subarray(end + 4);
  const text = encoding === 'br' ? brotliDecompressSync(body) : encoding === 'gzip' ? gunzipSync(body) : body;
  return { bytes: all.length, text: text.toString() };
}

/** The addresses that a browser loads with a page. */
function loadsOf(text: string): string[] {
  const page = parse(text);
  return [
    ...loadedBy(page, 'script', 'src'),
    ...loadedBy(page, 'link[rel="stylesheet"], link[rel="icon"]', 'href'),
    ...loadedBy(page, 'img', 'src'),
  ];
}

/** The bytes of a page and of all that a browser loads with it for the first time. */
async function bytesOfVisit(base: string, path: string, headers: Record<string, string>): Promise<number> {
  const { bytes, text } = await received(base, path, headers);
  let sum = bytes;
  for (const address of new Set(loadsOf(text))) sum += (await received(base, address, headers)).bytes;
  return sum;
}

/** What people say: so many messages of 3 to 20 words, the same in each run. */
function talk(count: number): string[] {
  const next = random(14);
  const below = (end: number) => Math.floor(next() * end);
  return Array.from({ length: count }, () => {
    const words = Array.from({ length: 3 + below(18) }, () => WORDS[below(WORDS.length)]!);
    return `${words.join(' ')}${'.?!'[below(3)]}`;
  });
}

const WORDS =
  `about after again all and any are back because been before boat book bread bring but call can charts coffee cold come could day did do door down early east evening every ferry find first fog for friday from garden get give go good had harbour has have he her here him his home how I if in is island it just key know lamp last late leave let light like little long look made make me meet message might monday more morning much my need new next nine no north not now of off old on one only or other our out over people quiet rain read ready right room rope sail same saw say sea see seven she should so some soon south station still stone summer table take tea tell ten than thanks that the their them then there they thing think this time to today tomorrow too train two under until up us very wait walk want warm was water way we well west what when where which who will wind window winter with without wood would write year yes yesterday you your`.split(
    ' ',
  );

for (const [browser, accepted] of [
  ['over https', 'gzip, deflate, br, zstd'],
  ['over http', 'gzip, deflate'],
]) {
  test(
    `a browser ${browser} receives at most 20 kB at a first visit, with all that the page loads`,
    withApp(async ({ base }) => {
      const sum = await bytesOfVisit(base, '/', { 'Accept-Encoding': accepted! });
      assert.ok(sum <= 20_000, `${sum} bytes`);
    }),
  );

  test(
    `a browser ${browser} receives at most 6 kB for a room of 50 messages`,
    withApp(
      async ({ base, cast, clock }) => {
        const [ada, grace] = [await cast('ada'), await cast('grace')];
        const lobby = await ada.createRoom('lobby');
        await grace.enter(lobby);
        for (const [index, body] of talk(50).entries()) {
          clock.pass(7 * 1013);
          await (index % 3 ? ada : grace).sayJson(lobby, body, { after: 2 ** 20 });
        }
        const headers = { Cookie: grace.cookieHeader, 'Accept-Encoding': accepted! };
        const { bytes, text } = await received(base, `/rooms/${lobby}`, headers);
        assert.is(text.match(/<li id="m-/g)?.length, 50);
        assert.ok(bytes <= 6000, `${bytes} bytes`);
      },
      { rateLimits: false },
    ),
  );
}

test.run();
