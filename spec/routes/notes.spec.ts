import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp, type World } from '../support/app.ts';
import { type Answer, labelled, words } from '../support/visitor.ts';

const test = suite('messages that are left on the page of a person');

/** Ada in the lobby, and grace, who is nowhere. */
async function scene({ cast }: World) {
  const [ada, grace] = [await cast('ada'), await cast('grace')];
  const lobby = await ada.createRoom('lobby');
  const leave = async (body: string, fields = {}) =>
    ada.post('/people/grace/note', { body, key: crypto.randomUUID(), ...fields });
  return { ada, grace, lobby, leave };
}

const main = ({ page }: Answer) => words(page.querySelector('main'));

test(
  'a message is left without entering the conversation or leaving the room one is in',
  withApp(async (world) => {
    const { ada, grace, lobby } = await scene(world);
    const page = await ada.get('/people/grace');
    const { status, location } = await ada.press(page, 'Send to grace', { body: 'See you *at four*.' });
    assert.equal([status, location], [303, '/people/grace']);
    assert.match(main(await ada.get('/people/grace')), /^Your message to grace is sent\./);
    assert.is((await ada.poll(lobby, 1)).status, 204, 'still in the lobby');
    assert.match(main(await grace.get('/rooms')), /1 unread message\./);
    assert.equal(await grace.log(lobby + 1), ['ada: See you *at four*.']);
    assert.not.match(main(await ada.get('/rooms')), /unread/, 'it is not unread for its author');
  }),
);

test(
  'the same message is left once under its key, and the next one stands after it',
  withApp(async (world) => {
    const { grace, lobby, leave } = await scene(world);
    for (let time = 0; time < 2; time += 1) await leave('once', { key: 'a-key-of-ada' });
    await leave('twice');
    assert.equal(await grace.log(lobby + 1), ['ada: once', 'ada: twice']);
  }),
);

test(
  'a message without text is refused, and nothing is made',
  withApp(async (world) => {
    const { ada, leave } = await scene(world);
    const answer = await leave(' \n');
    assert.is(answer.status, 422);
    assert.match(main(answer), /Write a message of 1 to 4,000 characters/);
    const long = await leave('x'.repeat(4001));
    assert.equal([long.status, labelled(long, 'Message').text.trim().length], [422, 4001]);
    assert.is((await leave('hello', { key: 'short' })).status, 422);
    assert.not.match(main(await ada.get('/rooms')), /Conversations/);
    assert.is((await ada.post('/people/ada/note', { body: 'hello', key: 'a-key-of-ada' })).status, 422);
    assert.is((await ada.post('/people/nobody/note', { body: 'hello', key: 'a-key-of-ada' })).status, 404);
  }),
);

test(
  'the page of a conversation takes a message from outside, and shows it',
  withApp(async (world) => {
    const { ada, grace, lobby, leave } = await scene(world);
    await leave('are you there?');
    const path = `/rooms/${lobby + 1}`;
    const typed = { body: 'yes' };
    const { status, location } = await grace.press(await grace.get(path), 'Send to ada', typed);
    assert.equal([status, location], [303, `${path}?after=1#new`]);
    assert.match(main(await grace.get(`${path}?after=1`)), /1 new message .*grace \(you\), \d\d:\d\d: yes/);
    assert.equal(await ada.log(lobby + 1), ['ada: are you there?', 'grace: yes']);
    assert.is((await ada.poll(lobby, 1)).status, 204, 'ada is in the lobby all the time');
  }),
);

for (const [what, username, other] of [
  ['who is blocked', 'grace', 'ada'],
  ['who has blocked', 'ada', 'grace'],
] as const) {
  test(
    `${what} may leave no message`,
    withApp(async (world) => {
      const { grace, lobby, leave, ...people } = await scene(world);
      await leave('hello');
      await { grace, ...people }[username].post(`/people/${other}/block`);
      assert.is((await leave('are you there?')).status, 403);
      assert.equal(await grace.log(lobby + 1), ['ada: hello']);
    }),
  );
}

test.run();
