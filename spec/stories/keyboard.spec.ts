import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { browserSuite, eventually, focused, logOf, send, withBrowser } from '../support/browser.ts';

const test = browserSuite('by the Tab key alone');

interface Stop {
  name: string;
  left: number;
  top: number;
  bottom: number;
  wrong: string[];
}

/** What has the focus: where it stands in the page, and what is wrong with how it shows. */
const LOOK = `(() => {
  const one = document.activeElement;
  const [first, last] = [one.getClientRects()[0] ?? one.getBoundingClientRect(), [...one.getClientRects()].at(-1) ?? one.getBoundingClientRect()];
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  const over = document.elementFromPoint((first.left + first.right) / 2, (first.top + first.bottom) / 2);
  return {
    name: one === document.body ? 'the page' : (one.labels?.[0] ?? one).textContent.trim(),
    left: first.left, top: first.top + scrollY, bottom: last.bottom + scrollY,
    wrong: [
      ...(outlineStyle === 'none' || parseFloat(outlineWidth) < 2 ? ['has no ring'] : []),
      ...(first.width < 2 || first.bottom <= 0 || first.top >= innerHeight ? ['is out of sight'] : []),
      ...(over && !one.contains(over) && !over.contains(one) && !over.closest('label') ? ['is covered'] : []),
    ],
  };
})()`;

/** Presses a key until the focus has left the page, or so many times, and returns each stop. */
async function walk(page: Page, key: 'Tab' | 'Shift+Tab', most = 120): Promise<Stop[]> {
  const stops: Stop[] = [];
  while (stops.length < most) {
    await page.keyboard.press(key);
    const stop = await page.evaluate<Stop>(LOOK);
    if (stop.name === 'the page') break;
    stops.push(stop);
  }
  return stops;
}

/** That a walk goes down the page, or to the right in a line; skip links are in sight only with the focus, above all else. */
function isInOrder(stops: Stop[]): void {
  assert.equal(
    stops.flatMap(({ name, wrong }) => wrong.map((what) => `${name} ${what}`)),
    [],
  );
  for (const [index, stop] of stops.entries()) {
    const before = stops[index - 1];
    if (!before || before.name.startsWith('Skip to') || stop.name === before.name) continue; // a date has several parts
    const isBelow = stop.top >= before.bottom - 1;
    assert.ok(
      isBelow || (stop.bottom > before.top && stop.left > before.left),
      `${before.name}, then ${stop.name}`,
    );
  }
}

test(
  'ada goes through a room and back, in the order that is seen, and is caught nowhere',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.say(lobby, 'See https://example.org/ and\n```\ncode\n```');
    const page = await open(`/rooms/${lobby}`, ada);
    await page.getByRole('button', { name: 'Pause announcements' }).waitFor();
    await page.evaluate('document.activeElement.blur()');
    const forth = await walk(page, 'Tab');
    isInOrder(forth);
    const names = forth.map(({ name }) => name);
    assert.equal(names.slice(0, 2), ['Skip to messages', 'Skip to write a message']);
    for (const name of [
      'Leave room',
      'https://example.org/',
      'Screen reader announcements in lobby',
      'Pause announcements',
      'Message',
      'Send',
      'The Enter key',
    ])
      assert.ok(names.includes(name), name);
    assert.equal(
      (await walk(page, 'Shift+Tab', names.length)).map(({ name }) => name),
      names.toReversed(),
    );
  }),
);

test(
  'ada skips to the messages and to the field',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const page = await open(`/rooms/${await ada.createRoom('lobby')}`, ada);
    for (const [times, id] of [
      [1, 'messages'],
      [2, 'body'],
    ] as const) {
      await page.goto(page.url().replace(/#.*/, ''));
      for (let time = 0; time < times; time += 1) await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await eventually(() => focused(page), id);
    }
    await page.keyboard.type('typed');
    assert.is(await page.getByLabel('Message', { exact: true }).inputValue(), 'typed');
  }),
);

test(
  'ada goes through the settings and back',
  withBrowser(async ({ open, cast }) => {
    const page = await open('/settings', await cast('ada'));
    const forth = await walk(page, 'Tab');
    isInOrder(forth);
    const names = forth.map(({ name }) => name);
    assert.is(names[0], 'Skip to the content');
    for (const name of ['Times', 'Save settings', 'Change password', 'Delete my account'])
      assert.ok(names.includes(name), `${name}: ${names.join(', ')}`);
    assert.equal(
      (await walk(page, 'Shift+Tab', names.length)).map(({ name }) => name),
      names.toReversed(),
    );
    await page.getByRole('link', { name: 'What is read of a message' }).click(); // the skip link has the focus, and moves nothing
    await page.waitForURL('**/settings/reading');
    const places = await walk(page, 'Tab');
    isInOrder(places);
    for (const name of ['The sender', 'How many links it has', 'Save what is read', 'Back to the settings'])
      assert.ok(
        places.some((one) => one.name.includes(name)),
        `${name}: ${JSON.stringify(places)}`,
      );
  }),
);

test.run();

const paper = browserSuite('on paper');

paper(
  'a room is who said what and when, in dark letters on white, and nothing to press',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await grace.say(lobby, 'See [the map](https://example.org/map).');
    const page = await open(`/rooms/${lobby}`, ada, { colorScheme: 'dark' });
    await send(page, 'Thanks');
    await eventually(async () => (await logOf(page)).at(-1), 'ada: Thanks');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const seen = (await page.locator('body').innerText())
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
      .map((line) => line.replace(/\d\d:\d\d/, 'now'));
    assert.equal(
      seen.map((line) => line.replace(/^\w+day \d.*/, 'the day')),
      [
        'lobby',
        'Messages',
        '1 unread message',
        'the day',
        'ada entered the room. now grace entered the room.',
        'grace, now: See the map (example.org).',
        'ada (you), now: Thanks',
        'Times are in UTC.',
      ],
    );
    assert.is(
      await page.evaluate(`getComputedStyle(document.querySelector('.body a'), '::after').content`),
      '", https://example.org/map"',
    );
    assert.is(
      await page
        .locator('header, nav, footer, form, button, input, textarea, .skip')
        .filter({ visible: true })
        .count(),
      0,
    );
    const [ink, white] = await page.evaluate<[string, string]>(
      '[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]',
    );
    const light = (color: string) => Math.max(...color.match(/\d+/g)!.map(Number));
    assert.ok(light(ink) < 80 && light(white) > 250, `${ink} on ${white}`);
    await page.goto(new URL('/accessibility/criteria', page.url()).href);
    const report = await page.locator('body').innerText();
    assert.match(report, /1\.1\.1 Non-text Content: Supports\n/);
    assert.not.match(report, /Back to the statement|Log out/);
  }),
);

paper.run();
