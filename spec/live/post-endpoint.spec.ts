import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp, type World } from '../support/app.ts';
import type { Answer, Delta, Visitor } from '../support/visitor.ts';

const test = suite('post endpoint');

/** Only the middleware sets this header: an answer without it took the fast path. */
const isFromMiddleware = (answer: Answer) => answer.headers.has('Content-Security-Policy');

async function scene({ cast }: World): Promise<{ ada: Visitor; grace: Visitor; lobby: number }> {
  const [ada, grace] = [await cast('ada'), await cast('grace')];
  const lobby = await ada.createRoom('lobby');
  await grace.enter(lobby);
  return { ada, grace, lobby };
}

test(
  'the fast path answers a post with the same news as a poll',
  withApp(async (world) => {
    const { ada, grace, lobby } = await scene(world);
    await grace.sayJson(lobby, 'from grace', { after: 2 });
    const answer = await ada.sayJson(lobby, 'from ada', { after: 2 });
    assert.is(answer.status, 201);
    assert.not.ok(isFromMiddleware(answer));
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
const viaMiddleware: [why: string, status: number, send: (ada: Visitor, lobby: number) => Promise<Answer>][] =
  [
    ['the text is empty', 422, (ada, lobby) => ada.sayJson(lobby, ' ', { after: 2 })],
    ['the key is invalid', 422, (ada, lobby) => ada.sayJson(lobby, 'hello', { after: 2, key: 'short' })],
    ['`after` is no seq', 422, (ada, lobby) => ada.sayJson(lobby, 'hello', { after: -1 })],
    [
      'the text is no string',
      422,
      (ada, lobby) => ada.postJson(`/rooms/${lobby}/messages`, { body: 7, key: 'a-key-of-ada', after: 2 }),
    ],
    ['the body is no object', 400, (ada, lobby) => ada.postJson(`/rooms/${lobby}/messages`, null)],
    [
      'the body is no JSON',
      400,
      async (ada, lobby) =>
        ada.send(`/rooms/${lobby}/messages`, {
          method: 'POST',
          body: '{',
          headers: { ...headers, 'X-CSRF-Token': await ada.token() },
        }),
    ],
    ['nothing was shown yet', 201, (ada, lobby) => ada.sayJson(lobby, 'hello', { after: undefined })],
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
      'the token is wrong',
      403,
      async (ada, lobby) =>
        ada.send(`/rooms/${lobby}/messages`, {
          method: 'POST',
          body: JSON.stringify({ body: 'hello', key: 'a-key-of-ada', after: 2 }),
          headers: { ...headers, 'X-CSRF-Token': (await ada.token()).replaceAll(/./g, 'x') },
        }),
    ],
    [
      'the post comes from another origin',
      403,
      async (ada, lobby) =>
        ada.send(`/rooms/${lobby}/messages`, {
          method: 'POST',
          body: JSON.stringify({ body: 'hello', key: 'a-key-of-ada', after: 2 }),
          headers: { ...headers, Origin: 'https://evil.example', 'X-CSRF-Token': await ada.token() },
        }),
    ],
    ['the room does not exist', 404, (ada) => ada.sayJson(99, 'hello', { after: 2 })],
  ];
for (const [why, status, send] of viaMiddleware) {
  test(
    `the middleware answers a post when ${why}, and the fast path has changed nothing`,
    withApp(async (world) => {
      const { ada, lobby } = await scene(world);
      const answer = await send(ada, lobby);
      assert.is(answer.status, status);
      assert.ok(isFromMiddleware(answer));
      assert.is((await ada.log(lobby)).length, status === 201 ? 3 : 2);
    }),
  );
}

test(
  'the fast path takes a post with our own origin',
  withApp(async (world) => {
    const { ada, lobby } = await scene(world);
    const answer = await ada.send(`/rooms/${lobby}/messages`, {
      method: 'POST',
      body: JSON.stringify({ body: 'hello', key: 'a-key-of-ada', after: 2 }),
      headers: { ...headers, Origin: world.base, 'X-CSRF-Token': await ada.token() },
    });
    assert.is(answer.status, 201);
    assert.not.ok(isFromMiddleware(answer));
  }),
);

test(
  'a message sent eight times at once with one key is stored once',
  withApp(async (world) => {
    const { ada, lobby } = await scene(world);
    const key = crypto.randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => ada.sayJson(lobby, 'once', { after: 2, key })),
    );
    assert.equal(answers.map(({ status }) => status).toSorted(), [200, 200, 200, 200, 200, 200, 200, 201]);
    for (const answer of answers) assert.is(answer.json().seq, 3);
    assert.is((await ada.log(lobby)).length, 3);
  }),
);

test(
  'the first post after a removal or a log-out is refused',
  withApp(async (world) => {
    const { ada, grace, lobby } = await scene(world);
    assert.is((await grace.sayJson(lobby, 'hello', { after: 2 })).status, 201);
    await ada.post(`/rooms/${lobby}/members/grace/remove`);
    assert.is((await grace.sayJson(lobby, 'I am', { after: 3 })).json().ended, 'removed');
    const [cookies, token] = [ada.cookieHeader, await ada.token()];
    await ada.post('/logout');
    const body = JSON.stringify({ body: 'still here', key: 'a-key-of-ada', after: 4 });
    const answer = await world.visitor().send(`/rooms/${lobby}/messages`, {
      method: 'POST',
      body,
      headers: { ...headers, Cookie: cookies, 'X-CSRF-Token': token },
    });
    assert.ok([401, 403].includes(answer.status));
  }),
);

test(
  'posts at once by form and by script get one log, and each answer has the seq of its own message',
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
  'a post is a sign of life, and moves the read marker',
  withApp(async (world) => {
    const { ada, lobby } = await scene(world);
    await ada.poll(lobby, 2);
    for (let minute = 0; minute < 5; minute += 1) {
      world.clock.pass(100_000);
      assert.is((await ada.sayJson(lobby, 'still here', { after: minute + 2 })).status, 201);
      await world.tick();
    }
    const [row] = await world
      .em()
      .execute<{ read: number }[]>('select max(read_seq) as read from membership');
    assert.is(row?.read, 7);
  }),
);

test.run();
