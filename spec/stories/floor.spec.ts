import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import {
  browserSuite,
  eventually,
  logOf,
  send,
  told,
  typedIn,
  withBrowser,
  type Stage,
} from '../support/browser.ts';
import { Assets } from '../../server/view/assets.ts';

const test = browserSuite('the floor of browsers');

/** Opens ada's lobby in a browser that begins with a script. */
async function lobbyIn({ open, cast }: Stage, before: string) {
  const ada = await cast('ada');
  const grace = await cast('grace');
  const lobby = await ada.createRoom('lobby');
  await grace.enter(lobby);
  const page = await open('/rooms', ada);
  await page.addInitScript(before);
  await page.goto(`${page.url().replace(/\/rooms.*/, '')}/rooms/${lobby}`);
  return { ada, grace, lobby, page };
}

/** A message is sent once; where the network is at fault, it may also stand in the field with a sentence that says so. */
async function isSentOnceOrKept(page: Page, log: () => Promise<string[]>, text: string, isOurs = true) {
  const times = async () => (await log()).filter((line) => line === `ada: ${text}`).length;
  await eventually(async () => {
    const typed = await typedIn(page);
    if (typed === '') return (await times()) === 1;
    return !isOurs && typed === text && /connection is lost/.test(await told(page));
  }, true);
  assert.ok((await times()) <= 1, 'once');
}

/** What the scripts need, or would use where it is there: each is taken away. */
const NEEDED = [
  'AbortSignal.timeout',
  'AbortController',
  'ResizeObserver',
  'fetch',
  'Array.prototype.at',
  'String.prototype.replaceAll',
  'Object.fromEntries',
  'HTMLFormElement.prototype.requestSubmit',
  'Range.prototype.createContextualFragment',
  'Navigator.prototype.sendBeacon',
  'Crypto.prototype.getRandomValues',
  'Performance.prototype.now',
  'structuredClone',
];

for (const name of NEEDED) {
  const [, owner = 'self', property = name] = /^(.*)\.(\w+)$/.exec(name) ?? [];
  test(
    `without ${name} the room works, at least as without script`,
    withBrowser(async (stage) => {
      const { ada, grace, lobby, page } = await lobbyIn(stage, `delete ${owner}.${property}`);
      assert.is(await page.evaluate(`typeof ${owner}?.${property}`), 'undefined');
      for (const text of ['hello', 'once more']) {
        await send(page, text);
        await eventually(
          async () => (await ada.log(lobby)).filter((line) => line === `ada: ${text}`).length,
          1,
        );
        await eventually(async () => (await logOf(page)).includes(`ada: ${text}`), true);
      }
      await grace.say(lobby, 'good morning');
      const check = page.getByRole('link', { name: 'Check for new messages' });
      if (await check.count()) await check.click();
      await eventually(async () => (await logOf(page)).includes('grace: good morning'), true);
      assert.not.match(await page.locator('body').innerText(), 'connection is lost');
    }),
  );
}

for (const [what, before] of [
  [
    'refused',
    `Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('', 'SecurityError'); } })`,
  ],
  ['null', `Object.defineProperty(window, 'sessionStorage', { value: null })`],
  ['full', `Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }`],
  ['filled with something else', `sessionStorage.setItem('draft 1 ada', '{not JSON')`],
] as const)
  test(
    `with a storage that is ${what}, messages are sent and come in`,
    withBrowser(async (stage) => {
      const { ada, grace, lobby, page } = await lobbyIn(stage, before);
      await send(page, 'hello');
      await eventually(() => typedIn(page), '');
      await grace.say(lobby, 'good morning');
      await eventually(async () => (await logOf(page)).slice(2), ['ada: hello', 'grace: good morning']);
      assert.equal((await ada.log(lobby)).slice(2), ['ada: hello', 'grace: good morning']);
    }),
  );

for (const [what, jump] of [
  ['an hour back', -3_600_000],
  ['an hour on', 3_600_000],
] as const)
  test(
    `with a clock that jumps ${what}, messages are announced and the title counts them`,
    withBrowser(async (stage) => {
      const { grace, lobby, page } = await lobbyIn(stage, '');
      await grace.say(lobby, 'one');
      await page.locator('.announcer p', { hasText: 'one' }).waitFor({ state: 'attached' });
      await page.evaluate(`{ const now = Date.now; Date.now = () => now() + ${jump}; }`);
      await grace.say(lobby, 'two');
      await page.locator('.announcer p', { hasText: 'two' }).waitFor({ state: 'attached' });
      await send(page, 'three');
      await eventually(() => typedIn(page), '');
    }),
  );

/** What the page says of it in the console of the browser. */
const BROKEN_ON_PURPOSE = /broken|fetch is not a function|'bind'|Failed to fetch|htmx:error/;

/** On the way of a message: each throws, once the page is there. */
const BROKEN: [what: string, how: string, whose?: 'the network'][] = [
  ['fetch is gone', `fetch = undefined`],
  ['fetch throws', `fetch = () => { throw new Error('broken'); }`],
  ['fetch never connects', `fetch = () => Promise.reject(new TypeError('Failed to fetch'))`, 'the network'],
  ['the answer cannot be read', `Response.prototype.json = () => Promise.reject(new Error('broken'))`],
  [
    'the answer is cut',
    `Response.prototype.json = () => Promise.reject(new TypeError('cut'))`,
    'the network',
  ],
  [
    'the answer is no JSON',
    `Response.prototype.json = () => Promise.reject(new SyntaxError('no JSON'))`,
    'the network',
  ],
  ['no JSON can be made', `JSON.stringify = () => { throw new TypeError('broken'); }`],
  ['there are no timers', `setTimeout = () => { throw new TypeError('broken'); }`],
  ['events cannot be made', `CustomEvent = Event = class { constructor() { throw new Error('broken'); } }`],
  ['JSON cannot be parsed', `JSON.parse = () => { throw new Error('broken'); }`],
  ['nothing can be appended', `Element.prototype.append = () => { throw new Error('broken'); }`],
  ['times cannot be shown', `Date.prototype.toLocaleTimeString = () => { throw new RangeError('broken'); }`],
  [
    'places cannot be measured',
    `Element.prototype.getBoundingClientRect = () => { throw new Error('broken'); }`,
  ],
  ['keys cannot be made', `Crypto.prototype.getRandomValues = () => { throw new Error('broken'); }`],
  ['the clock throws', `Performance.prototype.now = () => { throw new Error('broken'); }`],
  [
    'the title cannot be set',
    `Object.defineProperty(document, 'title', { set() { throw new Error('broken'); } })`,
  ],
  ['the focus cannot be set', `HTMLElement.prototype.focus = () => { throw new Error('broken'); }`],
  ['an element cannot be removed', `Element.prototype.remove = () => { throw new Error('broken'); }`],
];

for (const [what, how, whose] of BROKEN)
  test(
    `where ${what}, a message is sent once or kept, and the page is usable`,
    withBrowser(
      async (stage) => {
        const { ada, lobby, page } = await lobbyIn(stage, '');
        await page.evaluate(how);
        for (const text of ['hello', 'and again']) {
          await send(page, text);
          await isSentOnceOrKept(page, () => ada.log(lobby), text, !whose);
        }
        assert.ok((await ada.log(lobby)).filter((line) => line === 'ada: hello').length <= 1);
      },
      {},
      BROKEN_ON_PURPOSE,
    ),
  );

test(
  'an error at any place where the script of the room waits keeps no message from being sent',
  withBrowser(
    async (stage) => {
      const { ada, lobby, page } = await lobbyIn(stage, `function broken() { throw new Error('broken'); }`);
      const script = new Assets().address('chat.js');
      const code = new Assets().at(script)!.bodies.identity.toString();
      const places = [...code.matchAll(/\bawait\b/g)].map(({ index }) => index);
      assert.ok(places.length > 4);
      for (const place of places) {
        const body = `${code.slice(0, place)}await broken()||${code.slice(place)}`;
        await page.unrouteAll();
        await page.route(`**${script}`, (route) => route.fulfill({ body, contentType: 'text/javascript' }));
        await page.goto(`${new URL(page.url()).origin}/rooms/${lobby}`);
        await send(page, `at ${place}`);
        await isSentOnceOrKept(page, () => ada.log(lobby), `at ${place}`);
      }
    },
    {},
    BROKEN_ON_PURPOSE,
  ),
);

test(
  'a form for htmx says so where the connection is lost, and keeps what was typed',
  withBrowser(
    async ({ open, cast }) => {
      const ada = await cast('ada');
      const page = await open('/rooms', ada);
      await page.evaluate(`fetch = () => Promise.reject(new TypeError('Failed to fetch'))`);
      await page.getByLabel('Room name').fill('lobby');
      await page.getByRole('button', { name: 'Create room' }).click();
      await page.getByRole('alert').filter({ hasText: 'the connection is lost' }).waitFor();
      assert.is(await page.getByLabel('Room name').inputValue(), 'lobby');
    },
    {},
    BROKEN_ON_PURPOSE,
  ),
);

/** On the way of a form that htmx sends. */
const BROKEN_FOR_HTMX: [what: string, how: string][] = [
  ['fetch is gone', `fetch = undefined`],
  ['fetch throws', `fetch = () => { throw new Error('broken'); }`],
  ['the answer cannot be read', `Response.prototype.text = () => Promise.reject(new Error('broken'))`],
  [
    'the answer cannot be parsed',
    `DOMParser.prototype.parseFromString = Document.parseHTMLUnsafe = () => { throw new Error('broken'); }`,
  ],
  ['events cannot be made', `CustomEvent = class { constructor() { throw new Error('broken'); } }`],
  ['events cannot be sent', `EventTarget.prototype.dispatchEvent = () => { throw new Error('broken'); }`],
  ['no element is found from inside', `Element.prototype.closest = () => { throw new Error('broken'); }`],
  ['fields cannot be read', `FormData = class { constructor() { throw new TypeError('broken'); } }`],
];

for (const [what, how] of BROKEN_FOR_HTMX)
  test(
    `a form for htmx is sent once where ${what}`,
    withBrowser(
      async ({ open, cast, em }) => {
        const ada = await cast('ada');
        const page = await open('/rooms', ada);
        await page.evaluate(how);
        await page.getByLabel('Room name').fill('lobby');
        await page.getByRole('button', { name: 'Create room' }).click();
        await page.getByRole('button', { name: 'Send' }).waitFor();
        const rooms = await em().execute<unknown[]>('select id from room');
        assert.is(rooms.length, 1);
      },
      {},
      BROKEN_ON_PURPOSE,
    ),
  );

test.run();
