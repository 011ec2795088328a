import * as assert from 'uvu/assert';
import { browserSuite, eventually, typedIn, withBrowser } from '../support/browser.ts';

const test = browserSuite('live, without script');

test(
  'ada has what is new in a frame, and what she types beside it stays',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await ada.post('/settings', { liveView: '5min' });
    const page = await open(`/rooms/${lobby}`, ada, { javaScriptEnabled: false });
    const frame = page.frameLocator('iframe[title="Live messages"]');
    await frame.getByText('No new messages').waitFor();
    await page.getByLabel('Message', { exact: true }).fill('half a sen');
    await grace.say(lobby, 'good morning');
    await frame.getByRole('link', { name: 'Stop reloading' }).click();
    await frame.getByRole('link', { name: 'Start reloading' }).click();
    await frame.getByText('good morning').waitFor();
    assert.is(await typedIn(page), 'half a sen');
    await ada.post(`/rooms/${lobby}/delete`);
    await frame.getByRole('link', { name: 'Stop reloading' }).click();
    await frame.getByRole('link', { name: 'Go to the list of rooms' }).click();
    await page.getByText('The room lobby was deleted').waitFor();
  }),
);

test(
  'ada reads in a page that stays open, and each message comes once',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const page = await open('/rooms', ada, { javaScriptEnabled: false });
    await page.goto(new URL(`/rooms/${lobby}/stream`, page.url()).href, { waitUntil: 'commit' });
    await grace.say(lobby, 'one');
    await eventually(() => page.locator('.message .body').allInnerTexts(), ['one']);
    await grace.say(lobby, 'two');
    await eventually(() => page.locator('.message .body').allInnerTexts(), ['one', 'two']);
    await page.getByRole('link', { name: 'Stop, and go to lobby' }).click({ noWaitAfter: true });
    await page.getByRole('button', { name: 'Send' }).waitFor();
  }),
);

test(
  'where script runs there is no frame beside the log that it keeps up to date',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.post('/settings', { liveView: '10s' });
    const page = await open(`/rooms/${lobby}`, ada);
    assert.is(await page.locator('iframe').count(), 0);
  }),
);

test(
  "one's own messages are told by a word, whether the page brought them or the script",
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.say(lobby, 'one');
    const page = await open(`/rooms/${lobby}`, ada);
    await ada.say(lobby, 'two');
    await eventually(
      async () =>
        (await page.locator('.message.own').allInnerTexts()).map((text) => text.replace(/\d\d:\d\d/, 'now')),
      ['ada (you), now: one', 'ada (you), now: two'],
    );
  }),
);

test.run();
