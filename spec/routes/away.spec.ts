import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Away } from '../../server/chat/away.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { withApp, type World } from '../support/app.ts';
import { confirmed, withMails } from '../support/away.ts';
import { eventually } from '../support/eventually.ts';
import type { Mail } from '../support/mail.ts';
import { buttons, problem, titleOf, words } from '../support/visitor.ts';

const test = suite('told while away, over HTTP');
const MINUTE_MS = 60_000;

/** The link of the last mail that was sent to somebody. */
async function linkIn(mails: Mail[], count: number): Promise<string> {
  await eventually(() => mails.length, count);
  return /http:\/\/chat\.example(\/confirm\/[\w-]+)/.exec(mails.at(-1)!.text)![1]!;
}
const ownerOf = ({ em }: World, emailKey: string) => em().findOne(User, { emailKey });

test(
  'a new account gets a link by mail; opening it changes nothing, and pressing the button confirms the address',
  withMails(async (world, mails) => {
    const ada = world.visitor();
    await ada.register('ada');
    const link = await linkIn(mails, 1);
    assert.equal(mails[0]!.to, ['ada@example.org']);
    assert.match(
      words((await ada.get('/settings/away')).page.querySelector('main')),
      /Nobody has confirmed yet/,
    );
    const somebody = world.visitor(); // a mail program opens links in another browser
    const page = await somebody.get(link);
    assert.is(titleOf(page), 'Is this address yours? – Plainchat');
    assert.equal(await world.em().count(Away), 0);
    assert.is((await somebody.press(page, 'Confirm address')).location, '/confirm/done');
    assert.is(titleOf(await somebody.get('/confirm/done')), 'Your address is confirmed – Plainchat');
    assert.match(words((await ada.get('/settings/away')).page.querySelector('main')), /You have confirmed/);
    assert.is((await somebody.get(link)).status, 404);
  }),
);

test(
  'a user who gets a link for an account of somebody else takes their address off it',
  withMails(async (world, mails) => {
    await world.visitor().register('mallory');
    const link = await linkIn(mails, 1);
    const owner = world.visitor();
    const answer = await owner.press(await owner.get(link), 'Remove my address');
    assert.is(answer.location, '/confirm/disowned');
    assert.is((await owner.get('/confirm/disowned')).status, 200);
    assert.is(await ownerOf(world, 'mallory@example.org'), null);
    assert.is((await world.visitor().logIn('mallory')).status, 303);
  }),
);

test(
  'a changed address is confirmed again, and another link is sent on request, a few times an hour',
  withMails(async (world, mails) => {
    const ada = await world.cast('ada');
    await confirmed(world, 'ada');
    await ada.post('/settings/email', { email: 'a@b.example', current: 'correct horse' });
    await linkIn(mails, 1);
    assert.equal(mails[0]!.to, ['a@b.example']);
    const page = await ada.get('/settings/away');
    assert.is((await ada.press(page, 'Send a link')).status, 303);
    const link = await linkIn(mails, 2);
    const statuses = [];
    for (let time = 0; time < 3; time += 1) statuses.push((await ada.post('/settings/away/confirm')).status);
    assert.equal(statuses, [303, 303, 429]);
    await eventually(() => mails.length, 4);
    await ada.press(await ada.get(link), 'Confirm address');
    assert.not.ok(buttons(await ada.get('/settings/away')).includes('Send a link'));
  }),
);

test(
  'without a mail server, nobody is sent a link, and the page says why',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const page = await ada.get('/settings/away');
    assert.match(words(page.page.querySelector('main')), /sends no mail, and posts to no addresses/);
    assert.equal(buttons(page), ['Log out', 'Save what I am told']);
    assert.is((await ada.post('/settings/away/confirm')).status, 422);
  }),
);

test(
  'the form is saved, and a refused one keeps what was typed',
  withMails(async ({ cast }) => {
    const ada = await cast('ada');
    const saved = await ada.press(await ada.get('/settings/away'), 'Save what I am told', {
      what: 'all',
      mail: 'daily',
      hour: '18',
      zone: 'Europe/Berlin',
      quietFrom: '22',
      quietUntil: '7',
    });
    assert.match(saved.location!, /^\/settings\/away\?/);
    const page = await ada.get(saved.location!);
    assert.match(words(page.page.querySelector('[role="status"]')), /is saved/);
    const chosen = (id: string) => page.page.querySelector(`#${id} option[selected]`)?.getAttribute('value');
    assert.equal(['hour', 'quietFrom', 'quietUntil'].map(chosen), ['18', '22', '7']);
    assert.is(words(page.page.querySelector('#zone option[selected]')), 'Europe/Berlin');
    assert.ok(page.page.querySelector('#what-all')!.hasAttribute('checked'));
    const refused = await ada.press(page, 'Save what I am told', { minutes: 'soon', hookUrl: 'ntfy' });
    assert.is(refused.status, 422);
    assert.match(problem(refused, 'Minutes until I am told').beside, /minutes from 1 to 1,440/);
    assert.is(refused.page.querySelector('#minutes')!.getAttribute('value'), 'soon');
    assert.is(refused.page.querySelector('#hookUrl')!.getAttribute('value'), 'ntfy');
    assert.is(refused.page.querySelector('#hour option[selected]')?.getAttribute('value'), '18');
  }),
);

test(
  'a room’s page leads to the choice for that room, which does not leave it',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const links = async (path: string) =>
      (await ada.get(path)).page.querySelectorAll(`a[href="/rooms/${lobby}/away"]`).length;
    assert.equal([await links(`/rooms/${lobby}`), await links(`/rooms/${lobby}/announcements`)], [0, 1]);
    const page = await ada.get(`/rooms/${lobby}/away`);
    assert.is((await ada.press(page, 'Save for lobby', { what: 'all' })).status, 303);
    const own = await ada.get(`/rooms/${lobby}/away`);
    assert.ok(own.page.querySelector('#what-all')!.hasAttribute('checked'));
    assert.is((await ada.press(own, 'Use what I chose for all rooms')).status, 303);
    assert.not.ok(buttons(await ada.get(`/rooms/${lobby}/away`)).includes('Use what I chose for all rooms'));
    assert.equal(await ada.log(lobby), ['ada entered']);
    await ada.leave(lobby);
    assert.equal([await links(`/rooms/${lobby}`), await links(`/rooms/${lobby}/manage`)], [1, 1]);
    assert.is((await ada.post(`/rooms/${lobby}/away`, { what: 'some' })).status, 422);
  }),
);

test(
  'the link of a mail asks first, and ends the mails by a button; another link is not found',
  withMails(async (world) => {
    await world.cast('ada');
    await confirmed(world, 'ada');
    const [{ stopKey }] = (await world.em().find(Away, {})) as [Away];
    const somebody = world.visitor();
    const page = await somebody.get(`/away/stop/${stopKey}`);
    const mail = async () => (await world.em().find(Away, {}))[0]!.mail;
    assert.is(await mail(), 'soon');
    assert.is((await somebody.press(page, 'End the mails')).location, '/away/stopped');
    assert.is((await somebody.get('/away/stopped')).status, 200);
    assert.is(await mail(), 'never');
    for (const key of ['x'.repeat(32), '-']) assert.is((await somebody.get(`/away/stop/${key}`)).status, 404);
    assert.is((await somebody.post(`/away/stop/${'x'.repeat(32)}`)).status, 404);
  }),
);

test(
  'an administrator keeps the text of a room’s messages in the house',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    const lobby = await ada.createRoom('lobby');
    const manage = () => ada.get(`/rooms/${lobby}/manage`);
    assert.is((await ada.press(await manage(), 'Save for mails', { mailText: 'no' })).status, 303);
    assert.ok((await world.em().findOneOrFail(Room, { id: lobby })).toldBare);
    assert.ok((await manage()).page.querySelector('#mailText-no')!.hasAttribute('checked'));
    assert.is((await ada.press(await manage(), 'Save for mails', { mailText: 'some' })).status, 422);
  }),
);

test(
  'what waits is a feed of one’s own, by a token, and is empty once it was read',
  withApp(async (world) => {
    const [ada, grace] = [await world.cast('ada'), await world.cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await grace.leave(lobby);
    for (const body of ['hello all', 'hello @grace']) await ada.say(lobby, body);
    await ada.post('/people/grace/note', { body: 'between us', key: 'a-key-of-ada' });
    await grace.post('/settings/tokens', { name: 'a feed reader', days: '30' });
    const token = /plainchat_[\w-]+/.exec((await grace.get('/settings/tokens')).text)![0];
    const ask = async (shape: string) =>
      (
        await fetch(`${world.base}/waiting.${shape}`, { headers: { Authorization: `Bearer ${token}` } })
      ).text();
    const titles = async () =>
      [...(await ask('atom')).matchAll(/<title>(.*?)<\/title>/g)].map(([, title]) => title);
    assert.equal((await titles()).slice(1).toSorted(), ['ada in lobby: hello @grace', 'ada: between us']);
    assert.match(await ask('txt'), /^2 messages\n[\s\S]*ada: between us/);
    const { entries } = JSON.parse(await ask('json')) as { entries: { room: number; seq: number }[] };
    assert.equal(entries.map(({ seq }) => seq).toSorted(), [1, 5]);
    await grace.get(`/rooms/${lobby}`);
    assert.equal((await titles()).slice(1), ['ada: between us']);
    assert.is((await world.visitor().get('/waiting.atom')).status, 303);
  }),
);

for (const [what, changes, body] of [
  ['has the text of the message', {}, 'tea, @grace?'],
  ['has no text where the server says so', { mailText: false }, ''],
] as const)
  test(
    `a notification of the browser is given once to the page that asks, and ${what}`,
    withApp(async (world) => {
      const [ada, grace] = [await world.cast('ada'), await world.cast('grace')];
      const lobby = await ada.createRoom('lobby');
      await grace.enter(lobby);
      const scripts = () =>
        Promise.all(
          [`/rooms/${lobby}`, '/people'].map(async (path) =>
            /notifications-\w+\.js/.test((await grace.get(path)).text),
          ),
        );
      const ask = () => grace.postJson('/notifications', {});
      assert.equal(await scripts(), [false, false]);
      await grace.press(await grace.get('/settings/away'), 'Save what I am told', { browser: 'yes' });
      assert.equal(await scripts(), [true, true]);
      await ada.say(lobby, 'hello all');
      await ada.say(lobby, 'tea, @grace?');
      await world.tick();
      const told = await ask();
      assert.is(told.status, 200);
      assert.equal(told.json(), {
        title: 'ada mentioned you in lobby',
        body,
        address: `/rooms/${lobby}?from=4#m-4`,
      });
      assert.is((await ask()).status, 204);
      assert.is((await world.visitor().postJson('/notifications', {})).status, 401);
    }, changes),
  );

test(
  'a page that nobody sees keeps nobody in a room by asking what to tell',
  withApp(async (world) => {
    const grace = await world.cast('grace');
    const lobby = await grace.createRoom('lobby');
    await grace.enter(lobby);
    const isIn = async () => (await grace.get(`/poll?room=${lobby}&after=0`)).status === 200;
    for (let times = 0; times < 4; times += 1) {
      world.clock.pass(10 * MINUTE_MS);
      await grace.postJson('/notifications', {});
      await world.tick();
    }
    assert.not.ok(await isIn());
  }),
);

test.run();
