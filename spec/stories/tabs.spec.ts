import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { Presence } from '../../server/chat/presence.ts';
import type { World } from '../support/app.ts';
import {
  browserSuite,
  eventually,
  logOf,
  POLL,
  polled,
  requests,
  send,
  told,
  typedIn,
  withBrowser,
} from '../support/browser.ts';

const test = browserSuite('tabs, reloads, and the end of being in a room');

/** A page that says it closes is out of the room after 5 seconds, if it is not heard again. */
const CLOSED_MS = 5000;

const isClosing = async ({ em }: World) => (await em().findOne(Presence, { closing: true })) !== null;

/** Lets the time pass after which a user who has gone is out of the room. */
const waitForClosed = async ({ clock, tick }: World) => {
  clock.pass(CLOSED_MS);
  await tick();
};

const secondTab = async (page: Page, path: string) => {
  const tab = await page.context().newPage();
  await tab.goto(new URL(path, page.url()).href);
  return tab;
};

const type = (page: Page, text: string) => page.getByLabel('Message', { exact: true }).fill(text);

test(
  'entering another room in a second tab ends the first one, whose text can still be sent',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const study = await ada.createRoom('study');
    const first = await open(`/rooms/${lobby}`, ada);
    await type(first, 'one more thing');
    const second = await secondTab(first, `/rooms/${study}`);
    await second.getByRole('button', { name: 'Enter study', exact: true }).click();
    await second.getByRole('heading', { name: 'Write a message' }).waitFor();
    const words = async (room: number) =>
      `${(await ada.poll(room, 0)).json().message}\n\nOpen the room again`;
    await eventually(() => told(first), await words(lobby));
    assert.is(await typedIn(first), 'one more thing');

    const polls = requests(first, POLL);
    await polled(second);
    await first.evaluate(`dispatchEvent(new Event('online'))`);
    await second.waitForResponse(POLL);
    assert.equal(polls.times, []);

    await first.getByRole('button', { name: 'Send' }).click();
    await first.getByRole('heading', { name: 'You are not in lobby' }).waitFor();
    assert.is(await typedIn(first), 'one more thing');
    await first.getByRole('button', { name: 'Enter lobby and send' }).click();
    await first.waitForURL(/after=/);
    assert.equal((await logOf(first)).slice(-2), ['ada entered the room.', 'ada: one more thing']);
    await polled(first);
    assert.is(await typedIn(first), '', 'what was sent is not offered again');
    await eventually(() => told(second), await words(study));
  }),
);

test(
  'a room that is deleted ends where it is open, and what was typed stays',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const page = await open(`/rooms/${lobby}`, grace);
    await type(page, 'a long thought');
    await ada.post(`/rooms/${lobby}/delete`);
    await eventually(
      () => told(page),
      'The room lobby was deleted, with all its messages.\n\nGo to the list of rooms',
    );
    assert.is(await typedIn(page), 'a long thought');

    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByLabel('What you wrote').waitFor();
    assert.is(await page.getByLabel('What you wrote').inputValue(), 'a long thought');
    await page.getByRole('link', { name: 'Go to the list of rooms' }).click();
    await page.getByText('The room lobby was deleted, with all its messages.').waitFor();
  }),
);

test(
  'logging out in another tab is told, and what was typed is there again after logging in',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const page = await open(`/rooms/${lobby}`, grace);
    await type(page, 'a long thought');
    const second = await secondTab(page, '/rooms');
    await second.getByRole('button', { name: 'Log out' }).click();
    const logIn = page.getByRole('alert').getByRole('link', { name: 'Log in' });
    await logIn.waitFor();
    assert.match(await told(page), /^You are not logged in/);
    assert.is(await typedIn(page), 'a long thought');

    await logIn.click();
    await page.getByLabel('Username or email').fill('grace');
    await page.getByLabel('Password').fill('correct horse');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL(`**/rooms/${lobby}`);
    await page.getByRole('button', { name: 'Enter lobby' }).first().click();
    await page.getByRole('heading', { name: 'Write a message' }).waitFor();
    await eventually(() => typedIn(page), 'a long thought');
  }),
);

test(
  'Send after logging out elsewhere loses neither the text nor the way to log in',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const page = await open(`/rooms/${lobby}`, ada);
    await ada.post('/logout');
    await page.getByRole('alert').getByRole('link', { name: 'Log in' }).waitFor();
    await send(page, 'a long thought');
    await eventually(async () => (await told(page)).includes('You are not logged in'), false);
    await page.getByRole('main').getByRole('link', { name: 'Log in' }).waitFor();
    assert.is(await page.locator('textarea').inputValue(), 'a long thought');
  }),
);

test(
  'what ada has typed is not shown to grace, who logs in after her in the same tab',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const page = await open(`/rooms/${lobby}`, ada);
    await type(page, 'a secret');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL(/\/$/);
    await page.goto(new URL('/login', page.url()).href);
    await page.getByLabel('Username or email').fill('grace');
    await page.getByLabel('Password').fill('correct horse');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL('**/rooms');
    await page.goto(page.url() + `/${lobby}`);
    await polled(page);
    assert.is(await typedIn(page), '');
  }),
);

test(
  'a reload is no leaving, and neither is closing one of two tabs',
  withBrowser(async (stage) => {
    const ada = await stage.cast('ada');
    const lobby = await ada.createRoom('lobby');
    const page = await stage.open(`/rooms/${lobby}`, ada);
    await polled(page);
    await page.reload();
    await eventually(() => isClosing(stage), true);
    await polled(page);
    await waitForClosed(stage);
    assert.equal(await ada.log(lobby), ['ada entered']);

    const second = await secondTab(page, page.url());
    await polled(second);
    await second.close({ runBeforeUnload: true });
    await eventually(() => isClosing(stage), true);
    await polled(page);
    await polled(page);
    await waitForClosed(stage);
    assert.equal(await ada.log(lobby), ['ada entered']);
  }),
);

test(
  'closing the page leaves the room, and the back button comes back to it',
  withBrowser(async (stage) => {
    const [ada, grace] = [await stage.cast('ada'), await stage.cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const page = await stage.open(`/rooms/${lobby}`, ada);
    await polled(page);

    // Away and back at once: in it all the time.
    await page.getByRole('link', { name: 'Help', exact: true }).click();
    await page.getByRole('heading', { name: 'Help', exact: true }).waitFor();
    await eventually(() => isClosing(stage), true);
    await page.goBack();
    await polled(page);
    await waitForClosed(stage);
    await send(page, 'here again');
    await eventually(
      () => logOf(page),
      ['ada entered the room.', 'grace entered the room.', 'ada: here again'],
    );

    // Away for longer: out of it, and the page that comes back says so.
    await page.getByRole('link', { name: 'Help', exact: true }).click();
    await eventually(() => isClosing(stage), true);
    await waitForClosed(stage);
    await page.goBack();
    await page.getByText('You left lobby.').waitFor();
    await page.getByRole('button', { name: 'Enter lobby' }).first().click();
    await page.getByRole('heading', { name: 'Write a message' }).waitFor();
    await polled(page);

    await page.close({ runBeforeUnload: true });
    await eventually(() => isClosing(stage), true);
    await waitForClosed(stage);
    assert.equal(await ada.log(lobby), [
      'ada entered',
      'grace entered',
      'ada: here again',
      'ada left',
      'ada entered',
      'ada left',
    ]);
  }),
);

test(
  'a page that goes says so last: it does not ask for more, which would take that back',
  withBrowser(async (stage) => {
    const ada = await stage.cast('ada');
    const lobby = await ada.createRoom('lobby');
    const page = await stage.open('/rooms', ada);
    await page.addInitScript(`addEventListener('pagehide', () => {
    const ask = fetch;
    fetch = (address, ...more) => {
      localStorage.setItem('asked', address);
      return ask(address, ...more);
    };
  })`);
    await page.goto(`${page.url()}/${lobby}`);
    await polled(page);
    await page.getByRole('link', { name: 'Help', exact: true }).click();
    await eventually(() => isClosing(stage), true);
    await page.waitForURL('**/help');
    assert.is(await page.evaluate('localStorage.asked'), undefined);
  }),
);

test(
  'a page that the browser had put to sleep asks for what is new when it is shown again',
  withBrowser(async (stage) => {
    const [ada, grace] = [await stage.cast('ada'), await stage.cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const page = await stage.open(`/rooms/${lobby}`, ada);
    await polled(page);
    await page.evaluate(`dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))`);
    await eventually(() => isClosing(stage), true);
    await page.evaluate(`dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))`);
    await polled(page);
    await waitForClosed(stage);
    assert.equal(await ada.log(lobby), ['ada entered', 'grace entered']);
  }),
);

test.run();
