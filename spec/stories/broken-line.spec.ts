import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { browserSuite, eventually, typedIn, withBrowser } from '../support/browser.ts';
import { startBrokenLine } from '../support/broken-line.ts';
import { withFile } from '../support/domain.ts';
import { TEXT } from '../support/files.ts';

const test = browserSuite('a slow line on which every tenth answer breaks off');

/** What a user does until it is done: so often at most. */
const MOST_TRIES = 30;
/** So often a user looks whether a message has arrived. */
const LOOKS = 50;
const TEXTS = Array.from({ length: 8 }, (_, index) => `message ${index + 1}`);

/** Whether all of the page is there: its footer is last. */
const isWhole = (page: Page) =>
  page.evaluate<boolean>(`document.querySelector('body > footer') !== null`).catch(() => false);

/** Loads a page again that broke off, as its user does: the browser sends its form once more. */
async function mend(page: Page): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    if (await isWhole(page)) return;
    await page.reload().catch(() => null);
  }
  assert.unreachable('the page never came');
}

async function load(page: Page, address: string): Promise<void> {
  await page.goto(address).catch(() => null);
  await mend(page);
}

/** Types a text and presses Send, and again where it is still there, until the server has it. */
async function sendOver(page: Page, text: string, isStored: () => Promise<boolean>): Promise<void> {
  const field = page.getByLabel('Message', { exact: true });
  await field.fill(text);
  for (let tries = 0; tries < MOST_TRIES && !(await isStored()); tries += 1) {
    assert.is(await field.inputValue(), text, 'the text is lost');
    await page.getByRole('button', { name: 'Send' }).click();
    for (let looks = 0; looks < LOOKS && !(await isStored()); looks += 1) await page.waitForTimeout(10);
    await mend(page);
  }
  assert.ok(await isStored(), `“${text}” was never sent`);
}

for (const javaScriptEnabled of [true, false])
  test(
    `loses nothing that is typed, ${javaScriptEnabled ? 'with' : 'without'} script, and sends it once`,
    withBrowser(async ({ open, cast, base }) => {
      const [ada, grace] = [await cast('ada'), await cast('grace')];
      const lobby = await ada.createRoom('lobby');
      await grace.enter(lobby);
      const said = async () => (await grace.log(lobby)).filter((line) => line.startsWith('ada: '));
      const line = await startBrokenLine(base);
      try {
        const page = await open('/help', ada, { javaScriptEnabled });
        if (javaScriptEnabled) line.every = Infinity; // without one of its scripts, the page is as without script
        await load(page, `${line.base}/rooms/${lobby}`);
        line.every = 10;
        for (const text of TEXTS) {
          await sendOver(page, text, async () => (await said()).includes(`ada: ${text}`));
          if (!javaScriptEnabled) continue;
          // Where the answer broke off, the text is still there, and the page says to press Send again.
          if ((await typedIn(page)) !== '') await page.getByRole('button', { name: 'Send' }).click();
          await eventually(() => typedIn(page), '');
        }
        const all = TEXTS.map((text) => `ada: ${text}`);
        assert.equal(await said(), all);
        assert.ok(line.counts.cut > 0, `${line.counts.cut} of ${line.counts.answers} answers broke off`);
      } finally {
        line.end();
      }
    }),
  );

test(
  'loses no file that is chosen, without script, and sends it once',
  withBrowser(async ({ open, cast, base }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const line = await startBrokenLine(base, Infinity);
    await withFile(async (path) => {
      writeFileSync(path, TEXT);
      const page = await open('/help', ada, { javaScriptEnabled: false });
      await load(page, `${line.base}/rooms/${lobby}/attach`);
      await page.getByLabel('Description').fill('the tea');
      await page.getByLabel('Message').fill('Read this.');
      await page.getByLabel('File').setInputFiles(path);
      line.every = 1;
      await page.getByRole('button', { name: 'Send' }).click();
      await eventually(() => line.counts.cut > 0, true);
      line.every = Infinity;
      await mend(page);
      line.end();
      assert.equal((await ada.log(lobby)).slice(1), ['ada: Read this.']);
    })();
  }),
);

test.run();
