import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { seqs, type Delta } from '../support/visitor.ts';

const test = suite('a clock that is set back an hour');

const HOUR_MS = 3_600_000;

test(
  'changes nothing about the order, what is new, who is where, and who is logged in',
  withApp(async ({ cast, clock, leases, visitor }) => {
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
    await leases.tick();
    assert.equal((await ada.log(lobby)).slice(2), ['ada: before', 'grace: after'], 'nobody is taken out');
    assert.is((await visitor().logIn('ada')).status, 303);
    assert.is((await ada.post('/people', { q: 'grace' })).status, 303);
  }),
);

test(
  'makes nobody wait who has used up nothing',
  withApp(async ({ cast, clock }) => {
    const ada = await cast('ada');
    for (let time = 0; time < 20; time += 1) {
      clock.pass(-HOUR_MS);
      assert.ok((await ada.createRoom(`room ${time}`)) > 0);
    }
  }),
);

test.run();
