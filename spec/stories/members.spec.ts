import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import {
  browserSuite,
  eventually,
  focused,
  logOf,
  polled,
  told,
  typedIn,
  withBrowser,
} from '../support/browser.ts';

const test = browserSuite('members, in a browser');

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const follow = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click();
const present = (page: Page) => page.locator('#present').getByRole('listitem').allTextContents();
const heading = (page: Page) => page.locator('h1').textContent();
/** What the page says that was done. */
const done = (page: Page) => page.getByRole('status').allTextContents();

test(
  'a new name reaches the page that is open, and its title',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const page = await open(`/rooms/${lobby}`, grace);
    await page.getByLabel('Message', { exact: true }).fill('a long thought');
    const manage = await open(`/rooms/${lobby}/manage`, ada);
    await eventually(() => present(page), ['grace']);
    for (const name of ['$& tea', 'parlour']) {
      await manage.getByLabel('Room name').fill(name);
      await press(manage, 'Rename room');
      await eventually(() => heading(manage), `Manage ${name}`);
      await eventually(() => heading(page), name);
      await eventually(() => page.title(), `${name} – Rooms – Plainchat`);
    }
    assert.is(await typedIn(page), 'a long thought');
    assert.equal((await logOf(page)).slice(3), [
      'ada renamed the room to “$& tea”.',
      'ada renamed the room to “parlour”.',
    ]);
  }),
);

test(
  'a name with two spaces in a row is followed by the title as any other',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('tea  room');
    const page = await open(`/rooms/${lobby}`, ada);
    await ada.post(`/rooms/${lobby}/rename`, { name: 'parlour' });
    await eventually(() => heading(page), 'parlour');
    assert.is(await page.title(), 'parlour – Rooms – Plainchat');
  }),
);

test(
  'who is removed is told in words, and keeps what they typed; who is in sees them go',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace, linus] = [await cast('ada'), await cast('grace'), await cast('linus')];
    const lobby = await ada.createRoom('lobby');
    for (const person of [grace, linus]) await person.enter(lobby);
    const [page, other] = [await open(`/rooms/${lobby}`, grace), await open(`/rooms/${lobby}`, linus)];
    await page.getByLabel('Message', { exact: true }).fill('a long thought');
    assert.equal(await present(other), ['ada', 'grace', 'linus']);

    const manage = await open(`/rooms/${lobby}/manage`, ada);
    await eventually(() => present(other), ['grace', 'linus']);
    await follow(manage, 'Change grace');
    await follow(manage, 'Remove grace from lobby');
    await press(manage, 'Remove grace');
    await eventually(() => done(manage), ['grace was removed.']);
    await eventually(() => told(page), 'You were removed from the room lobby.\n\nGo to the list of rooms');
    assert.is(await typedIn(page), 'a long thought');
    await eventually(() => present(other), ['linus']);
    await press(manage, 'Enter lobby');
    await eventually(() => present(other), ['linus', 'ada']);
    assert.equal((await logOf(other)).slice(3), [
      'ada left the room.',
      'ada removed grace.',
      'ada entered the room.',
    ]);

    await press(page, 'Send');
    await page.getByLabel('What you wrote').waitFor();
    assert.is(await page.getByLabel('What you wrote').inputValue(), 'a long thought');
    await page.getByRole('link', { name: 'Go to the list of rooms' }).click();
    await page.getByText('You were removed from the room lobby.').waitFor();
    await page.getByText('Ask one of its administrators to add you again.').waitFor();
  }),
);

test(
  'a page of the room that stays open says that one is out, once members are managed in another tab',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const page = await open(`/rooms/${lobby}`, ada);
    await polled(page);
    const manage = await page.context().newPage();
    await manage.goto(`${page.url()}/manage`);
    assert.equal(await done(manage), ['You left lobby to come here.']);
    await eventually(() => told(page), 'You left lobby.\n\nOpen the room again');
  }),
);

test(
  'what is refused is told in place, with the focus on it; what is done is told on the next page',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    await cast('grace');
    const lobby = await ada.createRoom('lobby');
    const page = await open(`/rooms/${lobby}/manage`, ada);
    let navigations = 0;
    page.on('request', (request) => void (navigations += Number(request.isNavigationRequest())));
    await page.getByLabel('Username or email').fill('gracie');
    await press(page, 'Add member');
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
    await eventually(() => page.evaluate<string>('document.activeElement.className'), 'problems');
    await eventually(() => page.title(), 'Error: Manage lobby – Rooms – Plainchat');
    assert.is(await page.getByLabel('Username or email').inputValue(), 'gracie');
    assert.is(await page.getByLabel('Room name').inputValue(), 'lobby');
    await page.locator('.problems a').click();
    assert.is(await focused(page), 'username');

    assert.is(navigations, 0);
    await follow(page, 'Change ada');
    await press(page, 'Make ada a member');
    await page.getByText('ada is the only administrator of lobby.').waitFor();
    await eventually(() => page.evaluate<string>('document.activeElement.className'), 'problems');
    assert.is(navigations, 1);
    await follow(page, 'Back to all members');

    await page.getByLabel('Username or email').fill('grace');
    await press(page, 'Add member');
    await eventually(() => done(page), ['grace is a member now.']);
    assert.is(navigations, 3);
    assert.is(await page.title(), 'Manage lobby – Rooms – Plainchat');
    await follow(page, 'Change grace');
    await press(page, 'Make grace an admin');
    await eventually(() => done(page), ['grace is an administrator now.']);
    await follow(page, 'Change ada');
    await press(page, 'Make ada a member');
    await eventually(() => done(page), ['ada is a member now.']);
    await press(page, 'Give up membership');
    await page.waitForURL('**/rooms');
    await eventually(() => done(page), ['You are no longer a member of lobby.']);
  }),
);

test(
  'without script all that is done by forms',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby', 'invite');
    const plain = { javaScriptEnabled: false };
    const page = await open(`/rooms/${lobby}`, ada, plain);
    await page.getByRole('link', { name: 'Manage lobby' }).click();
    await page.getByText('You left lobby to come here.').waitFor();
    await page.getByLabel('Username or email').fill('nobody');
    await press(page, 'Add member');
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
    assert.is(await page.getByLabel('Username or email').inputValue(), 'nobody');
    await page.getByLabel('Username or email').fill('grace@example.org');
    await press(page, 'Add member');
    await page.getByText('grace is a member now.').waitFor();

    const other = await open('/rooms', grace, plain);
    await press(other, 'Enter lobby');
    await other.getByText('ada added grace.').waitFor();
    await follow(page, 'Change grace');
    await press(page, 'Make grace an admin');
    await page.getByText('grace is an administrator now.').waitFor();
    await other.getByRole('link', { name: 'Check for new messages' }).click();
    await other.getByText('ada made grace an administrator.').waitFor();
    await follow(page, 'Change grace');
    await press(page, 'Make grace a member');
    await page.getByText('grace is a member now.').waitFor();
    await follow(page, 'Change grace');
    await follow(page, 'Remove grace from lobby');
    await press(page, 'Remove grace');
    await page.getByText('grace was removed.').waitFor();
    await other.getByRole('link', { name: 'Check for new messages' }).click();
    await other.getByText('You were removed from the room lobby.').waitFor();
    await other.getByText('There are no rooms yet.').waitFor();
    await press(page, 'Enter lobby');
    await eventually(
      async () => (await logOf(page)).slice(-2),
      ['ada removed grace.', 'ada entered the room.'],
    );
  }),
);

test.run();
