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
    const logIn = page.getByRole('main').getByRole('link', { name: 'Log in' });
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
    await page.getByRole('main').getByRole('link', { name: 'Log in' }).waitFor();
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

/** What the user has allowed is in the page's hands: this Chromium refuses all notifications. What is shown is kept beside. */
const ALLOWED = `
  const shown = (window.shown = []);
  const Refused = Notification;
  window.Notification = class extends Refused {
    static get permission() {
      return localStorage.permission ?? 'default';
    }
    static async requestPermission() {
      localStorage.permission = 'granted';
    }
    constructor(title, options) {
      super(title, options);
      if (title) shown.push(this);
    }
  };`;
const UNSEEN = `Object.defineProperty(document, 'hidden', { value: true, configurable: true });`;
const ASK = /\/notifications$/;

test(
  'what comes in a room that grace does not see is told by one of her tabs, once, and leads to its place',
  withBrowser(async (stage) => {
    const [ada, grace] = [await stage.cast('ada'), await stage.cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await grace.post('/settings/away', { browser: 'yes' });
    const settings = await stage.open('/settings/away', grace);
    const says = (words: string) => settings.locator('#permission').getByText(words).waitFor();
    await says('This browser refuses notifications of Plainchat.');
    const context = settings.context();
    await context.addInitScript(ALLOWED);
    await settings.reload();
    await says('This browser does not show notifications of Plainchat yet.');
    await settings.getByRole('button', { name: 'Allow them in this browser' }).click();
    await says('This browser shows notifications of Plainchat.');
    await settings.getByRole('button', { name: 'Show one now' }).click();
    assert.is(await settings.evaluate('shown[0].title'), 'Plainchat');

    await context.clock.install();
    await context.addInitScript(UNSEEN);
    const tabs = [await secondTab(settings, `/rooms/${lobby}`), await secondTab(settings, `/rooms/${lobby}`)];
    const [asked, other] = tabs.map((tab) => requests(tab, ASK)) as [
      { times: number[] },
      { times: number[] },
    ];
    const shown = async () =>
      (
        await Promise.all(
          tabs.map((tab) => tab.evaluate<string[]>(`shown.map(({ title, body }) => title + ': ' + body)`)),
        )
      ).flat();

    await ada.say(lobby, 'hello all');
    await ada.say(lobby, 'tea, @grace?');
    await stage.tick();
    for (const tab of tabs) await polled(tab);
    await type(tabs[0]!, 'one more');
    await type(tabs[1]!, 'one more');
    await context.clock.runFor(6000);
    await eventually(() => [asked.times.length, other.times.length], [1, 1]);
    await eventually(shown, ['ada mentioned you in lobby: tea, @grace?']);
    for (const tab of tabs) {
      await tab.evaluate(`shown[0]?.onclick()`);
      assert.is(await typedIn(tab), 'one more');
    }
    assert.equal(tabs.map((tab) => new URL(tab.url()).hash).toSorted(), ['', '#m-4']);

    await tabs[0]!.evaluate(`Object.defineProperty(document, 'hidden', { value: false })`);
    await ada.say(lobby, 'and cake, @grace?');
    for (const tab of [...tabs, tabs[0]!]) await polled(tab);
    await stage.tick();
    const answer = tabs[1]!.waitForResponse(ASK);
    await context.clock.runFor(16_000);
    assert.is((await answer).status(), 204, 'she reads it in the first tab');
    assert.equal([asked.times.length, other.times.length], [1, 2]);

    for (const tab of tabs) await tab.close();
    const people = await secondTab(settings, '/people');
    await ada.say(lobby, 'are you there, @grace?');
    await stage.tick();
    await context.clock.runFor(61_000);
    await eventually(() => people.evaluate('shown[0]?.body'), 'are you there, @grace?');
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
