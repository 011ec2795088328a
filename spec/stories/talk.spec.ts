import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import {
  announced,
  browserSuite,
  eventually,
  focused,
  logOf,
  polled,
  requests,
  send,
  typedIn,
  withBrowser,
} from '../support/browser.ts';

const test = browserSuite('people talk, with script');

/** A poll comes each second, so this is what others may wait, in milliseconds. */
const SOON_MS = 2000;
const MINUTE_MS = 60_000;

const scrollTo = (page: Page, y: string) => page.evaluate(`scrollTo({ top: ${y}, behavior: 'instant' })`);
const topOf = (page: Page, selector: string) =>
  page.evaluate<number>(`Math.round(document.querySelector('${selector}').getBoundingClientRect().top)`);

test(
  'ada with script and grace without it read the same log',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const adas = await open(`/rooms/${lobby}`, ada);
    const graces = await open(`/rooms/${lobby}`, grace, { javaScriptEnabled: false });
    assert.is(await adas.locator('.log').getAttribute('aria-live'), 'off');
    assert.is(await adas.locator('#check').count(), 0);

    await send(adas, 'hello\nthere');
    await eventually(
      () => logOf(adas),
      ['ada entered the room.', 'grace entered the room.', 'ada: hello\nthere'],
    );
    await eventually(() => typedIn(adas), '');
    assert.is(await focused(adas), 'body');
    await eventually(() => announced(adas), ['Sent']);

    await graces.getByRole('link', { name: 'Check for new messages' }).click();
    await graces.getByRole('heading', { name: '1 new message' }).waitFor();
    await send(graces, 'see https://example.org/a?b=1');
    await graces.waitForURL(/after=/);
    await eventually(() => adas.locator('.log .message').count(), 2, SOON_MS);
    await eventually(() => announced(adas), ['Sent', 'grace: see https://example.org/a?b=1']);
    assert.is(await focused(adas), 'body');
    assert.equal(await logOf(adas), await logOf(graces));
    assert.is(
      await adas.getByRole('link', { name: 'https://example.org/a?b=1' }).getAttribute('rel'),
      'noopener nofollow',
    );
    assert.is(await adas.locator('.message.own').count(), 1);
  }),
);

test(
  'marks appear in messages as they come, and what mentions the reader is set apart',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const page = await open(`/rooms/${lobby}`, grace);
    const seen = () =>
      page
        .locator('.message .mention')
        .evaluateAll((names) => names.map((name) => `${name.className}: ${name.textContent}`));
    await ada.say(lobby, '*Hello*, @grace and @ada:\n- one\n- two');
    await eventually(seen, ['mention own: @grace', 'mention: @ada']);
    assert.equal(
      [await page.locator('.message strong').allTextContents(), await page.locator('.message li').count()],
      [['Hello'], 2],
    );
    await eventually(() => announced(page), ['ada: *Hello*, @grace and @ada:\n- one\n- two']);
    await page.reload();
    await eventually(seen, ['mention own: @grace', 'mention: @ada']);
  }),
);

test(
  'a double click on Send posts once',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const page = await open(`/rooms/${lobby}`, ada);
    await page.getByLabel('Message', { exact: true }).fill('hello');
    await page.getByRole('button', { name: 'Send', exact: true }).dblclick();
    await eventually(() => typedIn(page), '');
    await send(page, 'hello');
    await eventually(() => logOf(page), ['ada entered the room.', 'ada: hello', 'ada: hello']);
    assert.equal(await ada.log(lobby), ['ada entered', 'ada: hello', 'ada: hello']);
  }),
);

test(
  'a refused message is told beside the field, and kept',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const page = await open(`/rooms/${lobby}`, ada);
    const long = 'a'.repeat(4001);
    await send(page, long);
    const alert = page.getByRole('alert');
    await alert.getByText('Could not send: A message has at most 4,000 characters').waitFor();
    assert.is(await typedIn(page), long);
    assert.is(await focused(page), 'body');
    const field = page.getByLabel('Message', { exact: true });
    assert.is(await field.getAttribute('aria-invalid'), 'true');
    assert.is(await field.getAttribute('aria-describedby'), '', 'it is said once, by the alert');
    await page.keyboard.press('Tab');
    const described = (await field.getAttribute('aria-describedby'))?.split(' ') ?? [];
    assert.ok(
      described.includes((await alert.getAttribute('id')) ?? ''),
      'the field is described by what is wrong with it',
    );
    await send(page, 'short');
    await alert.waitFor({ state: 'detached' });
    assert.is(await field.getAttribute('aria-invalid'), 'false');
  }),
);

test(
  'many messages at once are appended in order, each once, and announced as a number',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace, linus] = [await cast('ada'), await cast('grace'), await cast('linus')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await linus.enter(lobby);
    const page = await open(`/rooms/${lobby}`, ada);
    for (const person of [grace, linus]) await person.token();
    await Promise.all(
      Array.from({ length: 15 }, (_, number) => [
        grace.sayJson(lobby, `g${number}`),
        linus.sayJson(lobby, `l${number}`),
      ]).flat(),
    );
    await eventually(() => page.locator('.log .message').count(), 30);
    const shown = (await logOf(page)).map((line) => line.replace(' the room.', ''));
    assert.equal(shown, await ada.log(lobby));
    await eventually(async () => /^\d+ new messages/.test((await announced(page)).join()), true);
  }),
);

test(
  'times are those of the reader, on the page and in what is appended',
  withBrowser(async ({ open, cast, clock }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const untilMidnight = 24 * 60 - (Math.floor(clock.now().getTime() / MINUTE_MS + 9 * 60) % (24 * 60));
    clock.pass((untilMidnight - 10) * MINUTE_MS);
    const before = clock.now();
    await grace.say(lobby, 'still up?');

    const page = await open('/rooms', ada, { timezoneId: 'Asia/Tokyo' });
    await page.goto(page.url() + `/${lobby}`);
    clock.pass(15 * MINUTE_MS);
    const after = clock.now();
    await grace.say(lobby, 'good morning');
    await eventually(() => page.locator('.message').count(), 2);
    assert.equal(await page.locator('.message time').allTextContents(), ['23:50', '00:05']);
    const times = await page
      .locator('.message time')
      .evaluateAll((all) => all.map((time) => time.getAttribute('datetime')));
    assert.equal(times, [before.toISOString(), after.toISOString()]);
    const days = await page.locator('.log .day').allTextContents();
    const inTokyo = (at: Date) =>
      at
        .toLocaleDateString('en-GB', {
          timeZone: 'Asia/Tokyo',
          weekday: 'long',
          day: 'numeric',
          month: 'long',
          year: 'numeric',
        })
        .replace(',', '');
    assert.equal(days.slice(-2), [inTokyo(before), inTokyo(after)]);
    assert.is(await page.locator('#zone').textContent(), 'Times are in Asia/Tokyo.');

    // The server shows the same to this reader from the next page on.
    const appended = await logOf(page);
    await page.reload();
    assert.equal(await logOf(page), appended);
    assert.equal(await page.locator('.log .day').allTextContents(), days);
  }),
);

test(
  'the page follows at the end, and stays where ada reads',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await grace.talk(lobby, 40);
    const page = await open(`/rooms/${lobby}`, ada);

    const end = await topOf(page, '#message');
    await grace.sayJson(lobby, 'at the end');
    await page.locator('.log').getByText('at the end').waitFor();
    assert.is(await topOf(page, '#message'), end, 'at the end it follows');
    assert.is(await page.locator('.news').count(), 0);

    await scrollTo(page, '0');
    const place = await topOf(page, '.log');
    await grace.talk(lobby, 5);
    const news = page.getByRole('link', { name: '5 new messages' });
    await news.waitFor();
    assert.is(await topOf(page, '.log'), place, 'what is read stays where it is');
    await news.click();
    assert.match(page.url(), /#m-44$/);
    await scrollTo(page, 'document.body.scrollHeight');
    await news.waitFor({ state: 'detached' });
  }),
);

test(
  'what came earlier is shown in place',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.talk(lobby, 260);
    const page = await open(`/rooms/${lobby}`, ada);
    const navigations = requests(page, /\/rooms\/\d+(\?|$)/);
    const link = page.getByRole('link', { name: 'Show earlier messages' });
    const count = page.locator('.log li');
    assert.is(await count.count(), 50);

    await link.focus();
    await link.scrollIntoViewIfNeeded();
    const place = await topOf(page, '#m-212');
    await page.keyboard.press('Enter');
    await eventually(() => count.count(), 250);
    assert.is(await topOf(page, '#m-212'), place, 'what is read stays where it is');
    await eventually(() => announced(page), ['200 earlier messages shown']);
    assert.ok(
      await link.evaluate((element) => element === element.ownerDocument.activeElement),
      'the focus stays',
    );

    await page.keyboard.press('Enter');
    await page.getByText('This is the beginning.').waitFor();
    assert.is(await page.evaluate('document.activeElement.textContent'), 'This is the beginning.');
    await eventually(async () => (await announced(page)).at(-1), '10 earlier messages shown'); // the focus there says that it is the beginning
    const all = Array.from({ length: 260 }, (_, index) => `ada: message ${index + 1}`);
    assert.equal(await logOf(page), ['ada entered the room.', ...all]);
    assert.is(await page.locator('.log .day').count(), 1);
    assert.equal(navigations.times, []);
  }),
);

test(
  'a double click shows what came earlier once',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.talk(lobby, 120);
    const page = await open(`/rooms/${lobby}`, ada);
    await page.getByRole('link', { name: 'Show earlier messages' }).dblclick();
    await page.getByText('This is the beginning.').waitFor();
    await send(page, 'so far');
    await eventually(() => page.locator('.log li').count(), 122);
  }),
);

test(
  'what ada sends from an old page is to be seen',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.talk(lobby, 120);
    const page = await open(`/rooms/${lobby}?before=60`, ada);
    await send(page, 'as I said then');
    await page
      .locator('.log')
      .getByText('as I said then')
      .or(page.getByRole('link', { name: '1 new message' }))
      .waitFor();
    await polled(page);
    assert.is(await typedIn(page), '');
  }),
);

test.run();
