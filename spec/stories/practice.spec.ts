import * as assert from 'uvu/assert';
import {
  announced,
  browserSuite,
  eventually,
  focused,
  logOf,
  send,
  typedIn,
  withBrowser,
} from '../support/browser.ts';

const test = browserSuite('in the practice room');

test(
  'ada hears three at once, reads what was said and when, and copies it',
  withBrowser(async ({ open, cast }) => {
    const page = await open('/practice', await cast('ada'));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Three messages at once' }).click();
    const heard = ['Ana: Good morning.', 'Bo: Good morning, Ana.', 'Cem: Hello to both.'];
    await eventually(() => announced(page), [heard.join(' ')]);
    assert.equal((await logOf(page)).slice(3), heard);
    assert.is(new URL(page.url()).search, '', 'the page is the same');
    const said = page.getByLabel('What was said, in seconds after each step');
    const lines = (await said.inputValue()).split('\n');
    assert.equal(
      lines.map((line) => line.replace(/^\d+\.\d\d s  /, '')),
      ['– Three messages at once –', heard.join(' ')],
    );
    await page.getByRole('button', { name: 'Copy what was said' }).click();
    await eventually(async () => (await announced(page)).at(-1), 'Copied');
    assert.is(await page.evaluate('navigator.clipboard.readText()'), lines.join('\n'));
  }),
);

test(
  'ada hears a burst as a number, and that the room was deleted from the page that comes',
  withBrowser(async ({ open, cast }) => {
    const page = await open('/practice', await cast('ada'));
    await page.getByRole('button', { name: 'A burst of twenty messages' }).click();
    await eventually(() => announced(page), ['20 new messages from Ana, Bo and Cem']);
    await page.getByRole('button', { name: 'The room is deleted' }).click();
    await page.getByText('The room Practice was deleted').waitFor();
  }),
);

test(
  'ada writes, pauses, and sees who comes and goes, as in a room',
  withBrowser(async ({ open, cast }) => {
    const page = await open('/practice', await cast('ada'));
    await send(page, 'Hello to all');
    await eventually(() => announced(page), ['Sent']);
    assert.equal((await logOf(page)).slice(3), ['ada: Hello to all']);
    await page.locator('.log .own').getByText('(you)').waitFor();
    assert.is(await typedIn(page), '');
    assert.is(await focused(page), 'body');
    await page.getByRole('button', { name: 'Pause announcements' }).click();
    await page.getByRole('button', { name: 'Three messages at once' }).click();
    await page.locator('.log').getByText('Hello to both.').waitFor();
    await page.getByRole('button', { name: 'Resume announcements' }).click();
    await eventually(
      async () => (await announced(page)).slice(1),
      ['Announcements are paused.', 'Announcements are on again. 3 new messages from Ana, Bo and Cem'],
    );
    const present = page.locator('#present li');
    assert.equal(await present.allTextContents(), ['Ana', 'Bo', 'Cem', 'ada']);
    await page.getByRole('button', { name: 'Somebody enters and leaves' }).click();
    await eventually(() => present.allTextContents(), ['Ana', 'Cem', 'ada']);
    await eventually(() => present.allTextContents(), ['Ana', 'Cem', 'ada', 'Bo']);
  }),
);

test(
  'ada sees what comes of each press where there is no script',
  withBrowser(async ({ open, cast }) => {
    const page = await open('/practice', await cast('ada'), { javaScriptEnabled: false });
    await page.getByRole('button', { name: 'Three messages at once' }).click();
    await page.getByRole('heading', { name: '3 new messages' }).waitFor();
    await page.getByRole('button', { name: 'Emoji' }).click();
    await page.getByRole('heading', { name: '1 new message' }).waitFor();
    assert.is((await logOf(page)).length, 7);
    assert.is(await focused(page), 'new');
    await send(page, 'Hello to all');
    await page.getByText('ada (you)').waitFor();
    assert.equal((await logOf(page)).slice(-2), ['Bo: Well done 🎉👏🏽 see you 👋', 'ada: Hello to all']);
    assert.is(await page.getByRole('textbox').count(), 1, 'what the script brings along is not there');
    assert.is(await page.getByRole('button', { name: 'Pause announcements' }).count(), 0);
  }),
);

test(
  'ada hears a scene of her run, and what the page announced is saved beside what she heard',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    await ada.post('/practice/runs', { reader: 'Orca', browser: 'Chromium' });
    const page = await open('/practice/runs/1/scenes/2', ada);
    await page.getByRole('button', { name: 'Begin scene 2' }).click();
    const heard = 'Ana: Good morning. Bo: Good morning, Ana. Cem: Hello to both.';
    await eventually(() => announced(page), [heard]);
    await page.getByLabel('Twice').check();
    await page.getByRole('textbox', { name: 'What you heard' }).fill('Ana: Good morning, twice');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('heading', { name: 'Scene 3: ' }).waitFor();
    const { text } = await ada.get('/practice/runs/1');
    assert.ok(text.includes('Ana: Good morning, twice') && text.includes(heard));
  }),
);

test(
  'ada tries a sound, and hears one of a scene beside the words',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const count = `
      globalThis.tones = 0;
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (at) { globalThis.tones += 1; start.call(this, at); };`;
    const page = await open('/settings/sound', ada);
    await page.evaluate(count);
    await page.getByRole('button', { name: 'Try: A message that mentions' }).click();
    await eventually(() => page.evaluate('tones'), 2);
    await page.getByLabel('Soft').check();
    await page.getByRole('button', { name: 'Save sounds' }).click();
    await page.getByText('Your sounds are saved.').waitFor();
    await page.goto(new URL('/practice/scenes/3', page.url()).href);
    await page.evaluate(count);
    await page.getByRole('button', { name: 'Begin scene 3' }).click();
    await eventually(() => announced(page), ['20 new messages from Ana, Bo and Cem']);
    assert.is(await page.evaluate('tones'), 1, 'a burst is one');
  }),
);

test.run();
