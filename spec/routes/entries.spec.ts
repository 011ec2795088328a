import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import type { Delta } from '../support/visitor.ts';

const test = suite('history in JSON');

const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

test(
  'the history has 200 entries at a time, before or after a seq',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.talk(lobby, 219);
    const expected: [query: string, seqs: number[], after: number][] = [
      ['before=220', range(20, 219), 219],
      ['before=5', range(1, 4), 4],
      ['before=9999999999', range(21, 220), 220],
      ['after=0', range(1, 200), 200],
      ['after=200', range(201, 220), 220],
      ['after=220', [], 220],
      ['after=9999999999', [], 220],
      ['', range(1, 200), 200],
    ];
    for (const [query, seqs, after] of expected) {
      const answer = await ada.getJson(`/rooms/${lobby}/entries?${query}`);
      assert.is(answer.status, 200);
      const delta: Delta = answer.json();
      assert.is(delta.room, lobby);
      assert.equal(
        delta.entries.map(({ seq }) => seq),
        seqs,
        query,
      );
      assert.is(delta.after, after, query);
    }
    for (const none of ['before=1', 'before=0']) {
      assert.equal((await ada.getJson(`/rooms/${lobby}/entries?${none}`)).json().entries, []);
    }
  }),
);

test(
  'the history has the shape of a poll',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.say(lobby, 'hello');
    assert.equal(
      (await ada.getJson(`/rooms/${lobby}/entries?after=0`)).json(),
      (await ada.poll(lobby, 0)).json(),
    );
  }),
);

test(
  'a member reads the history from outside the room, and a stranger does not',
  withApp(async ({ cast, visitor }) => {
    const [ada, grace, linus] = [await cast('ada'), await cast('grace'), await cast('linus')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await grace.leave(lobby);
    assert.equal(await grace.log(lobby), ['ada entered', 'grace entered', 'grace left']);
    const stranger = await linus.getJson(`/rooms/${lobby}/entries`);
    assert.is(stranger.status, 403);
    assert.type(stranger.json().error.message, 'string');
    assert.is((await linus.getJson('/rooms/999/entries')).status, 404);
    assert.is((await visitor().getJson(`/rooms/${lobby}/entries`)).status, 401);
  }),
);

test(
  'a `before` or `after` that is no number is refused',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    for (const name of ['before', 'after']) {
      for (const value of ['x', '-1', '1.5', '1e3', '%00', '1%27']) {
        const answer = await ada.getJson(`/rooms/${lobby}/entries?${name}=${value}`);
        assert.is(answer.status, 422, `${name}=${value}`);
        assert.is(answer.json().error.field, name);
      }
    }
  }),
);

test(
  'a browser is redirected from the history to the page of the room',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const answer = await ada.get(`/rooms/${lobby}/entries?before=7`);
    assert.is(answer.status, 303);
    assert.is(answer.location, `/rooms/${lobby}?before=7`);
  }),
);

test.run();
