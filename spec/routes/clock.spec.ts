import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { type Delta, seqs } from '../support/visitor.ts';

const test = suite('clock set back by an hour');

const HOUR_MS = 3_600_000;

test(
  'setting the clock back keeps the order of entries, what is new, presence and sessions',
  withApp(async ({ cast, clock, tick, visitor }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await ada.say(lobby, 'before');
    clock.pass(-HOUR_MS);
    assert.is((await grace.sayJson(lobby, 'after')).status, 201);
    const { entries }: Delta = (await ada.poll(lobby, 3)).json();
    assert.equal(
      entries.map(({ seq, body }) => `${seq} ${body}`),
      ['4 after'],
    );
    assert.equal(seqs(await ada.get(`/rooms/${lobby}`)), [1, 2, 3, 4]);
    await tick();
    assert.equal((await ada.log(lobby)).slice(2), ['ada: before', 'grace: after'], 'no presence ends');
    assert.is((await visitor().logIn('ada')).status, 303);
    assert.is((await ada.post('/people', { q: 'grace' })).status, 303);
  }),
);

test(
  'setting the clock back makes no user wait who has used nothing',
  withApp(async ({ cast, clock }) => {
    const ada = await cast('ada');
    for (let time = 0; time < 20; time += 1) {
      clock.pass(-HOUR_MS);
      assert.ok((await ada.createRoom(`room ${time}`)) > 0);
    }
  }),
);

test.run();
