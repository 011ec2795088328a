import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { images } from '../support/files.ts';
import { withApp, type World } from '../support/app.ts';
import { type Answer, labelled, type Visitor, words } from '../support/visitor.ts';

const test = suite('the page of a message');

/** Ada and grace in the lobby, where ada has said something: entry 3. */
async function scene({ cast }: World) {
  const [ada, grace] = [await cast('ada'), await cast('grace')];
  const lobby = await ada.createRoom('lobby');
  await grace.enter(lobby);
  await ada.say(lobby, 'shall we *go*?');
  return { ada, grace, lobby, room: `/rooms/${lobby}`, message: `/rooms/${lobby}/messages/3` };
}

const main = ({ page }: Answer) => words(page.querySelector('main'));
const addresses = ({ page }: Answer) =>
  page.querySelectorAll('main a').map((link) => link.getAttribute('href')!);
/** An entry of the log, as its line reads. */
const line = ({ page }: Answer, seq: number) => words(page.querySelector(`#m-${seq}`));

test(
  'a message has a page with its text, its full date, and links to reply, to report, and to its place',
  withApp(async (world) => {
    const { grace, room, message } = await scene(world);
    const answer = await grace.get(message);
    assert.is(answer.status, 200);
    assert.match(
      main(answer),
      /^Message of ada ada, \w+day \d+ \w+ \d{4}, \d\d:\d\d \(UTC\), in lobby: shall we go\?/,
    );
    assert.is(words(answer.page.querySelector('main strong')), 'go');
    for (const href of [`${room}?reply=3#body`, `${message}/report`, `${room}?from=1#m-3`, '/people/ada'])
      assert.ok(addresses(answer).includes(href), href);
    assert.match(main(answer), new RegExp(`Its address, to copy: http://127.0.0.1:\\d+${message}`));
  }),
);

test(
  'the page of an own message has no link to report it',
  withApp(async (world) => {
    const { ada, message } = await scene(world);
    assert.not.ok(addresses(await ada.get(message)).includes(`${message}/report`));
  }),
);

test(
  'the page of a message with an image shows it, with its words',
  withApp(async (world) => {
    const { ada, grace, lobby } = await scene(world);
    await ada.attach(lobby, await images.png());
    const { page } = await grace.get(`/rooms/${lobby}/messages/4`);
    assert.is(page.querySelector('main img')?.getAttribute('alt'), 'the harbour at night');
  }),
);

test(
  'there is no page of a notice, nor of an entry that is not there',
  withApp(async (world) => {
    const { grace, room } = await scene(world);
    for (const seq of ['1', '4', '0', 'x', '99999999999'])
      assert.is((await grace.get(`${room}/messages/${seq}`)).status, 404, seq);
  }),
);

test(
  'the message of a blocked author is folded, until it is asked for',
  withApp(async (world) => {
    const { grace, message } = await scene(world);
    await grace.post('/people/ada/block');
    const folded = await grace.get(message);
    assert.not.match(main(folded), /shall we/);
    assert.match(main(await grace.get(`${message}?show=3`)), /shall we go\?/);
  }),
);

test(
  'opening the page of a message is no leaving',
  withApp(async (world) => {
    const { grace, lobby, message } = await scene(world);
    await grace.poll(lobby, 3);
    await grace.post(`/rooms/${lobby}/leave`, { closing: '1' });
    await grace.get(message);
    world.clock.pass(60_000);
    await world.tick();
    assert.is((await grace.poll(lobby, 3)).status, 204);
  }),
);

test(
  'a reply says in the log whom it answers, with a link, and to the author of what it answers: to you',
  withApp(async (world) => {
    const { ada, grace, lobby, room, message } = await scene(world);
    const form = await grace.get(`${room}?reply=3`);
    assert.is(labelled(form, 'Message').getAttribute('name'), 'body');
    assert.match(words(form.page.querySelector('#message')), /You answer ada: shall we \*go\*\?/);
    const { status, location } = await grace.press(form, 'Send', { body: 'yes' });
    assert.is(status, 303);
    const shown = await grace.get(location!.split('#')[0]!);
    assert.match(line(shown, 4), /^grace \(you\) to ada shall we \*go\*\?, \d\d:\d\d: yes/);
    assert.is(shown.page.querySelector('#m-4 .reply')?.getAttribute('href'), message);
    assert.not.match(words(shown.page.querySelector('#message')), /You answer/);
    assert.match(line(await ada.get(room), 4), /^grace to you shall we \*go\*\?, \d\d:\d\d: yes/);
    const replies = await ada.get(message);
    assert.match(main(replies), /Replies grace to you shall we \*go\*\?, \d\d:\d\d: yes/);
    assert.match(
      main(await ada.get(`${room}/messages/4`)),
      /^Message of grace grace to you shall we \*go\*\?, /,
    );
    const { entries } = (await ada.poll(lobby, 3)).json();
    assert.equal(entries[0].reply, { seq: 3, author: 'ada' });
    assert.match(entries[0].html, /to <bdi>ada<\/bdi>/);
  }),
);

for (const [what, reply] of [
  ['a number', 3],
  ['text', '3'],
] as const) {
  test(
    `a script replies with ${what}`,
    withApp(async (world) => {
      const { grace, lobby } = await scene(world);
      const answer = await grace.sayJson(lobby, 'yes', { reply, after: 3 });
      assert.is(answer.status, 201);
      assert.equal(answer.json().entries[0].reply, { seq: 3, author: 'ada' });
    }),
  );
}

test(
  'a reply to what is no message of the room is refused, and its text is kept',
  withApp(async (world) => {
    const { grace, lobby, room } = await scene(world);
    for (const reply of ['1', '9', 'x', '-1', '1e3', '99999999999']) {
      const answer = await grace.say(lobby, 'kept text', { reply });
      assert.is(answer.status, 422, reply);
      assert.match(answer.text, /There is no such message in this room/);
      assert.match(labelled(answer, 'Message').text, /kept text/);
      assert.is((await grace.press(answer, 'Send')).status, 303, 'without the reply');
      assert.is((await grace.get(`${room}?reply=${reply}`)).status, 422);
    }
    for (const reply of [1, 99, 'x', 1.5, true, 1e12]) {
      const answer = await grace.sayJson(lobby, 'yes', { reply, after: 3 });
      assert.equal([answer.status, answer.json().error.field], [422, 'reply'], String(reply));
    }
  }),
);

test(
  'a reply from outside the room is sent on entering, as a reply',
  withApp(async (world) => {
    const { grace, lobby, room } = await scene(world);
    await grace.leave(lobby);
    const outside = await grace.say(lobby, 'yes', { reply: '3' });
    assert.is(outside.status, 409);
    await grace.press(outside, 'Enter lobby and send');
    assert.match(line(await grace.get(room), 6), /to ada shall we \*go\*\?, \d\d:\d\d: yes/);
  }),
);

test(
  'a reply quotes the beginning of what it answers, in one line, and nothing of a user whom the reader has blocked',
  withApp(async ({ cast }) => {
    const [ada, grace, linus] = [await cast('ada'), await cast('grace'), await cast('linus')];
    const lobby = await ada.createRoom('lobby');
    for (const person of [grace, linus]) await person.enter(lobby);
    const long = `Bring <b>bread</b>,\n\nand ${'tea '.repeat(50)}`;
    const said = (await ada.sayJson(lobby, long)).json().seq;
    await grace.sayJson(lobby, 'gladly', { reply: said, after: said });
    const quote = ({ page }: Answer) => page.querySelector(`#m-${said + 1} .reply q`)?.text;
    assert.is(quote(await linus.get(`/rooms/${lobby}`)), 'Bring <b>bread</b>, and tea tea tea tea…');
    const polled = async (person: Visitor) => (await person.poll(lobby, said)).json().entries[0].html;
    assert.match(await polled(linus), /<q dir="auto">Bring /);
    await linus.post('/people/ada/block');
    const after = await linus.get(`/rooms/${lobby}`);
    assert.equal([quote(after), /to ada, \d/.test(line(after, said + 1))], [undefined, true]);
    assert.not.match(await polled(linus), /Bring/);
    assert.match(await polled(grace), /Bring/);
    assert.not.match(main(await linus.get(`/rooms/${lobby}/messages/${said + 1}`)), /Bring/);
    const unfolded = await linus.get(`/rooms/${lobby}?show=${said}`);
    assert.is(quote(unfolded), undefined);
  }),
);

test(
  'a reply to an image without a text quotes nothing',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.attach(lobby, await images.png(), { body: '', description: 'The harbour' });
    await ada.sayJson(lobby, 'There', { reply: 2, after: 2 });
    const { page } = await ada.get(`/rooms/${lobby}`);
    assert.is(words(page.querySelector('#m-3 .reply')), 'to you');
  }),
);

test(
  'a reply keeps whom it answers when they change their username',
  withApp(async (world) => {
    const { ada, grace, lobby, room } = await scene(world);
    await grace.sayJson(lobby, 'yes', { reply: 3, after: 3 });
    await ada.post('/settings/username', { username: 'countess' });
    assert.match(line(await grace.get(room), 4), /to countess/);
    assert.equal((await grace.poll(lobby, 3)).json().entries[0].reply, { seq: 3, author: 'countess' });
  }),
);

test(
  '/me begins an action, which stays as typed in JSON',
  withApp(async (world) => {
    const { ada, grace, lobby, room } = await scene(world);
    await grace.say(lobby, '/me waves to *all*');
    await grace.say(lobby, '/mess');
    await grace.say(lobby, '/me');
    assert.match(line(await ada.get(room), 4), /^\* grace waves to all \d\d:\d\d/);
    assert.match(line(await grace.get(room), 4), /^\* grace \(you\) waves to all \d\d:\d\d$/);
    for (const seq of [5, 6]) assert.match(line(await ada.get(room), seq), /^grace, \d\d:\d\d: \/me/);
    const { entries } = (await ada.poll(lobby, 3)).json();
    assert.equal([entries[0].kind, entries[0].body], ['message', '/me waves to *all*']);
    assert.match(entries[0].html, /\* <bdi class="author[^"]*">grace<\/bdi>/);
    assert.match(main(await ada.get(`${room}/messages/4`)), /lobby: \* grace waves to all/);
  }),
);

test.run();
