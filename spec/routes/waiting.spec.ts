import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp, type World } from '../support/app.ts';
import { type Answer, type Visitor, words } from '../support/visitor.ts';

const test = suite('what waits, in the header');

/** What the header of a page says that waits. */
const waiting = ({ page }: Answer) =>
  page
    .querySelectorAll('header li')
    .map(words)
    .find((text) => /mention|private/.test(text));

/** Ada in the lobby, with grace as its member, and grace's page of rooms. */
async function scene({ cast }: World) {
  const [ada, grace] = [await cast('ada'), await cast('grace')];
  const lobby = await ada.createRoom('lobby');
  await grace.enter(lobby);
  await grace.leave(lobby);
  const seen = async (path = '/help') => waiting(await grace.get(path));
  const write = async (body: string): Promise<number> => {
    const { location } = await ada.post('/people/grace/message', { leave: String(lobby) });
    const conversation = Number(/\d+/.exec(location!)![0]);
    await ada.say(conversation, body);
    return conversation;
  };
  return { ada, grace, lobby, seen, write };
}

test(
  'each page counts the mentions and the private messages that wait, until they were shown',
  withApp(async (world) => {
    const { ada, grace, lobby, seen, write } = await scene(world);
    assert.is(await seen(), undefined);
    await ada.say(lobby, 'hello');
    assert.is(await seen(), undefined, 'a message to all waits for nobody');
    await ada.say(lobby, '@grace, come in');
    assert.is(await seen(), '1 mention');
    await ada.say(lobby, '@grace?');
    const conversation = await write('are you there?');
    for (const path of ['/help', '/rooms', '/people', '/settings', '/nowhere'])
      assert.is(await seen(path), '2 mentions, 1 private message', path);
    assert.is(await seen(`/rooms/${lobby}`), '1 private message', 'this page shows the mentions');
    await world.tick();
    assert.is(await seen(`/rooms/${conversation}`), undefined);
    await world.tick();
    assert.is(await seen(), undefined);
    assert.is(waiting(await world.visitor().get('/help')), undefined);
    assert.is(waiting(await grace.post('/people', { q: 'nobody' })), undefined);
  }),
);

test(
  'the page that refuses a form counts what waits',
  withApp(async (world) => {
    const { grace, write } = await scene(world);
    await write('hello');
    const answer = await grace.post('/people', { q: 'nobody' });
    assert.equal([answer.status, waiting(answer)], [422, '1 private message']);
  }),
);

test(
  'a mention by oneself or by a blocked user waits for nobody',
  withApp(async (world) => {
    const { ada, grace, lobby, seen } = await scene(world);
    await grace.post('/people/ada/block');
    await ada.say(lobby, '@grace @ada');
    assert.equal([await seen(), waiting(await ada.get('/help'))], [undefined, undefined]);
  }),
);

test(
  'a page that a browser has already is sent again when something waits elsewhere',
  withApp(async (world) => {
    const { ada, grace, lobby } = await scene(world);
    const study = await grace.createRoom('study');
    await grace.get(`/rooms/${study}`);
    const tag = (await grace.get(`/rooms/${study}`)).headers.get('ETag')!;
    const again = () => grace.get(`/rooms/${study}`, { 'If-None-Match': tag });
    assert.is((await again()).status, 304);
    await ada.say(lobby, '@grace');
    const answer = await again();
    assert.equal([answer.status, waiting(answer)], [200, '1 mention']);
    await grace.get(`/rooms/${lobby}`);
    assert.is(
      waiting(await grace.get(`/rooms/${study}`, { 'If-None-Match': answer.headers.get('ETag')! })),
      undefined,
    );
  }),
);

/** What the list says of each room. */
const unreadOf = async (person: Visitor) =>
  [...(await person.get('/rooms')).text.matchAll(/\d+ unread messages?/g)].map(([text]) => text);

test(
  'the list of rooms begins with what happened since: who wrote, who mentioned one, and where something was said',
  withApp(async (world) => {
    const { ada, grace, lobby, write } = await scene(world);
    const linus = await world.cast('linus');
    await linus.enter(lobby);
    const study = await linus.createRoom('study');
    await grace.enter(study);
    await grace.leave(study);
    const since = async (path = '/rooms') =>
      (await grace.get(path)).page
        .querySelectorAll('.since a')
        .map((link) => [words(link), link.getAttribute('href')]);
    assert.equal(await since(), []);
    await ada.say(lobby, '@grace, come in');
    await linus.say(lobby, '@grace, do');
    await linus.enter(study, { leave: String(lobby) });
    await linus.say(study, 'hello');
    const conversation = await write('are you there?');
    assert.equal(await since(), [
      ['ada wrote to you: 1 message', `/rooms/${conversation}#unread`],
      ['linus and ada mentioned you in lobby', `/rooms/${lobby}#unread`],
      ['New in study: 1 message', `/rooms/${study}#unread`],
    ]);
    assert.equal(await since('/rooms?q=lobby'), []);
    await grace.post('/people/linus/block');
    await grace.get(`/rooms/${study}`);
    assert.equal((await since()).slice(1), [['ada mentioned you in lobby', `/rooms/${lobby}#unread`]]);
  }),
);

test(
  'Mark all as read leaves nothing unread, in any room',
  withApp(async (world) => {
    const { ada, grace, lobby, seen, write } = await scene(world);
    await ada.talk(lobby, 3);
    await ada.say(lobby, '@grace');
    await write('hello');
    const list = await grace.get('/rooms');
    const { status, location } = await grace.press(list, 'Mark all as read');
    assert.equal([status, location], [303, '/rooms']);
    assert.equal([await unreadOf(grace), await seen()], [[], undefined]);
    assert.not.match((await grace.get('/rooms')).text, /Mark all as read/);
    await world.tick();
    assert.equal(await unreadOf(grace), []);
    await ada.enter(lobby, { leave: '2' });
    await ada.say(lobby, 'more');
    assert.equal(await unreadOf(grace), ['1 unread message'], 'what comes later is unread');
  }),
);

test(
  'a user who enters lands on the first unread message',
  withApp(async (world) => {
    const { ada, grace, lobby, write } = await scene(world);
    assert.is((await grace.enter(lobby)).location, `/rooms/${lobby}`);
    await grace.leave(lobby);
    await ada.talk(lobby, 2);
    const { location } = await grace.enter(lobby);
    assert.is(location, `/rooms/${lobby}#unread`);
    assert.ok((await grace.get(location!.split('#')[0]!)).page.querySelector('#unread'));
    const conversation = await write('hello');
    const { location: direct } = await grace.post('/people/ada/message', { leave: String(lobby) });
    assert.is(direct, `/rooms/${conversation}#unread`);
  }),
);

test(
  'a message from a page that leaves out unread ones does not mark them as read',
  withApp(async (world) => {
    const { ada, grace, lobby } = await scene(world);
    await ada.talk(lobby, 70);
    await grace.enter(lobby);
    const { page } = await grace.get(`/rooms/${lobby}`);
    const last = Number(page.querySelector('.log')!.getAttribute('data-last'));
    assert.is(page.querySelector('.log')!.getAttribute('data-gap'), '2');
    await grace.sayJson(lobby, 'by script', { after: last });
    assert.equal(await unreadOf(grace), ['71 unread messages']);
    await grace.get(`/rooms/${lobby}?after=${last}`);
    await grace.get(`/rooms/${lobby}/live?after=${last}`);
    assert.equal(await unreadOf(grace), ['71 unread messages']);
    const first = await grace.get(`/rooms/${lobby}?from=2`);
    assert.ok(first.page.querySelector('#unread'));
    await grace.get(`/rooms/${lobby}`);
    assert.equal(await unreadOf(grace), []);
  }),
);

test.run();
