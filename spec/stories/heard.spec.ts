import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import {
  announced,
  browserSuite,
  eventually,
  focused,
  polled,
  send,
  told,
  typedIn,
  withBrowser,
} from '../support/browser.ts';
import { images, large } from '../support/files.ts';

const test = browserSuite('what is heard, with script');

const field = (page: Page) => page.getByLabel('Message', { exact: true });

/** Has the page believe that its tab is in the background, or in front. */
const hide = (page: Page, isHidden: boolean) =>
  page.evaluate(`
  Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));`);

test(
  'what comes while ada types is held, and then said as one',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const page = await open(`/rooms/${lobby}`, ada);
    await field(page).press('h');
    for (const body of ['one', 'two']) {
      await grace.sayJson(lobby, body);
      await polled(page);
      await field(page).press('h');
    }
    assert.equal(await announced(page), []);
    await eventually(() => announced(page), ['2 new messages from grace']);
  }),
);

test(
  'the latest text is said once more by a button, by the keyboard, and the last ones are listed',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const page = await open(`/rooms/${lobby}`, ada);
    for (const body of ['one', 'two']) {
      await grace.sayJson(lobby, body);
      await eventually(async () => (await announced(page)).at(-1), `grace: ${body}`);
    }
    const button = page.getByRole('button', { name: 'Repeat what was said' });
    await button.press('Enter');
    await eventually(() => announced(page), ['grace: one', 'grace: two', 'grace: two']);
    const list = page.getByRole('list', { name: 'What was said' });
    assert.equal(await list.getByRole('listitem').allTextContents(), ['grace: one', 'grace: two']);
  }),
);

test(
  'what comes while announcements are paused is said as one when they go on',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const page = await open(`/rooms/${lobby}`, ada);
    await page.getByRole('button', { name: 'Pause announcements' }).click();
    for (const body of ['one', 'two']) {
      await grace.sayJson(lobby, body);
      await polled(page);
    }
    assert.equal(await announced(page), ['Announcements are paused.']);
    await page.getByRole('button', { name: 'Resume announcements' }).click();
    await eventually(
      () => announced(page),
      ['Announcements are paused.', 'Announcements are on again. 2 new messages from grace'],
    );
    assert.is(await page.getByRole('button', { name: 'Pause announcements' }).count(), 1);
  }),
);

test(
  'what comes while the tab is in the background is counted in the title, and said as one on return',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const page = await open(`/rooms/${lobby}`, ada);
    await hide(page, true);
    await grace.talk(lobby, 2);
    await eventually(() => page.title(), '(2) lobby – Rooms – Plainchat');
    assert.equal(await announced(page), []);
    await hide(page, false);
    await eventually(() => announced(page), ['2 new messages from grace']);
    await eventually(() => page.title(), 'lobby – Rooms – Plainchat');
  }),
);

test(
  'what comes while ada reads above is counted in the title until she is at the end',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await grace.talk(lobby, 40);
    const page = await open(`/rooms/${lobby}`, ada);
    await page.evaluate('scrollTo(0, 0)');
    await grace.sayJson(lobby, 'hello');
    await eventually(() => page.title(), '(1) lobby – Rooms – Plainchat');
    await ada.post(`/rooms/${lobby}/rename`, { name: 'hall' });
    await eventually(() => page.title(), '(1) hall – Rooms – Plainchat', 12_000);
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    await eventually(() => page.title(), 'hall – Rooms – Plainchat');
  }),
);

test(
  'what is wrong is told by the title too, after the count, until it is put right',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const page = await open(`/rooms/${lobby}`, ada);
    await send(page, '  ');
    await eventually(() => page.title(), 'Error: lobby – Rooms – Plainchat');
    await hide(page, true);
    await grace.sayJson(lobby, 'hello');
    await eventually(() => page.title(), '(1) Error: lobby – Rooms – Plainchat', 12_000);
    await hide(page, false);
    await send(page, 'hello, grace');
    await eventually(() => page.title(), 'lobby – Rooms – Plainchat');
  }),
);

test(
  'how much may still be typed is told near the end alone, once ada has stopped',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const page = await open(`/rooms/${await ada.createRoom('lobby')}`, ada);
    const remaining = page.locator('#body ~ .hint');
    await field(page).fill('a'.repeat(3900));
    assert.is(await remaining.innerText(), '');
    await field(page).fill('🙂'.repeat(3990));
    assert.is(await remaining.innerText(), '10 characters left');
    await field(page).fill('a'.repeat(4001));
    assert.is(await remaining.innerText(), '1 character too many');
    assert.equal(await announced(page), []);
    await eventually(() => announced(page), ['1 character too many']);
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await eventually(async () => (await page.title()).startsWith('Error: '), true);
    await field(page).press('Backspace');
    await eventually(() => told(page), '');
    assert.not.match(await page.title(), /^Error: /, 'a problem goes with its cause');
    await send(page, 'a'.repeat(3999));
    await eventually(() => typedIn(page), '');
    assert.is(await remaining.innerText(), '');
  }),
);

test(
  'what ada has chosen is said, and nothing else',
  withBrowser(async ({ open, cast, clock, tick }) => {
    const [ada, grace, linus] = [await cast('ada'), await cast('grace'), await cast('linus')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await ada.post('/settings/announcements', { notices: 'yes' });
    const page = await open(`/rooms/${lobby}`, ada);
    await linus.enter(lobby);
    await eventually(() => announced(page), ['linus entered the room.']);

    await page.getByRole('link', { name: 'Screen reader announcements in lobby' }).click();
    await page.getByLabel('Only the sender').check();
    clock.pass(6000); // longer than a page that closes stays in its room
    await tick();
    await page.getByRole('group', { name: 'Who enters and leaves' }).getByLabel('No').check();
    await page.getByRole('button', { name: 'Save for lobby' }).click();
    await page.getByText('Your announcements for lobby are saved.').waitFor();
    await linus.leave(lobby);
    await grace.sayJson(lobby, 'a secret');
    await eventually(() => announced(page), ['Message from grace']);
    assert.equal(
      await ada.log(lobby),
      ['ada entered', 'grace entered', 'linus entered', 'linus left', 'grace: a secret'],
      'choosing is no leaving',
    );
  }),
);

test(
  'what comes by script is read in the order that ada has chosen, as what the page came with',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const order = { 'place-text': '1', 'place-sender': '2', 'place-to': '3', 'place-links': '4' };
    await ada.post('/settings/reading', { ...order, notices: 'no' });
    const message = 'see https://example.org/a and https://example.org/b';
    await grace.sayJson(lobby, message);
    const page = await open(`/rooms/${lobby}`, ada);
    await polled(page);
    await grace.sayJson(lobby, message);
    await grace.leave(lobby);
    await send(page, 'I see');
    const lines = () =>
      page.evaluate<string[]>(`[...document.querySelectorAll('.log li')].map((item) => {
        const hidden = [...item.querySelectorAll('[hidden]')].map((one) => one.textContent).join('');
        const text = item.textContent.trim();
        return (item.inert ? '- ' : '') + (hidden && text.endsWith(hidden) ? text.slice(0, -hidden.length) : text).replace(/ ?\\d\\d:\\d\\d$/, '');
      })`);
    const read = `${message} from grace, 2 links`;
    await eventually(lines, [
      '- ada entered the room.',
      '- grace entered the room.',
      read,
      read,
      '- grace left the room.',
      'I see from ada (you)',
    ]);
    const html = () =>
      page.evaluate<string[]>(
        `[...document.querySelectorAll('.log li')].slice(2, 4).map((item) => item.innerHTML.replace(/>\\d\\d:\\d\\d</, '>now<').replace(/datetime="[^"]*"/, ''))`,
      );
    const [served, appended] = await html();
    assert.is(appended!.replace(/hidden="[^"]*"/, ''), served!.replace(/hidden="[^"]*"/, ''));
    await eventually(async () => (await announced(page)).join(' ').includes(`grace: ${message}`), true);
  }),
);

test(
  'only what is to ada is said, where she has chosen that',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await ada.post(`/rooms/${lobby}/announcements`, { messages: 'mentions' });
    const page = await open(`/rooms/${lobby}`, ada);
    await grace.sayJson(lobby, 'good morning');
    await grace.sayJson(lobby, 'good morning, @ada');
    await eventually(() => announced(page), ['grace: good morning, @ada']);
  }),
);

test(
  'one region alone is live, which the page brings, and the focus stays where it is',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const page = await open(`/rooms/${lobby}`, ada);
    const live = await page.evaluate<string[]>(
      `[...document.querySelectorAll('[aria-live]:not([aria-live=off]), [role=status], [role=alert]')].map((one) => one.className + ' ' + one.ariaLive)`,
    );
    assert.equal(live, ['announcer polite']);
    await field(page).focus();
    await grace.sayJson(lobby, 'see https://example.org/ and\nnext');
    await eventually(() => announced(page), ['grace: see https://example.org/ and\nnext']);
    assert.is(await focused(page), 'body');
    await send(page, 'hello');
    await eventually(() => typedIn(page), '');
    assert.is(await focused(page), 'body');
    await eventually(async () => (await announced(page)).slice(1), ['Sent']);
    assert.is(await page.locator('main .announcer').count(), 1, 'it is part of the page, from the start');
  }),
);

test(
  'a message begins in the line of its author, whatever it begins with',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const texts = [
      'plain',
      '- milk\n- tea',
      '24. Dezember\n25. too',
      '```js\nnpm test\n```',
      '> asked\nyes',
      '*strong*',
    ];
    for (const body of texts) await ada.sayJson(lobby, body);
    await ada.attach(lobby, await large(400, 300), { body: '' });
    await ada.attach(lobby, await images.png(), { body: '' });
    const page = await open(`/rooms/${lobby}`, ada);
    // A screen reader takes for one line what has its middle within 5 pixels, and leaves out items that are inline.
    const apart = await page.evaluate<string[]>(`[...document.querySelectorAll('.message')].map((message) => {
      const middle = ({ top, height }) => top + height / 2;
      const range = document.createRange();
      const body = message.querySelector('.body');
      const texts = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
      range.selectNode(message.querySelector('img') ?? body);
      for (let text; (text = texts.nextNode()); )
        if (text.data.trim() && text.parentElement.className !== 'sign') {
          range.setStart(text, 0), range.setEnd(text, 1);
          break;
        }
      const gap = Math.abs(middle(range.getBoundingClientRect()) - middle(message.querySelector('.author').getBoundingClientRect()));
      const item = body.querySelector('li');
      return gap > 5 ? gap + ' pixels: ' + message.textContent : item && /inline/.test(getComputedStyle(item).display) ? 'inline: ' + item.textContent : '';
    })`);
    assert.equal(
      apart,
      [...texts, 'an image', 'a small image'].map(() => ''),
    );
    const first = `getComputedStyle(document.querySelector('.body ol > li'), '::before').content`;
    assert.is(await page.evaluate(first), '"24. "', 'with the number that was typed');
  }),
);

test.run();
