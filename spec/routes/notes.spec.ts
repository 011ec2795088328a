import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp, type World } from '../support/app.ts';
import { type Answer, type Delta, labelled, words } from '../support/visitor.ts';

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
    assert.match(
      main(await grace.get(`${path}?after=1`)),
      /1 new message .*Sent\. .*grace \(you\), \d\d:\d\d: yes/,
    );
    assert.equal(await ada.log(lobby + 1), ['ada: are you there?', 'grace: yes']);
    assert.is((await ada.poll(lobby, 1)).status, 204, 'ada is in the lobby all the time');
  }),
);

test(
  'the script of that page posts, reads on and marks what it has shown, from the lobby and without a sign of life there',
  withApp(async (world) => {
    const { ada, grace, lobby, leave } = await scene(world);
    await leave('are you there?');
    const path = `/rooms/${lobby + 1}`;
    await grace.enter(lobby);
    await grace.get(path);
    const note = { body: 'yes', key: 'a-key-of-grace', after: 1 };
    const sent = await grace.postJson('/people/ada/note', note);
    assert.equal([sent.status, sent.json().seq], [201, 2]);
    assert.equal(
      (sent.json() as Delta).entries.map(({ body }) => body),
      ['yes'],
    );
    assert.is((await grace.postJson('/people/ada/note', note)).status, 200, 'it is stored once');
    assert.is(
      (await grace.postJson('/people/ada/note', { ...note, body: ' ', key: 'another-key' })).status,
      422,
    );
    await leave('good');
    const news: Delta = (await grace.getJson(`${path}/entries?after=2`)).json();
    assert.equal([news.after, news.entries.map(({ body }) => body)], [3, ['good']]);
    assert.match(main(await grace.get('/rooms')), /ada 1 unread message\./);
    assert.equal((await grace.getJson(`${path}/entries?seen=1&after=3`)).json().entries, []);
    assert.not.match(main(await grace.get('/rooms')), /unread/);
    assert.equal(
      await ada.log(lobby),
      ['ada entered', 'grace entered'],
      'grace is in the lobby all the time',
    );

    for (let minute = 0; minute < 16; minute += 1) {
      world.clock.pass(60_000);
      await grace.getJson(`${path}/entries?seen=1&after=3`);
      await ada.get(`/rooms/${lobby}`);
      await world.tick();
    }
    assert.is(
      (await ada.log(lobby)).at(-1),
      'grace left',
      'the page of a conversation keeps nobody in a room',
    );
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
