import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withApp, type World } from '../support/app.ts';
import type { Answer, Delta, Visitor } from '../support/visitor.ts';

const test = suite('posts by script');

/** What only the usual way sets. */
const isUsual = (answer: Answer) => answer.headers.has('Content-Security-Policy');

async function scene({ cast }: World): Promise<{ ada: Visitor; grace: Visitor; lobby: number }> {
  const [ada, grace] = [await cast('ada'), await cast('grace')];
  const lobby = await ada.createRoom('lobby');
  await grace.enter(lobby);
  return { ada, grace, lobby };
}

test(
  'are answered past the middleware, with what is new, as a poll has it',
  withApp(async (world) => {
    const { ada, grace, lobby } = await scene(world);
    await grace.sayJson(lobby, 'from grace', { after: 2 });
    const answer = await ada.sayJson(lobby, 'from ada', { after: 2 });
    assert.is(answer.status, 201);
    assert.not.ok(isUsual(answer));
    const { seq, ...delta }: Delta = answer.json();
    assert.is(seq, 4);
    assert.equal(delta, (await ada.poll(lobby, 2)).json());
    assert.equal(
      delta.entries.map(({ body }) => body),
      ['from grace', 'from ada'],
    );
  }),
);

const headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
const usual: [why: string, status: number, send: (ada: Visitor, lobby: number) => Promise<Answer>][] = [
  ['the text is empty', 422, (ada, lobby) => ada.sayJson(lobby, ' ', { after: 2 })],
  ['the key is none', 422, (ada, lobby) => ada.sayJson(lobby, 'hello', { after: 2, key: 'short' })],
  ['the seq is none', 422, (ada, lobby) => ada.sayJson(lobby, 'hello', { after: -1 })],
  [
    'the text is none',
    422,
    (ada, lobby) => ada.postJson(`/rooms/${lobby}/messages`, { body: 7, key: 'a-key-of-ada', after: 2 }),
  ],
  ['it is no object', 400, (ada, lobby) => ada.postJson(`/rooms/${lobby}/messages`, null)],
  [
    'it is no JSON',
    400,
    async (ada, lobby) =>
      ada.send(`/rooms/${lobby}/messages`, {
        method: 'POST',
        body: '{',
        headers: { ...headers, 'X-CSRF-Token': await ada.token() },
      }),
  ],
  ['nothing was seen yet', 201, (ada, lobby) => ada.sayJson(lobby, 'hello', { after: undefined })],
  [
    'the token is missing',
    403,
    (ada, lobby) =>
      ada.send(`/rooms/${lobby}/messages`, {
        method: 'POST',
        body: JSON.stringify({ body: 'hello', key: 'a-key-of-ada', after: 2 }),
        headers,
      }),
  ],
  [
    'the token is another',
    403,
    async (ada, lobby) =>
      ada.send(`/rooms/${lobby}/messages`, {
        method: 'POST',
        body: JSON.stringify({ body: 'hello', key: 'a-key-of-ada', after: 2 }),
        headers: { ...headers, 'X-CSRF-Token': (await ada.token()).replaceAll(/./g, 'x') },
      }),
  ],
  [
    "the page is somebody else's",
    403,
    async (ada, lobby) =>
      ada.send(`/rooms/${lobby}/messages`, {
        method: 'POST',
        body: JSON.stringify({ body: 'hello', key: 'a-key-of-ada', after: 2 }),
        headers: { ...headers, Origin: 'https://evil.example', 'X-CSRF-Token': await ada.token() },
      }),
  ],
  ['the room is another', 404, (ada) => ada.sayJson(99, 'hello', { after: 2 })],
];
for (const [why, status, send] of usual) {
  test(
    `go the usual way where ${why}, as if they had never been elsewhere`,
    withApp(async (world) => {
      const { ada, lobby } = await scene(world);
      const answer = await send(ada, lobby);
      assert.is(answer.status, status);
      assert.ok(isUsual(answer));
      assert.is((await ada.log(lobby)).length, status === 201 ? 3 : 2);
    }),
  );
}

test(
  'come from a page of ours, where its origin is told',
  withApp(async (world) => {
    const { ada, lobby } = await scene(world);
    const answer = await ada.send(`/rooms/${lobby}/messages`, {
      method: 'POST',
      body: JSON.stringify({ body: 'hello', key: 'a-key-of-ada', after: 2 }),
      headers: { ...headers, Origin: world.base, 'X-CSRF-Token': await ada.token() },
    });
    assert.is(answer.status, 201);
    assert.not.ok(isUsual(answer));
  }),
);

test(
  'are stored once, however often they are sent',
  withApp(async (world) => {
    const { ada, lobby } = await scene(world);
    const key = crypto.randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => ada.sayJson(lobby, 'once', { after: 2, key })),
    );
    assert.equal(answers.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 200, 200, 201]);
    for (const answer of answers) assert.is(answer.json().seq, 3);
    assert.is((await ada.log(lobby)).length, 3);
  }),
);

test(
  'of whoever has left or logged out are refused at the very next one',
  withApp(async (world) => {
    const { ada, grace, lobby } = await scene(world);
    assert.is((await grace.sayJson(lobby, 'hello', { after: 2 })).status, 201);
    await ada.post(`/rooms/${lobby}/members/grace/remove`);
    assert.is((await grace.sayJson(lobby, 'I am', { after: 3 })).json().ended, 'removed');
    const [cookies, token] = [ada.cookieHeader, await ada.token()];
    await ada.post('/logout');
    const body = JSON.stringify({ body: 'still here', key: 'a-key-of-ada', after: 4 });
    const answer = await world
      .visitor()
      .send(`/rooms/${lobby}/messages`, {
        method: 'POST',
        body,
        headers: { ...headers, Cookie: cookies, 'X-CSRF-Token': token },
      });
    assert.ok([401, 403].includes(answer.status));
  }),
);

test(
  'of many at once are one log for all, and each is told its own place in it',
  withApp(async (world) => {
    const { ada, grace, lobby } = await scene(world);
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => {
        const person = index % 2 ? ada : grace;
        if (index === 10) return person.sayJson(lobby, ' ', { after: 2 });
        return index % 3
          ? person.sayJson(lobby, `message ${index}`, { after: 2 })
          : person.say(lobby, `message ${index}`, { after: '2' });
      }),
    );
    assert.is(answers[10]!.status, 422);
    const { entries }: Delta = (await ada.getJson(`/rooms/${lobby}/entries?after=2`)).json();
    assert.equal(
      entries.map(({ seq }) => seq),
      Array.from({ length: 29 }, (_, index) => index + 3),
    );
    assert.is(new Set(entries.map(({ body }) => body)).size, 29);
    for (const [index, answer] of answers.entries()) {
      if (answer.status === 201)
        assert.is(entries.find(({ seq }) => seq === answer.json().seq)?.body, `message ${index}`);
    }
  }),
);

test(
  'are signs of life, and tell how far the log was shown',
  withApp(async (world) => {
    const { ada, lobby } = await scene(world);
    await ada.poll(lobby, 2);
    for (let minute = 0; minute < 5; minute += 1) {
      world.clock.pass(100_000);
      assert.is((await ada.sayJson(lobby, 'still here', { after: minute + 2 })).status, 201);
      await world.leases.tick();
    }
    const [row] = await world
      .em()
      .execute<{ read: number }[]>('select max(read_seq) as read from membership');
    assert.is(row?.read, 7);
  }),
);

test.run();
