import axe from 'axe-core';
import * as assert from 'uvu/assert';
import { DEFAULTS } from '../../server/chat/away.ts';
import { Assets } from '../../server/view/assets.ts';
import { toldMail } from '../../server/view/away-told.ts';
import { View } from '../../server/view/index.ts';
import { browserSuite, eventually, logOf, typedIn, withBrowser } from '../support/browser.ts';

const test = browserSuite('settings, with script');

test(
  'ada has times of her zone in 12 hours, on the page and in what is appended',
  withBrowser(async ({ open, cast, clock }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    clock.pass(24 * 3_600_000 - (clock.now().getTime() % (24 * 3_600_000)) + 9 * 3_600_000 + 55 * 60_000);
    await ada.enter(lobby);
    await grace.enter(lobby);
    await grace.say(lobby, 'still up?'); // at 09:55 in UTC: 11:55 pm of the day before in Honolulu, and 6:55 pm in Tokyo

    const page = await open('/settings/times', ada, { timezoneId: 'Asia/Tokyo' });
    await page.getByLabel('Time zone').selectOption('Pacific/Honolulu');
    await page.getByLabel('12 hours').check();
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('Your settings are saved.').waitFor();
    await page.goto(new URL(`/rooms/${lobby}`, page.url()).href);
    clock.pass(10 * 60_000);
    await grace.say(lobby, 'good morning');
    await eventually(() => page.locator('.message').count(), 2);
    assert.equal(await page.locator('.message time').allTextContents(), ['11:55 pm', '12:05 am']);
    assert.is(await page.locator('#zone').textContent(), 'Times are in Pacific/Honolulu.');
    const days = await page.locator('.log .day').allTextContents();
    const appended = await page.locator('.log time').allTextContents();
    await page.reload();
    assert.equal(await page.locator('.log .day').allTextContents(), days);
    assert.equal(await page.locator('.log time').allTextContents(), appended);
  }),
);

test(
  'Enter makes a line at first, and sends where ada wants it to',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const page = await open(`/rooms/${lobby}`, ada);
    const field = page.getByLabel('Message', { exact: true });
    assert.match(
      await page.locator('#body-hint').innerText(),
      /^Enter makes a new line, Ctrl with Enter sends\.$/,
    );
    await field.pressSequentially('one');
    await field.press('Enter');
    assert.is(await typedIn(page), 'one\n');

    await ada.post('/settings', { enterSends: 'yes' });
    await page.reload();
    assert.match(
      await page.locator('#body-hint').innerText(),
      /^Enter sends, Shift with Enter makes a new line\.$/,
    );
    await field.fill('one');
    await field.press('Shift+Enter');
    await field.pressSequentially('two');
    // An input method that composes takes Enter for itself.
    await field.dispatchEvent('keydown', { key: 'Enter', keyCode: 229 });
    await field.dispatchEvent('keydown', { key: 'Enter', keyCode: 13, isComposing: true });
    assert.is(await typedIn(page), 'one\ntwo');
    await field.press('Enter');
    await eventually(() => logOf(page), ['ada entered the room.', 'ada: one\ntwo']);
    await eventually(() => typedIn(page), '');
    assert.is(await page.getByRole('alert').count(), 0);
  }),
);

test(
  'where there is no script Enter makes a line, and nothing else is said',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.post('/settings', { enterSends: 'yes' });
    const page = await open(`/rooms/${lobby}`, ada, { javaScriptEnabled: false });
    const field = page.getByLabel('Message', { exact: true });
    await field.pressSequentially('one');
    await field.press('Enter');
    assert.is(await typedIn(page), 'one\n');
    assert.not.match(await page.locator('#body-hint').innerText(), /Enter/);
  }),
);

test(
  'what is refused is told in place, and its link leads to the field of that form',
  withBrowser(async ({ open, cast }) => {
    const page = await open('/settings', await cast('ada'));
    await page.getByLabel('Current password').fill('wrong horse');
    await page.getByLabel('New password').fill('battery staple');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
    await page.locator('.problems a').click();
    assert.ok(
      await page
        .getByLabel('Current password')
        .evaluate((field) => field === field.ownerDocument.activeElement),
    );
    assert.is(await page.locator('[aria-invalid]').count(), 1);
    await page.getByLabel('Current password').fill('correct horse');
    await page.getByLabel('New password').fill('battery staple');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Your password is changed.').waitFor();
  }),
);

/** A mail about a conversation with a long text, and a room with more than it shows. */
function sampleMail(): string {
  const record = (seq: number, username: string, body: string) => ({
    record: {
      room: { id: 7 },
      seq,
      kind: 'message' as const,
      author: { id: 1, username },
      body,
      at: new Date('2026-01-01T12:00:00Z'),
    },
    isMention: true,
    isReply: false,
  });
  const room = { id: 7, name: 'lobby', access: 'open', isBare: false, count: 30 };
  const words = `See https://example.org/${'long/'.repeat(30)}\nשלום`;
  const person = { user: 2, username: 'grace', email: 'grace@example.org', way: 'mail' as const };
  const claim = {
    ...person,
    messageId: 'id',
    choices: DEFAULTS,
    hourCycle: 'h23' as const,
    stopKey: 'key',
    until: 0,
  };
  const logs = [
    { ...room, name: 'ada', access: 'direct', messages: [record(3, 'ada', words)] },
    { ...room, messages: [record(4, 'דנה', 'hello @grace')] },
  ];
  return toldMail(new View(new Assets()), claim, logs, { origin: 'https://chat.example', withText: true })
    .html;
}

test(
  'the HTML of a mail has nothing that axe finds, in light and dark, on a large screen and a narrow one',
  withBrowser(async ({ open }) => {
    const page = await open('/help');
    await page.goto('about:blank');
    await page.setContent(sampleMail());
    await page.addStyleTag({ content: 'html { background: Canvas }' }); // axe takes a page without a background for white
    await page.evaluate(axe.source);
    const found: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [1280, 320]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        const run = `axe.run({ rules: { 'color-contrast-enhanced': { enabled: true } } }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`;
        found.push(...(await page.evaluate<string[]>(run)));
        assert.ok(
          await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'),
          `${width}`,
        );
      }
    assert.equal(found, []);
  }),
);

test.run();
