import * as assert from 'uvu/assert';
import { browserSuite, eventually, logOf, send, typedIn, withBrowser } from '../support/browser.ts';

const test = browserSuite('a text for later, by script');

test(
  'ada saves a text, goes on with it after a reload, finds it on another device, and sends it',
  withBrowser(async ({ open, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const page = await open(`/rooms/${lobby}`, ada);
    const field = page.getByLabel('Message', { exact: true });
    await field.fill('First');
    await page.getByRole('button', { name: 'Save for later' }).click();
    await page.getByText('Your text is saved.').waitFor();
    assert.is(await typedIn(page), 'First');
    await field.fill('First and second');
    await page.reload();
    assert.is(await typedIn(page), 'First and second', 'what was typed since is newer');
    const other = await open(`/rooms/${lobby}`, ada);
    assert.is(await typedIn(other), 'First');
    await send(other, 'First, on the way');
    await eventually(async () => (await logOf(other)).at(-1), 'ada: First, on the way');
    await other.reload();
    assert.is(await typedIn(other), '');
  }),
);

test.run();
