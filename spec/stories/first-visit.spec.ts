import * as assert from 'uvu/assert';
import { Room } from '../../server/chat/room.ts';
import { browserSuite, eventually, focused, logOf, withBrowser } from '../support/browser.ts';

const test = browserSuite('the first visit, with script');

test(
  'ada creates an account and a room',
  withBrowser(async ({ open, em }) => {
    const page = await open('/');
    await page.getByRole('main').getByRole('link', { name: 'Create account' }).click();
    await page.waitForURL('**/register');
    await page.waitForLoadState('load');
    let navigations = 0;
    page.on('request', (request) => void (navigations += Number(request.isNavigationRequest())));

    // What is refused is told in place.
    await page.getByLabel('Username').fill('ada lovelace');
    await page.getByLabel('Email').fill('ada@example.org');
    await page.getByLabel('Password').fill('correct horse');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
    assert.is(navigations, 0);
    await eventually(() => page.evaluate<string>('document.activeElement.className'), 'problems');
    await eventually(() => page.title(), 'Error: Create account – Plainchat');
    assert.is(await page.getByLabel('Username').inputValue(), 'ada lovelace');
    assert.is(await page.getByLabel('Email').inputValue(), 'ada@example.org');
    assert.is(await page.getByLabel('Password').inputValue(), '');
    await page.locator('.problems a').click();
    assert.is(await focused(page), 'username');

    // What succeeds leads to the next page, as a link would.
    await page.getByLabel('Username').fill('ada');
    await page.getByLabel('Password').fill('correct horse');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.waitForURL('**/rooms');
    assert.is(navigations, 1);
    await page.waitForLoadState('load');

    await page.getByLabel('Room name').fill('lobby');
    await page.getByRole('button', { name: 'Create room' }).dblclick();
    await page.waitForURL('**/rooms/1');
    assert.is(await page.title(), 'lobby – Rooms – Plainchat');
    assert.equal(await logOf(page), ['ada entered the room.']);
    assert.is(await em().count(Room), 1);
  }),
);

test(
  'grace logs in, and comes to the room that she had asked for',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await cast('grace');
    const page = await open(`/rooms/${lobby}`);
    await page.getByLabel('Username or email').fill('grace');
    await page.getByLabel('Password').fill('wrong horse');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
    await page.getByLabel('Password').fill('correct horse');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL(`**/rooms/${lobby}`);
    await page.getByRole('button', { name: 'Enter lobby' }).click();
    await eventually(() => logOf(page), ['ada entered the room.', 'grace entered the room.']);
  }),
);

test(
  'ada is asked in place before she leaves one room for another',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    await ada.createRoom('lobby');
    const study = await ada.createRoom('study');
    const page = await open('/rooms', ada);
    await page.getByRole('button', { name: 'Enter study' }).click();
    const heading = page.getByRole('heading', { name: 'You are in lobby' });
    await heading.waitFor();
    await eventually(() => page.evaluate<string>('document.activeElement.localName'), 'h1');
    await eventually(() => page.title(), 'You are in lobby – Rooms – Plainchat');
    await page.getByRole('button', { name: 'Leave lobby and enter study' }).click();
    await page.waitForURL(`**/rooms/${study}`);
    assert.equal(await logOf(page), ['ada entered the room.']);
  }),
);

test.run();
