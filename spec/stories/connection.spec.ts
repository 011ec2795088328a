import type { Page, Route } from 'playwright-core';
import * as assert from 'uvu/assert';
import {
  announced,
  browserSuite,
  eventually,
  logOf,
  POLL,
  requests,
  send,
  told,
  typedIn,
  withBrowser,
} from '../support/browser.ts';

const test = browserSuite('a connection that fails');

const POSTS = '**/messages';
const UNSENT = 'Could not send: the connection is lost. Your text is kept, press Send again.';

/** Lets the page ask again at once, as it does when the network is back. */
const hurry = (page: Page) => page.evaluate(`dispatchEvent(new Event('online'))`);

/** Lets the server store a post, and loses its answer. */
const loseAnswer = async (route: Route) => {
  await route.fetch();
  await route.abort();
};

test(
  'its end and its return are told once, and nothing is lost or doubled',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const page = await open(`/rooms/${lobby}`, ada);
    await send(page, 'one');
    await eventually(() => typedIn(page), '');

    await page.context().setOffline(true);
    const polls = requests(page, POLL);
    await page.locator('.status', { hasText: 'The connection is lost. Trying again.' }).waitFor();
    await send(page, 'three');
    await eventually(() => told(page), UNSENT);
    assert.is(await typedIn(page), 'three');
    await grace.say(lobby, 'two');

    // It asks less often than each second now, and less the longer this lasts.
    await eventually(() => polls.times.length >= 2, true);
    const [first = 0, second = 0] = polls.times.slice(-2);
    assert.ok(second - first > 1900, `asked again after ${second - first} ms`);
    const announcedTimes = async (text: string) => (await announced(page)).join(' ').split(text).length - 1; // perhaps with another text
    await eventually(() => announcedTimes('The connection is lost. Trying again.'), 1);

    await page.context().setOffline(false);
    await page
      .locator('.status', { hasText: 'The connection is lost. Trying again.' })
      .waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Send' }).click();
    await eventually(() => typedIn(page), '');
    await eventually(() => told(page), '');
    await eventually(() => announcedTimes('The connection is back.'), 1);
    assert.is(await announcedTimes('The connection is lost. Trying again.'), 1);
    assert.equal((await logOf(page)).slice(2), ['ada: one', 'grace: two', 'ada: three']);
    assert.equal((await ada.log(lobby)).slice(2), ['ada: one', 'grace: two', 'ada: three']);
  }),
);

test(
  'a message that is long on its way says so, and is posted once if its answer is lost',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const page = await open(`/rooms/${lobby}`, ada);
    const line = Promise.withResolvers<void>();
    await page.route(POSTS, (route) => line.promise.then(() => loseAnswer(route)), { times: 1 });
    await send(page, 'hello');
    const sending = page.locator('.status', { hasText: 'Sending …' });
    await sending.waitFor();
    await eventually(() => announced(page), ['Sending']);
    line.resolve();
    await eventually(() => told(page), UNSENT);
    await sending.waitFor({ state: 'detached' });
    assert.is(await typedIn(page), 'hello');
    await page.getByRole('button', { name: 'Send' }).click();
    await eventually(() => typedIn(page), '');
    await send(page, 'again');
    await eventually(() => logOf(page), ['ada entered the room.', 'ada: hello', 'ada: again']);
    assert.equal(await ada.log(lobby), ['ada entered', 'ada: hello', 'ada: again']);
  }),
);

test(
  'a message whose answer was lost is posted once, even if the page was loaded again in between',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const page = await open(`/rooms/${lobby}`, ada);
    await page.route(POSTS, loseAnswer, { times: 1 });
    await send(page, 'hello');
    await eventually(() => told(page), UNSENT);
    await page.reload();
    assert.is(await typedIn(page), 'hello');
    await page.getByRole('button', { name: 'Send' }).click();
    await eventually(() => typedIn(page), '');
    assert.equal(await ada.log(lobby), ['ada entered', 'ada: hello']);
  }),
);

test(
  'another text after a lost answer is another message',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const page = await open(`/rooms/${lobby}`, ada);
    await page.route(POSTS, loseAnswer, { times: 1 });
    await send(page, 'hello');
    await eventually(() => told(page), UNSENT);
    await send(page, 'hello, all');
    await eventually(() => typedIn(page), '');
    assert.equal(await ada.log(lobby), ['ada entered', 'ada: hello', 'ada: hello, all']);
  }),
);

test(
  'answers that come late, twice and out of order show each entry once',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const page = await open(`/rooms/${lobby}`, ada);

    // The answer to a poll is on its way while a newer one, to a post, overtakes it.
    let release = () => {};
    let isHeld = false;
    const held = new Promise<void>((resolve) => void (release = resolve));
    let late = { status: 0, body: '' };
    await grace.say(lobby, 'one');
    await page.route(
      POLL,
      async (route) => {
        const answer = await route.fetch();
        late = { status: answer.status(), body: await answer.text() };
        isHeld = true;
        await held;
        await route.fulfill({ response: answer });
      },
      { times: 1 },
    );
    await hurry(page);
    await eventually(() => isHeld, true);
    await send(page, 'two');
    await eventually(() => typedIn(page), '');
    const told = page.waitForResponse(POLL);
    release();
    await told;

    // An answer from before is given once more.
    await page.route(POLL, (route) => route.fulfill({ ...late, contentType: 'application/json' }), {
      times: 1,
    });
    await hurry(page);
    await grace.say(lobby, 'three');
    const all = [
      'ada entered the room.',
      'grace entered the room.',
      'grace: one',
      'ada: two',
      'grace: three',
    ];
    await page.locator('.log').getByText('three').waitFor();
    assert.equal(await logOf(page), all);
    await page.waitForRequest(/\/poll\?.*after=5$/);
  }),
);

test(
  'answers that are none do not end the polling',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const page = await open(`/rooms/${lobby}`, ada);
    const html = { contentType: 'text/html', body: '<!doctype html><title>Hello</title>' };
    for (const answer of [
      { status: 500 },
      { status: 503, ...html },
      { status: 429, ...html },
      { status: 200, ...html },
      { status: 404, ...html },
    ]) {
      await page.route(POLL, (route) => route.fulfill(answer), { times: 1 });
      const answered = page.waitForResponse(
        (response) => POLL.test(response.url()) && response.status() === answer.status,
      );
      await hurry(page);
      await answered;
    }
    await page.locator('.status', { hasText: 'The connection is lost. Trying again.' }).waitFor();
    await grace.say(lobby, 'still there?');
    await hurry(page);
    await page.locator('.log').getByText('still there?').waitFor();
    await page
      .locator('.status', { hasText: 'The connection is lost. Trying again.' })
      .waitFor({ state: 'detached' });
    assert.is(await told(page), '');
  }),
);

test.run();
