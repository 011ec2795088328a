import * as assert from 'uvu/assert';
import {
  announced,
  browserSuite,
  eventually,
  focused,
  logOf,
  send,
  told,
  withBrowser,
} from '../support/browser.ts';

const test = browserSuite('people, with script');

test(
  'ada finds grace, and they talk in private',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const page = await open('/rooms', ada);
    await page.getByRole('link', { name: 'People' }).click();
    const find = async (q: string) => {
      await page.getByLabel('Find a person').fill(q);
      await page.getByRole('button', { name: 'Find', exact: true }).click();
    };
    await find('grace@');
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
    assert.match(await told(page), /Nobody can be found by this email address\./);
    assert.is(await page.getByLabel('Find a person').inputValue(), 'grace@');
    await page.locator('.problems a').click();
    assert.is(await focused(page), 'q');
    await find('grace@example.org');
    await page.waitForURL('**/people/grace');
    await page.getByRole('button', { name: 'Message grace' }).click();
    await page.waitForURL('**/rooms/1');
    await send(page, 'hello');
    await eventually(() => logOf(page), ['ada: hello']);

    const other = await open('/rooms', grace);
    await other.getByText('1 unread message.').waitFor();
    await other.getByRole('link', { name: 'ada', exact: true }).click();
    await other.getByLabel('Message', { exact: true }).fill('good morning');
    await other.getByRole('button', { name: 'Send to ada' }).click();
    await eventually(() => logOf(page), ['ada: hello', 'grace: good morning']);
    assert.match(other.url(), /\/rooms\/1(#\w+)?$/, 'sent without leaving the page');
    await send(page, 'see you :-)');
    await eventually(() => logOf(other), ['ada: hello', 'grace: good morning', 'ada: see you :-)']);
    await eventually(() => announced(other), ['Sent', 'ada: see you smile']);
    assert.is((await grace.poll(1, 0)).json().ended, 'left', 'grace has entered nothing');
    await other.getByRole('button', { name: 'Enter ada' }).click();
    await other.getByRole('button', { name: 'Leave room' }).waitFor();
    await send(other, 'bye');
    await eventually(async () => (await logOf(page)).at(-1), 'grace: bye');
  }),
);

test(
  'grace accepts ada, and both form a group',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const page = await open('/people/grace', ada);
    await page.getByRole('button', { name: 'Ask grace to be friends' }).click();
    await page.getByRole('button', { name: 'Cancel request to grace' }).waitFor();
    const other = await open('/rooms', grace);
    await other.getByRole('link', { name: 'Answer under People' }).click();
    await other.getByRole('button', { name: 'Accept ada' }).click();
    await other.getByText('You are friends.').waitFor();

    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByLabel('Room name').fill('reading');
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
    assert.match(await told(page), /Choose at least one friend\./);
    await page.getByLabel('grace', { exact: true }).check();
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.waitForURL('**/rooms/1');
    await eventually(() => logOf(page), ['ada added grace.', 'ada entered the room.']);
  }),
);

test(
  'what ada says after grace has blocked her comes to grace folded, in its place, and opens by its link',
  withBrowser(async ({ open, cast }) => {
    const [ada, grace, linus] = [await cast('ada'), await cast('grace'), await cast('linus')];
    const lobby = await ada.createRoom('lobby');
    for (const person of [grace, linus]) await person.enter(lobby);
    const profile = await open('/people/ada', grace);
    await profile.getByRole('button', { name: 'Block ada' }).click();
    await profile.getByRole('button', { name: 'Unblock ada' }).waitFor();
    const page = await open(`/rooms/${lobby}`, grace);
    await ada.sayJson(lobby, 'a secret');
    await linus.sayJson(lobby, 'hello');
    const folded = 'ada: Show this message of ada, whom you blocked';
    await eventually(async () => (await logOf(page)).slice(-2), [folded, 'linus: hello']);
    assert.not.match(await page.content(), /a secret/);
    await page.getByRole('link', { name: 'Show this message of ada' }).click();
    await eventually(async () => (await logOf(page)).slice(-2), ['ada: a secret', 'linus: hello']);
  }),
);

test.run();
