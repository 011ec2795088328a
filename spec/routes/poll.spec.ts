import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import type { Delta } from '../support/visitor.ts';

const test = suite('polling');

const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

test(
  'a poll without news answers 204 without a body',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const answer = await ada.poll(lobby, 1);
    assert.is(answer.status, 204);
    assert.is(answer.text, '');
    assert.is(answer.headers.get('Content-Type'), null);
  }),
);

test(
  'a poll has each new entry as typed and as HTML',
  withApp(async ({ cast, clock }) => {
    const [ada, grace] = [await cast('ada'), await cast('Grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    clock.pass(1234);
    await grace.say(lobby, 'a < b\n& "c"');
    const answer = await ada.poll(lobby, 1);
    assert.is(answer.status, 200);
    const delta: Delta = answer.json();
    assert.is(delta.room, lobby);
    assert.is(delta.after, 3);
    const [entered, message] = delta.entries;
    assert.is(delta.entries.length, 2);
    const { html, ...fields } = message!;
    assert.equal(fields, {
      seq: 3,
      kind: 'message',
      author: 'Grace',
      body: 'a < b\n& "c"',
      at: clock.now().toISOString(),
    });
    assert.match(html, /^<li id="m-3"/);
    assert.match(html, `<time role="none" datetime="${clock.now().toISOString()}">`);
    assert.match(html, 'a &lt; b<br>&amp; &quot;c&quot;');
    assert.is(entered!.kind, 'entered');
    assert.is(entered!.author, 'Grace');
    assert.is(entered!.body, 'Grace entered the room.');
  }),
);

test(
  'polls read the log without a gap or a repetition, at most 200 entries at a time',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.talk(lobby, 429);
    const read: number[] = [];
    const sizes: number[] = [];
    let answer = await ada.poll(lobby, 0);
    for (let after = 0; answer.status === 200; answer = await ada.poll(lobby, after)) {
      const delta: Delta = answer.json();
      read.push(...delta.entries.map(({ seq }) => seq));
      sizes.push(delta.entries.length);
      assert.is(delta.after, read.at(-1));
      after = delta.after;
    }
    assert.equal(sizes, [200, 200, 30]);
    assert.equal(read, range(1, 430));
  }),
);

for (const [query, status, after, count] of [
  ['', 200, 3, 3],
  ['&after=0', 200, 3, 3],
  ['&after=2', 200, 3, 1],
  ['&after=3', 204, 0, 0],
  ['&after=4', 200, 3, 0],
  ['&after=99999999999999999999', 200, 3, 0],
] as const) {
  test(
    `a poll of three entries${query || ' without after'} answers ${status}`,
    withApp(async ({ cast }) => {
      const ada = await cast('ada');
      const lobby = await ada.createRoom('lobby');
      await ada.talk(lobby, 2);
      const answer = await ada.getJson(`/poll?room=${lobby}${query}`);
      assert.is(answer.status, status);
      if (status === 204) return;
      const delta: Delta = answer.json();
      assert.is(delta.after, after);
      assert.is(delta.entries.length, count);
    }),
  );
}

for (const after of [
  'x',
  '-1',
  '-0',
  '1.5',
  '1e3',
  '+1',
  '%201',
  '0x1',
  '%D9%A1',
  'NaN',
  'Infinity',
  '%00',
  'null',
  '1&after=2',
  '1,2',
]) {
  test(
    `a poll after ${after} is refused`,
    withApp(async ({ cast }) => {
      const ada = await cast('ada');
      const lobby = await ada.createRoom('lobby');
      const answer = await ada.getJson(`/poll?room=${lobby}&after=${after}`);
      assert.is(answer.status, 422);
      assert.is(answer.json().error.field, 'after');
      assert.type(answer.json().error.message, 'string');
    }),
  );
}

for (const query of [
  '?room=',
  '?room=x',
  '?room=0',
  '?room=-1',
  '?room=1.0',
  '?room=999',
  '?room=99999999999',
  '?room=1&room=1',
  '?room=%00',
]) {
  test(
    `the address /poll${query} names no room`,
    withApp(async ({ cast }) => {
      const ada = await cast('ada');
      await ada.createRoom('lobby');
      const answer = await ada.getJson(`/poll${query}`);
      assert.is(answer.status, 404);
      assert.type(answer.json().error.message, 'string');
    }),
  );
}

test(
  'a poll that names no room answers for the room that the user is in',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    for (const query of ['?after=0', '?after=1', '', '?room[]=7&after=0', '?after=0&unseen=1']) {
      const [named, unnamed] = [
        await ada.getJson(`/poll?room=${lobby}&${query.slice(1)}`),
        await ada.getJson(`/poll${query}`),
      ];
      assert.equal([unnamed.status, unnamed.text], [named.status, named.text], query);
    }
    await ada.leave(lobby);
    assert.equal(
      [(await ada.getJson('/poll?after=0')).status, (await ada.getJson('/poll?after=0')).json().ended],
      [409, 'left'],
    );
    assert.is((await grace.getJson('/poll?after=0')).status, 404);
  }),
);

test(
  'a poll without a session answers 401',
  withApp(async ({ cast, visitor }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    for (const person of [visitor(), ada]) {
      if (person === ada) await ada.post('/logout');
      for (const Accept of ['application/json', '*/*', 'text/html']) {
        const answer = await person.send(`/poll?room=${lobby}&after=0`, { headers: { Accept } });
        assert.is(answer.status, 401);
        const { ended, message, location } = answer.json() as Record<string, string>;
        assert.is(ended, 'logged-out');
        assert.is(location, '/login');
        assert.match(message!, /not logged in/);
      }
    }
  }),
);

test(
  'a poll says why the user is no longer in the room',
  withApp(async ({ cast, clock, tick }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const [lobby, study] = [await ada.createRoom('lobby'), await ada.createRoom('study')];
    const why = async () => {
      const answer = await grace.poll(lobby, 0);
      assert.is(answer.status, 409);
      const { ended, message, location } = answer.json() as Record<string, string>;
      assert.is(location, '/rooms');
      assert.match(message!, /lobby/);
      return ended;
    };
    await grace.enter(lobby);
    await grace.leave(lobby);
    assert.is(await why(), 'left');
    await grace.enter(lobby);
    await grace.enter(study, { leave: `${lobby}` });
    assert.is(await why(), 'moved');
    await grace.enter(lobby, { leave: `${study}` });
    await grace.poll(lobby, 0);
    await tick();
    clock.pass(121_000);
    await tick();
    assert.is(await why(), 'away');
    await grace.enter(lobby);
    await ada.post(`/rooms/${lobby}/delete`);
    assert.is(await why(), 'deleted');
  }),
);

test(
  'a poll by a member who has not entered says "left"',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const study = await ada.createRoom('study');
    await ada.leave(lobby);
    const answer = await ada.poll(study, 0);
    assert.is(answer.status, 409);
    assert.is(answer.json().ended, 'left');
  }),
);

test(
  'a poll by a stranger to an open room answers 403',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    const answer = await grace.poll(lobby, 0);
    assert.is(answer.status, 403);
    assert.type(answer.json().error.message, 'string');
  }),
);

test.run();
