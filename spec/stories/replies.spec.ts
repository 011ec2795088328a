import * as assert from 'uvu/assert';
import { browserSuite, eventually, send, typedIn, withBrowser } from '../support/browser.ts';
import { words } from '../support/visitor.ts';

const test = browserSuite('replies and unread messages, by script');

test(
  'ada answers grace, who sees that it is to her; the next message answers nothing, and mentions her by a name that is offered',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await grace.say(lobby, 'tea?');
    const hers = await open(`/rooms/${lobby}`, grace);
    const page = await open(`/rooms/${lobby}/messages/3`, ada);
    await page.getByRole('link', { name: 'Reply to grace' }).click();
    await page.getByText('You answer grace').waitFor();
    await send(page, 'gladly');
    await page.locator('#m-4').getByRole('link', { name: 'to grace' }).waitFor();
    await hers.locator('#m-4').getByRole('link', { name: 'to you' }).waitFor();
    await page.getByLabel('Message', { exact: true }).pressSequentially('at four, @G');
    await page.getByRole('button', { name: '@grace' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.is(await typedIn(page), 'at four, @grace ');
    assert.is(await page.getByRole('button', { name: '@grace' }).count(), 0);
    await page.keyboard.press('Control+Enter');
    await page.locator('#m-5').getByText('@grace').waitFor();
    assert.is(await page.locator('#m-5 .reply').count(), 0);
  }),
);

test(
  'a page that leaves out unread messages marks none as read while it polls and posts',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await grace.leave(lobby);
    await ada.talk(lobby, 70);
    await grace.enter(lobby);
    const page = await open(`/rooms/${lobby}`, grace);
    await send(page, 'hello');
    await page.getByText('hello').waitFor();
    const unread = async () => /\d+ unread messages/.exec(words((await grace.get('/rooms')).page))?.[0];
    assert.is(await unread(), '71 unread messages');
    await page.locator('#earlier a').click();
    await page.locator('#m-4').waitFor({ state: 'attached' });
    await eventually(unread, undefined);
  }),
);

test.run();
