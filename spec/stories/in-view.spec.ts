// What is in view when a room is opened: messages, and the field to write in.
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import type { World } from '../support/app.ts';
import { browserSuite, eventually, POLL, send, withBrowser } from '../support/browser.ts';

const test = browserSuite('in view in a room');

/** The least messages that are wholly in view, by the size of the window. */
const LEAST: [width: number, height: number, messages: number][] = [
  [1280, 800, 14],
  [390, 700, 7],
  [390, 380, 3],
  [320, 568, 4],
];
const LINES = [
  'Good morning',
  'Is anybody here?',
  'I will make some tea.',
  'Two sugars, please.',
  'On my way.',
  'The lift is out again.',
  'Of course it is.',
  'Ha.',
];

interface Sight {
  /** The seqs of the messages that are wholly in view. */
  seqs: number[];
  field: { top: number; bottom: number };
  send: { top: number; bottom: number };
}

/** Playwright evaluates this also in a page whose own scripts do not run. */
const LOOK = `(() => {
  const rect = (selector) => document.querySelector(selector).getBoundingClientRect();
  const box = document.querySelector('.scroll');
  const isBox = getComputedStyle(box).overflowY === 'auto';
  const top = isBox ? rect('.scroll').top : 0;
  const bottom = Math.min(innerHeight, rect('.write').top, isBox ? rect('.scroll').bottom : Infinity);
  const isSeen = (one) => one.getBoundingClientRect().top >= top - 1 && one.getBoundingClientRect().bottom <= bottom + 1;
  const span = ({ top, bottom }) => ({ top, bottom });
  return {
    seqs: [...document.querySelectorAll('.log .message')].filter(isSeen).map((one) => Number(one.dataset.seq)),
    field: span(rect('#body')),
    send: span(rect('.send button')),
  };
})()`;

const look = (page: Page) => page.evaluate<Sight>(LOOK);
const lastSeen = async (page: Page) => (await look(page)).seqs.at(-1);

/** A room in which three talk, 48 short messages so far. */
async function kitchen({ cast, clock }: World) {
  const people = [await cast('anna'), await cast('ben'), await cast('cleo')];
  const [anna, ben, cleo] = people as [(typeof people)[0], (typeof people)[0], (typeof people)[0]];
  const room = await anna.createRoom('Kitchen');
  for (const one of [ben, cleo]) await one.enter(room);
  for (let count = 0; count < 48; count++) {
    clock.pass(20_000);
    await people[count % 3]!.sayJson(room, LINES[count % LINES.length]!);
  }
  await anna.get(`/rooms/${room}`); // all is read
  return { anna, ben, room };
}

for (const style of ['calm', 'y2k'] as const)
  for (const javaScriptEnabled of [true, false])
    test(`a user who opens a room sees what was said last, and the field (${style}, ${javaScriptEnabled ? 'with' : 'without'} script)`, () =>
      withBrowser(
        async (world) => {
          const { anna, room } = await kitchen(world);
          if (style === 'y2k') await anna.post('/settings', { style });
          await anna.get('/rooms'); // takes the notice that the settings are saved
          for (const [width, height, least] of LEAST) {
            const options = { javaScriptEnabled, viewport: { width, height } };
            const page = await world.open(`/rooms/${room}`, anna, options);
            await eventually(() => lastSeen(page), 51);
            const { seqs, field, send: button } = await look(page);
            const size = `${width} × ${height}`;
            assert.ok(seqs.length >= least, `${size}: ${seqs.length} messages in view, at least ${least}`);
            assert.ok(field.top > 0 && field.bottom <= height, `${size}: the field is in view`);
            assert.ok(button.top > 0 && button.bottom <= height, `${size}: the button is in view`);
            await page.close();
          }
        },
        { rateLimits: false },
      )());

test(
  'an error and a lost connection take away at most two messages',
  withBrowser(
    async (world) => {
      const { anna, room } = await kitchen(world);
      for (const happens of ['error', 'loss']) {
        const page = await world.open(`/rooms/${room}`, anna, { viewport: { width: 390, height: 700 } });
        await eventually(() => lastSeen(page), 51);
        const before = (await look(page)).seqs.length;
        if (happens === 'error') {
          await send(page, ' ');
          await page.getByRole('alert').waitFor();
        } else {
          await page.context().route(POLL, (route) => route.abort());
          await page.getByText('The connection is lost. Trying again.', { exact: true }).first().waitFor();
        }
        await eventually(() => lastSeen(page), 51);
        const now = (await look(page)).seqs.length;
        assert.ok(now >= before - 2, `${happens}: ${before} messages in view before, ${now} with it`);
        await page.close();
      }
    },
    { rateLimits: false },
  ),
);

/** So many characters are heard at most from the start of the page to the messages, and from where one lands to the first unread text, together. */
const MOST_HEARD = 250;

interface Node {
  nodeId: string;
  ignored: boolean;
  role?: { value: string };
  name?: { value: string };
  childIds?: string[];
}

/** The texts of a page in the order in which a screen reader reads them, with the names of lists and regions. */
async function heard(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = (await session.send('Accessibility.getFullAXTree')) as { nodes: Node[] };
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const textsOf = ({ ignored, role, name, childIds = [] }: Node): string[] => {
    if (!ignored && role?.value === 'StaticText') return [name!.value];
    const isNamed = !ignored && /^(list|navigation|log|group)$/.test(role?.value ?? '') && name?.value;
    return [...(isNamed ? [name.value] : []), ...childIds.flatMap((id) => textsOf(byId.get(id)!))];
  };
  return textsOf(nodes[0]!);
}

test(
  'a user with unread messages is led to the first, at the field and from the list of rooms, past little that is heard',
  withBrowser(
    async (world) => {
      const { anna, ben, room } = await kitchen(world);
      for (let count = 0; count < 40; count++) await ben.sayJson(room, `unread ${count}`);
      const list = await world.open('/rooms', anna, { javaScriptEnabled: false });
      assert.match(
        (await list.getByRole('link', { name: 'Kitchen', exact: true }).first().getAttribute('href'))!,
        /#unread$/,
      );
      const page = await world.open(`/rooms/${room}`, anna, { javaScriptEnabled: false });
      const link = page.getByRole('link', { name: 'Go to the first unread message' });
      const { y } = (await link.boundingBox())!;
      assert.ok(y > 0 && y < 720, 'the link is in view');
      const texts = await heard(page);
      const [log, unread, text] = ['Messages', '40 unread messages', 'unread 0'].map((one) =>
        texts.indexOf(one),
      );
      const spoken = (from: number, to: number) =>
        texts
          .slice(from, to + 1)
          .join(' ')
          .replace(/\s+/g, ' ')
          .replace(/ (?=[,:])/g, '');
      const [above, landing] = [spoken(0, log!), spoken(unread!, text!)];
      assert.ok(above.includes('Leave room') && landing.startsWith('40 unread messages'), above + landing);
      assert.ok(
        above.length + landing.length <= MOST_HEARD,
        `${above.length} and ${landing.length}: ${above} ${landing}`,
      );
      await link.click();
      await eventually(async () => ((await page.getByText('unread 0').boundingBox())?.y ?? -1) > 0, true);
    },
    { rateLimits: false },
  ),
);

test(
  'a picture that comes late moves nothing',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const { images } = await import('../support/files.ts');
    await ada.attach(lobby, await images.png(), { description: 'the harbour at night' });
    await ada.say(lobby, 'after it');
    const page = await open('/help', ada);
    let show = () => {};
    const shown = new Promise<void>((resolve) => (show = resolve));
    await page.context().route(/\/files\//, async (route) => {
      await shown;
      await route.continue();
    });
    await page.goto(new URL(`/rooms/${lobby}`, page.url()).href, { waitUntil: 'commit' });
    const text = page.getByText('after it');
    await text.waitFor();
    const isStyled = `[...document.querySelectorAll('link[rel="stylesheet"]')].every(({ sheet }) => sheet)`;
    await eventually(() => page.evaluate<boolean>(isStyled), true);
    const heightOf = () =>
      page.evaluate<number>(`document.querySelector('.log').getBoundingClientRect().height`);
    const before = await heightOf();
    show();
    await eventually(() => page.evaluate<boolean>(`document.querySelector('.log img').complete`), true);
    assert.is(await heightOf(), before);
  }),
);

test.run();
