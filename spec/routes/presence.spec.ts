import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Presence } from '../../server/chat/presence.ts';
import { withApp, type World } from '../support/app.ts';
import { holdTransaction } from '../support/held.ts';
import { buttons, titleOf, type Visitor, words } from '../support/visitor.ts';

const test = suite('presence over HTTP');

const SECOND_MS = 1000;
const LEASE_MS = 120 * SECOND_MS;
const AWAY_MS = 900 * SECOND_MS;

/** Ada in the lobby, and grace as a member who reads its log from outside. */
async function adaInLobby({ cast }: World) {
  const [ada, grace] = [await cast('ada'), await cast('grace')];
  const lobby = await ada.createRoom('lobby');
  await grace.enter(lobby);
  await grace.leave(lobby);
  await ada.token();
  const notices = async () => (await grace.log(lobby)).filter((line) => line.startsWith('ada '));
  return { ada, grace, lobby, notices, isIn: async () => (await notices()).at(-1) === 'ada entered' };
}

const prefetch = (person: Visitor, path: string, purpose = 'prefetch') =>
  person.get(path, { 'Sec-Purpose': purpose });
const head = (person: Visitor, path: string) => person.send(path, { method: 'HEAD' });
const closing = (person: Visitor, room: number) => person.post(`/rooms/${room}/leave`, { closing: '1' });

test(
  'entering begins presence, with one notice however often the user enters',
  withApp(async (world) => {
    const { ada, grace, lobby } = await adaInLobby(world);
    for (let tab = 0; tab < 3; tab += 1) {
      const answer = await grace.enter(lobby);
      assert.is(answer.status, 303);
      assert.is(answer.location, `/rooms/${lobby}`);
    }
    await Promise.all(Array.from({ length: 10 }, () => grace.enter(lobby)));
    assert.equal(await ada.log(lobby), ['ada entered', 'grace entered', 'grace left', 'grace entered']);
  }),
);

test(
  'no GET, HEAD or prefetch begins presence',
  withApp(async (world) => {
    const { grace, lobby, notices } = await adaInLobby(world);
    for (const ask of [
      grace.get(`/rooms/${lobby}`),
      grace.get(`/rooms/${lobby}/enter`),
      head(grace, `/rooms/${lobby}`),
      prefetch(grace, `/rooms/${lobby}`),
      grace.poll(lobby, 0),
    ])
      await ask;
    assert.is((await grace.poll(lobby, 0)).status, 409);
    assert.equal(await notices(), ['ada entered']);
    assert.not.ok((await grace.log(lobby)).slice(3).includes('grace entered'));
  }),
);

test(
  'leaving ends presence, with one notice however often the user leaves',
  withApp(async (world) => {
    const { ada, lobby, notices } = await adaInLobby(world);
    for (let tab = 0; tab < 3; tab += 1) {
      const answer = await ada.leave(lobby);
      assert.is(answer.status, 303);
      assert.is(answer.location, '/rooms');
    }
    assert.equal(await notices(), ['ada entered', 'ada left']);
    assert.is((await ada.poll(lobby, 0)).json().ended, 'left');
  }),
);

test(
  'a user is in one room at a time: entering another asks which one to be in',
  withApp(async (world) => {
    const { ada, grace, lobby, notices } = await adaInLobby(world);
    const study = await grace.createRoom('study');
    const answer = await ada.enter(study);
    assert.is(answer.status, 409);
    const main = words(answer.page.querySelector('main'));
    assert.match(main, /lobby/);
    assert.match(main, /study/);
    assert.ok(answer.page.querySelector(`main a[href="/rooms/${lobby}"]`), 'to stay');
    assert.is(words(answer.page.querySelector('main a')), 'Stay in lobby');
    assert.match(titleOf(answer), /lobby/);
    assert.equal(await notices(), ['ada entered'], 'nothing has changed yet');
    assert.equal(await grace.log(study), ['grace entered']);
    const moved = await ada.press(answer, 'Leave lobby and enter study');
    assert.is(moved.status, 303);
    assert.is(moved.location, `/rooms/${study}`);
    assert.equal(await notices(), ['ada entered', 'ada left']);
    assert.equal(await grace.log(study), ['grace entered', 'ada entered']);
    const old = await ada.poll(lobby, 0);
    assert.is(old.status, 409);
    assert.is(old.json().ended, 'moved');
    assert.match(old.json().message, /study/);
  }),
);

test(
  'entering leaves only the room that the user agreed to leave',
  withApp(async (world) => {
    const { ada, grace, lobby } = await adaInLobby(world);
    const [study, attic] = [await grace.createRoom('study'), await grace.createRoom('attic')];
    for (const leave of ['', `${study}`, `${attic}`, 'x', '0', `${lobby}.0`])
      assert.is((await ada.enter(study, { leave })).status, 409, leave);
    assert.is((await ada.enter(study, { leave: `${lobby}` })).status, 303);
    assert.is(
      (await ada.enter(attic, { leave: `${lobby}` })).status,
      409,
      'the page is outdated: ada is in the study by now',
    );
    assert.is((await ada.enter(lobby, { leave: '999' })).status, 409);
  }),
);

test(
  'a script in another room gets 409 too',
  withApp(async (world) => {
    const { ada, grace } = await adaInLobby(world);
    const study = await grace.createRoom('study');
    const answer = await ada.postJson(`/rooms/${study}/enter`, {});
    assert.is(answer.status, 409);
    assert.match(answer.json().error.message, /lobby/);
  }),
);

test(
  'when tabs enter two rooms at the same time, the user is in one',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const rooms = [await grace.createRoom('lobby'), await grace.createRoom('study')];
    await ada.token();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, tab) => ada.enter(rooms[tab % 2]!)));
    assert.equal(answers.map(({ status }) => status).toSorted(), [
      ...Array<number>(10).fill(303),
      ...Array<number>(10).fill(409),
    ]);
    const own = await Promise.all(
      rooms.map(async (room) => (await grace.log(room)).filter((line) => line === 'ada entered').length),
    );
    assert.equal(own.toSorted(), [0, 1]);
  }),
);

test(
  'presence is shared by all browsers of a user',
  withApp(async (world) => {
    const { ada, lobby, notices } = await adaInLobby(world);
    const phone = world.visitor();
    await phone.logIn('ada');
    assert.ok(buttons(await phone.get(`/rooms/${lobby}`)).includes('Send'));
    await phone.leave(lobby);
    assert.is((await ada.poll(lobby, 0)).json().ended, 'left');
    assert.equal(await notices(), ['ada entered', 'ada left']);
  }),
);

test(
  'leaving a room that the user is not in changes nothing',
  withApp(async (world) => {
    const { ada, grace, isIn } = await adaInLobby(world);
    const study = await grace.createRoom('study');
    await ada.leave(study);
    await closing(ada, study);
    world.clock.pass(10 * SECOND_MS);
    await world.tick();
    assert.ok(await isIn());
    assert.equal(await grace.log(study), ['grace entered']);
  }),
);

test(
  'presence ends 120 to 130 s after the last poll',
  withApp(async (world) => {
    const { ada, lobby, notices, isIn } = await adaInLobby(world);
    for (let polls = 0; polls < 3; polls += 1) {
      await ada.poll(lobby, 0);
      await world.tick();
      world.clock.pass(LEASE_MS - SECOND_MS);
      await world.tick();
      assert.ok(await isIn());
    }
    world.clock.pass(SECOND_MS + 10 * SECOND_MS);
    await world.tick();
    assert.equal(await notices(), ['ada entered', 'ada left']);
    const poll = await ada.poll(lobby, 0);
    assert.is(poll.status, 409);
    assert.is(poll.json().ended, 'away');
  }),
);

test(
  'presence ends 15 minutes after the last page when no page polls',
  withApp(async (world) => {
    const { ada, lobby, notices, isIn } = await adaInLobby(world);
    for (const path of [`/rooms/${lobby}`, '/rooms', '/help', `/rooms/${lobby}?before=1`]) {
      await ada.get(path);
      await world.tick();
      world.clock.pass(AWAY_MS - SECOND_MS);
      await world.tick();
      assert.ok(await isIn(), path);
    }
    world.clock.pass(SECOND_MS + 10 * SECOND_MS);
    await world.tick();
    assert.equal(await notices(), ['ada entered', 'ada left']);
    assert.match((await ada.get('/rooms')).text, /nothing was heard from you/);
  }),
);

const kinds: [what: string, heard: ((ada: Visitor, lobby: number) => Promise<unknown>)[], lasts: number][] = [
  ['a page after a poll', [(ada, lobby) => ada.poll(lobby, 0), (ada) => ada.get('/help')], AWAY_MS],
  ['a poll after a page', [(ada) => ada.get('/help'), (ada, lobby) => ada.poll(lobby, 0)], LEASE_MS],
  [
    'a post after a poll',
    [(ada, lobby) => ada.poll(lobby, 0), (ada, lobby) => ada.sayJson(lobby, 'hello')],
    LEASE_MS,
  ],
  ['a post after a page', [(ada) => ada.get('/help'), (ada, lobby) => ada.sayJson(lobby, 'hello')], AWAY_MS],
  [
    'a refused post after a poll',
    [(ada, lobby) => ada.poll(lobby, 0), (ada, lobby) => ada.sayJson(lobby, '')],
    LEASE_MS,
  ],
  ['a refused post after a page', [(ada) => ada.get('/help'), (ada, lobby) => ada.say(lobby, '')], AWAY_MS],
];
for (const [what, heard, lasts] of kinds) {
  for (const isStored of [true, false]) {
    test(
      `presence lasts ${lasts / SECOND_MS} s after ${what}${isStored ? ', stored between them' : ''}`,
      withApp(async (world) => {
        const { ada, lobby, isIn } = await adaInLobby(world);
        for (const sign of heard) {
          world.clock.pass(60 * SECOND_MS);
          await sign(ada, lobby);
          if (isStored) await world.tick();
        }
        await world.tick();
        world.clock.pass(lasts - SECOND_MS);
        await world.tick();
        assert.ok(await isIn());
        world.clock.pass(2 * SECOND_MS);
        await world.tick();
        assert.not.ok(await isIn());
      }),
    );
  }
}

const noSigns: [what: string, ask: (person: Visitor, path: string) => Promise<unknown>][] = [
  ['a HEAD', head],
  ['a prefetch', prefetch],
  ['a prerender', (person, path) => prefetch(person, path, 'prefetch;prerender')],
  ["another user's visit", async () => {}],
];
for (const [what, ask] of noSigns) {
  test(
    `${what} does not prolong presence`,
    withApp(async (world) => {
      const { ada, grace, lobby, isIn } = await adaInLobby(world);
      await world.tick();
      world.clock.pass(AWAY_MS - SECOND_MS);
      await ask(ada, `/rooms/${lobby}`);
      await ask(ada, '/help');
      await grace.get(`/rooms/${lobby}`);
      await world.tick();
      assert.ok(await isIn());
      world.clock.pass(2 * SECOND_MS);
      await world.tick();
      assert.not.ok(await isIn());
    }),
  );
}

test(
  'a closed page ends presence after 5 s, and its beacon gets 204',
  withApp(async (world) => {
    const { ada, lobby, notices, isIn } = await adaInLobby(world);
    await ada.poll(lobby, 0);
    const answer = await closing(ada, lobby);
    assert.is(answer.status, 204);
    assert.is(answer.text, '');
    world.clock.pass(4 * SECOND_MS);
    await world.tick();
    assert.ok(await isIn(), 'not yet');
    world.clock.pass(SECOND_MS);
    await world.tick();
    assert.equal(await notices(), ['ada entered', 'ada left']);
    assert.is((await ada.poll(lobby, 0)).json().ended, 'left');
  }),
);

const returns: [what: string, ask: (ada: Visitor, lobby: number) => Promise<unknown>, stays: boolean][] = [
  ['the page is loaded again', (ada, lobby) => ada.get(`/rooms/${lobby}`), true],
  ['another tab polls', (ada, lobby) => ada.poll(lobby, 0), true],
  ['the user enters again', (ada, lobby) => ada.enter(lobby), true],
  ['the user posts', (ada, lobby) => ada.sayJson(lobby, 'still here'), true],
  ['another page is opened', (ada) => ada.get('/rooms'), false],
  ['the page is prefetched', (ada, lobby) => prefetch(ada, `/rooms/${lobby}`), false],
  ['the page is requested by HEAD', (ada, lobby) => head(ada, `/rooms/${lobby}`), false],
];
for (const [what, ask, stays] of returns) {
  test(
    `presence ${stays ? 'goes on' : 'ends'} when ${what} within 5 s of closing`,
    withApp(async (world) => {
      const { ada, lobby, isIn } = await adaInLobby(world);
      await closing(ada, lobby);
      world.clock.pass(3 * SECOND_MS);
      await ask(ada, lobby);
      for (let seconds = 0; seconds < 15; seconds += 5) {
        world.clock.pass(5 * SECOND_MS);
        await world.tick();
      }
      assert.is(await isIn(), stays);
    }),
  );
}

test(
  'the 5 s after a page has closed begin when that is stored, however long it had to wait',
  withApp(async (world) => {
    const { ada, lobby, isIn } = await adaInLobby(world);
    const held = holdTransaction(world.orm, 1);
    const answer = closing(ada, lobby);
    await held.reached;
    world.clock.pass(8 * SECOND_MS);
    held.release();
    assert.is((await answer).status, 204);
    await world.tick();
    assert.ok(await isIn());
    await ada.poll(lobby, 0);
    world.clock.pass(5 * SECOND_MS);
    await world.tick();
    assert.ok(await isIn());
  }),
);

test(
  'signs of life from before the page closed do not keep presence',
  withApp(async (world) => {
    const { ada, lobby, isIn } = await adaInLobby(world);
    await ada.get(`/rooms/${lobby}`);
    await ada.poll(lobby, 0);
    await closing(ada, lobby);
    world.clock.pass(5 * SECOND_MS);
    await world.tick();
    assert.not.ok(await isIn());
  }),
);

test(
  'a beacon without a token does not end presence',
  withApp(async (world) => {
    const { ada, lobby, isIn } = await adaInLobby(world);
    assert.is(
      (
        await ada.send(`/rooms/${lobby}/leave`, {
          method: 'POST',
          body: new URLSearchParams({ closing: '1' }),
        })
      ).status,
      403,
    );
    world.clock.pass(10 * SECOND_MS);
    await world.tick();
    assert.ok(await isIn());
  }),
);

test(
  'members see the names of the users in the room',
  withApp(async (world) => {
    const { ada, grace, lobby } = await adaInLobby(world);
    const names = async (person: Visitor) =>
      (await person.get(`/rooms/${lobby}`)).page.querySelectorAll('#present li').map(words);
    assert.equal(await names(grace), ['ada']);
    await grace.enter(lobby);
    assert.equal(await names(ada), ['ada', 'grace']);
    await ada.leave(lobby);
    assert.equal(await names(grace), ['grace']);
  }),
);

test(
  'time without a server does not end presence',
  withApp(async (world) => {
    const { ada, lobby, isIn } = await adaInLobby(world);
    await ada.poll(lobby, 0);
    await world.leases.flush();
    world.clock.pass(AWAY_MS + LEASE_MS);
    await world.leases.renew();
    await world.tick();
    assert.ok(await isIn());
    world.clock.pass(LEASE_MS + 10 * SECOND_MS);
    await world.tick();
    assert.not.ok(await isIn());
  }),
);

test(
  'a user has one row of presence',
  withApp(async (world) => {
    await adaInLobby(world);
    assert.is(await world.em().count(Presence), 1);
  }),
);

test.run();
