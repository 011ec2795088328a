import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp, type World } from '../support/app.ts';
import { buttons, titleOf, valueOf, type Visitor, words } from '../support/visitor.ts';

const test = suite('deleting a room');

/** Ada's lobby, with grace in it and linus a member outside. */
async function lobbyOfThree({ cast }: World) {
  const [ada, grace, linus] = [await cast('ada'), await cast('grace'), await cast('linus')];
  const lobby = await ada.createRoom('lobby');
  for (const person of [grace, linus]) await person.enter(lobby);
  await linus.leave(lobby);
  await linus.get('/rooms'); // shows linus that he left
  return { ada, grace, linus, lobby };
}

const told = async (person: Visitor) =>
  words((await person.get('/rooms')).page.querySelector('main')).match(
    /The room lobby was deleted[^.]*\./g,
  ) ?? [];

test(
  'deleting a room asks first, and then deletes the room and its log',
  withApp(async (world) => {
    const { ada, grace, linus, lobby } = await lobbyOfThree(world);
    const page = await ada.get(`/rooms/${lobby}/delete`);
    assert.is(page.status, 200);
    assert.is(titleOf(page), 'Delete lobby – Rooms – Plainchat');
    assert.match(words(page.page.querySelector('main')), /grace/);
    assert.ok(page.page.querySelector(`main a[href="/rooms/${lobby}"]`), 'a way back');
    assert.is((await ada.get(`/rooms/${lobby}`)).status, 200, 'asking deletes nothing');
    const answer = await ada.press(page, 'Delete room');
    assert.is(answer.status, 303);
    assert.is(answer.location, '/rooms');
    assert.is((await linus.get(`/rooms/${lobby}`)).status, 404);
    assert.is((await linus.getJson(`/rooms/${lobby}/entries`)).status, 404);
    for (const person of [ada, grace, linus])
      assert.is((await person.get('/rooms')).page.querySelector(`a[href="/rooms/${lobby}"]`), null);
  }),
);

test(
  'only administrators can delete a room',
  withApp(async (world) => {
    const { ada, grace, lobby } = await lobbyOfThree(world);
    const eve = await world.cast('eve');
    for (const person of [grace, eve]) {
      assert.is((await person.get(`/rooms/${lobby}/delete`)).status, 403);
      assert.is((await person.post(`/rooms/${lobby}/delete`)).status, 403);
    }
    assert.is((await world.visitor().post(`/rooms/${lobby}/delete`)).status, 303);
    assert.is((await eve.post('/rooms/999/delete')).status, 404);
    assert.is((await ada.get(`/rooms/${lobby}`)).status, 200);
  }),
);

test(
  'users who were in a deleted room learn it once, on the list of rooms',
  withApp(async (world) => {
    const { ada, grace, linus, lobby } = await lobbyOfThree(world);
    await ada.post(`/rooms/${lobby}/delete`);
    for (const person of [ada, grace]) {
      const page = await person.get(`/rooms/${lobby}`);
      assert.is(page.status, 303);
      assert.is(page.location, '/rooms');
      assert.is((await told(person)).length, 1);
      assert.is((await told(person)).length, 0);
    }
    assert.is((await told(linus)).length, 0, 'linus was not in it');
  }),
);

test(
  'an administrator who deletes a room from outside learns once that it is done',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.leave(lobby);
    await ada.get('/rooms');
    await ada.post(`/rooms/${lobby}/delete`);
    assert.is((await told(ada)).length, 1);
    assert.is((await told(ada)).length, 0);
  }),
);

for (const [what, headers, method] of [
  ['a prefetch', { 'Sec-Purpose': 'prefetch' }, 'GET'],
  ['a HEAD', {}, 'HEAD'],
] as const) {
  for (const place of ['inside', 'outside']) {
    test(
      `${what} does not use up the message to ada, who deleted the room from ${place}`,
      withApp(async ({ cast }) => {
        const ada = await cast('ada');
        const lobby = await ada.createRoom('lobby');
        if (place === 'outside') {
          await ada.leave(lobby);
          await ada.get('/rooms');
        }
        await ada.post(`/rooms/${lobby}/delete`);
        await ada.send('/rooms', { method, headers: { Accept: 'text/html', ...headers } });
        assert.is((await told(ada)).length, 1);
      }),
    );
  }
}

test(
  'users who were in a deleted room get the same answers from its addresses until they enter another room',
  withApp(async (world) => {
    const { ada, grace, lobby } = await lobbyOfThree(world);
    await ada.post(`/rooms/${lobby}/delete`);
    for (let time = 0; time < 2; time += 1) {
      for (const path of ['', '?after=1', '?before=3', '/delete']) {
        const page = await grace.get(`/rooms/${lobby}${path}`);
        assert.is(page.status, 303, path);
        assert.is(page.location, '/rooms');
      }
      const poll = await grace.poll(lobby, 0);
      assert.is(poll.status, 409);
      assert.is(poll.json().ended, 'deleted');
      assert.is(poll.json().location, '/rooms');
      assert.match(poll.json().message, /lobby was deleted/);
      const entries = await grace.getJson(`/rooms/${lobby}/entries`);
      assert.is(entries.status, 409);
      const said = await grace.sayJson(lobby, 'hello');
      assert.is(said.status, 409);
      assert.is(said.json().ended, 'deleted');
      const typed = await grace.say(lobby, 'written for\nlong');
      assert.is(typed.status, 409);
      assert.is(valueOf(typed.page.querySelector('textarea')!), 'written for\nlong');
      assert.match(words(typed.page.querySelector('main')), /lobby was deleted/);
      assert.not.ok(
        buttons(typed).some((button) => button.startsWith('Enter')),
        'there is nothing to enter',
      );
      assert.is((await grace.enter(lobby)).status, 409);
      assert.is((await told(grace)).length, time === 0 ? 1 : 0);
    }
    const study = await grace.createRoom('study');
    assert.is((await grace.get(`/rooms/${lobby}`)).status, 404);
    assert.is((await grace.poll(lobby, 0)).status, 404);
    assert.is((await grace.say(lobby, 'hello')).status, 404);
    await grace.leave(study);
  }),
);

test(
  'the id of a deleted room is not used again',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.post(`/rooms/${lobby}/delete`);
    assert.is.not(await ada.createRoom('study'), lobby);
  }),
);

test(
  'two deletions at once, while others post, delete the room once',
  withApp(async (world) => {
    const { ada, grace, lobby } = await lobbyOfThree(world);
    await Promise.all([ada.token(), grace.token()]);
    const [first, second, ...said] = await Promise.all([
      ada.post(`/rooms/${lobby}/delete`),
      ada.post(`/rooms/${lobby}/delete`),
      ...Array.from({ length: 5 }, () => grace.sayJson(lobby, 'hello')),
    ]);
    assert.ok([first, second].some(({ status }) => status === 303));
    for (const { status } of [first, second]) assert.ok([303, 404, 409].includes(status), String(status));
    for (const { status } of said) assert.ok([201, 409].includes(status), String(status));
    assert.is((await told(grace)).length, 1);
  }),
);

test.run();
