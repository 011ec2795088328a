import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp, type World } from '../support/app.ts';
import { type Answer, labelled, problem, valueOf, words } from '../support/visitor.ts';

const test = suite('topics and pins over HTTP');

/** Ada and grace in ada's lobby, where ada has said something: entry 3. */
async function scene({ cast }: World) {
  const [ada, grace] = [await cast('ada'), await cast('grace')];
  const lobby = await ada.createRoom('lobby');
  await grace.enter(lobby);
  await ada.say(lobby, 'Tea is at *four*.');
  return { ada, grace, lobby, room: `/rooms/${lobby}`, message: `/rooms/${lobby}/messages/3` };
}

const topicOf = ({ page }: Answer) => words(page.querySelector('main .topic'));
const pinsOf = ({ page }: Answer) =>
  page.querySelectorAll('main .pins a').map((link) => [words(link), link.getAttribute('href')]);

test(
  'a topic stands on the page of the room and in the list, for strangers too, until it is taken away',
  withApp(async (world) => {
    const { ada, grace, room } = await scene(world);
    const linus = await world.cast('linus');
    const manage = await ada.get(`${room}/manage`);
    const { status, location } = await ada.press(manage, 'Set topic', { topic: '  Tea & <b>cake</b> ' });
    assert.equal([status, location?.split('?')[0]], [303, `${room}/manage`]);
    for (const person of [ada, grace, linus])
      for (const path of [room, '/rooms'])
        assert.is(topicOf(await person.get(path)), 'Tea & <b>cake</b>', `${person.username} ${path}`);
    assert.is(valueOf(labelled(await ada.get(`${room}/manage`), 'Topic')), 'Tea & <b>cake</b>');
    await ada.post(`${room}/topic`, { topic: ' ' });
    assert.is(topicOf(await grace.get(room)), '');
    const sentences = (await grace.get(room)).page.querySelectorAll('li.event .body').map(words).slice(-2);
    assert.equal(sentences, ['ada set the topic to “Tea & <b>cake</b>”.', 'ada took the topic away.']);
  }),
);

test(
  'a topic that is too long or not one visible line is refused, and kept in its field',
  withApp(async (world) => {
    const { ada, room } = await scene(world);
    for (const topic of ['x'.repeat(201), 'two\nlines', 'two\u2028lines', '\u200b', 'a\u0000b']) {
      const answer = await ada.post(`${room}/topic`, { topic });
      assert.is(answer.status, 422);
      assert.match(problem(answer, 'Topic').beside, /topic/);
    }
    assert.is((await ada.post(`${room}/topic`, { topic: '🐘'.repeat(200) })).status, 303);
  }),
);

test(
  'a pinned message is linked above the log, until it is unpinned',
  withApp(async (world) => {
    const { ada, grace, room, message } = await scene(world);
    const { status, location } = await ada.press(await ada.get(message), 'Pin message');
    assert.equal([status, location?.split('?')[0]], [303, message]);
    assert.equal(pinsOf(await grace.get(room)), [['ada: Tea is at *four*.', message]]);
    assert.not.match((await grace.get(message)).text, /Unpin message/);
    assert.is((await ada.press(await ada.get(message), 'Unpin message')).status, 303);
    assert.equal(pinsOf(await grace.get(room)), []);
    const sentences = (await grace.get(room)).page.querySelectorAll('li.event .body').map(words).slice(-2);
    assert.equal(sentences, ['ada pinned message 3 of ada.', 'ada unpinned message 3 of ada.']);
  }),
);

test(
  'the sixth pin is refused with a sentence on the page of the message',
  withApp(async (world) => {
    const { ada, lobby, room } = await scene(world);
    await ada.talk(lobby, 5);
    for (const seq of [3, 4, 5, 6, 7]) assert.is((await ada.post(`${room}/messages/${seq}/pin`)).status, 303);
    const answer = await ada.post(`${room}/messages/8/pin`);
    assert.is(answer.status, 422);
    assert.match(words(answer.page.querySelector('main .problems')), /at most 5 pinned messages/);
  }),
);

test(
  'the pinned message of a blocked user is linked without its text',
  withApp(async (world) => {
    const { ada, grace, room, message } = await scene(world);
    await ada.post(`${message}/pin`);
    await grace.post('/people/ada/block');
    assert.equal(pinsOf(await grace.get(room)), [['ada, message 3', message]]);
  }),
);

test.run();
