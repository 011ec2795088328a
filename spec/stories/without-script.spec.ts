import * as assert from 'uvu/assert';
import { browserSuite, logOf, requests, send, typedIn, withBrowser } from '../support/browser.ts';

const test = browserSuite('without script, or without all of it');

test(
  'ada does everything by links and forms',
  withBrowser(async ({ open }) => {
    const page = await open('/', undefined, { javaScriptEnabled: false });
    const main = page.getByRole('main');
    await main.getByRole('link', { name: 'Create account' }).click();
    await main.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
    assert.match(await page.title(), /^Error: /);
    await page.getByLabel('Username').fill('ada');
    await page.getByLabel('Email').fill('ada@example.org');
    await page.getByLabel('Password').fill('correct horse');
    await main.getByRole('button', { name: 'Create account' }).click();
    await page.getByLabel('Room name').fill('lobby');
    await page.getByLabel('Members only').check();
    await page.getByRole('button', { name: 'Create room' }).click();
    await page.getByLabel('Room name').waitFor({ state: 'detached' });

    await send(page, 'x'.repeat(4001));
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
    assert.is((await typedIn(page)).length, 4001);
    await send(page, 'hello\nthere');
    await page.getByRole('heading', { name: '1 new message' }).waitFor();
    assert.equal(await logOf(page), ['ada entered the room.', 'ada: hello\nthere']);
    await page.getByRole('link', { name: 'Check for new messages' }).click();
    await page.getByRole('heading', { name: 'No new messages' }).waitFor();

    await page.getByRole('button', { name: 'Leave room' }).click();
    await page.getByRole('link', { name: 'Delete lobby' }).click();
    await page.getByRole('button', { name: 'Delete room' }).click();
    await page.getByText('The room lobby was deleted').waitFor();
    await page.getByText('There are no rooms yet.').waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await main.getByRole('link', { name: 'Log in' }).click();
    await page.getByLabel('Username or email').fill('ADA@example.org');
    await page.getByLabel('Password').fill('correct horse');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('banner').getByText('ada', { exact: true }).waitFor();
  }),
);

test(
  'the form that the back button returns to posts another message',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const page = await open(`/rooms/${lobby}`, ada, { javaScriptEnabled: false });
    await send(page, 'one');
    await page.waitForURL(/after=/);
    await page.goBack();
    await send(page, 'two');
    await page.waitForURL(/after=/);
    assert.equal(await ada.log(lobby), ['ada entered', 'ada: one', 'ada: two']);
  }),
);

test(
  'earlier pages are read by links',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.talk(lobby, 119);
    const page = await open(`/rooms/${lobby}`, ada, { javaScriptEnabled: false });
    const entries = page.locator('.log li');
    const seen: string[] = [];
    for (const count of [50, 50, 20]) {
      assert.is(await entries.count(), count);
      seen.unshift(...(await logOf(page)));
      if (count === 50) await page.getByRole('link', { name: 'Show earlier messages' }).click();
    }
    await page.getByText('This is the beginning of lobby.').waitFor();
    assert.equal(seen, [
      'ada entered the room.',
      ...Array.from({ length: 119 }, (_, index) => `ada: message ${index + 1}`),
    ]);
    await page.getByRole('link', { name: 'Show later messages' }).click();
    assert.equal(await logOf(page), seen.slice(20, 70));
    await page.getByRole('link', { name: 'go to the latest' }).click();
    assert.equal(await logOf(page), seen.slice(70));
  }),
);

test(
  'where htmx does not come, forms are sent natively',
  withBrowser(async ({ open }) => {
    const page = await open('/help');
    await page.context().route('**/static/htmx*', (route) => route.abort());
    await page.goto(new URL('/register', page.url()).href);
    const posts = requests(page, /\/register$/);
    await page.getByLabel('Username').fill('ada');
    await page.getByLabel('Email').fill('ada@example.org');
    await page.getByLabel('Password').fill('short');
    await page.getByRole('main').getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
    assert.is(posts.times.length, 1);
    await page.getByLabel('Password').fill('correct horse');
    await page.getByRole('main').getByRole('button', { name: 'Create account' }).click();
    await page.getByLabel('Room name').fill('lobby');
    await page.getByRole('button', { name: 'Create room' }).click();
    await send(page, 'hello');
    await page.locator('.log').getByText('hello').waitFor();
  }),
);

test(
  'where the script of the room does not come, it works by links and forms',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const page = await open('/rooms', ada);
    await page.context().route('**/static/chat*', (route) => route.abort());
    await page.goto(`${page.url()}/${lobby}`);
    await grace.say(lobby, 'hello');
    await page.getByRole('link', { name: 'Check for new messages' }).click();
    await page.getByRole('heading', { name: '1 new message' }).waitFor();
    await send(page, 'hello, grace');
    await page.locator('.log').getByText('hello, grace').waitFor();
    assert.is(await typedIn(page), '');
    assert.equal((await ada.log(lobby)).slice(2), ['grace: hello', 'ada: hello, grace']);
  }),
);

test.run();
