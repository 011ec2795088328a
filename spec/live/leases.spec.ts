import { mock } from 'node:test';
import { PostgreSqlConnection } from '@mikro-orm/postgresql';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Attempt, attempt, passwordTrials } from '../../server/chat/attempt.ts';
import { Departure } from '../../server/chat/departure.ts';
import { close, Presence } from '../../server/chat/presence.ts';
import { beginSession, Session } from '../../server/chat/session.ts';
import { User } from '../../server/chat/user.ts';
import { Leases } from '../../server/live/leases.ts';
import { eventually } from '../support/eventually.ts';
import { later, NOW, refusal, TIMES, withHouse, type House } from '../support/nouns.ts';

const test = suite('leases');

interface Scene {
  house: House;
  leases: Leases;
  lobby: number;
  /** The ids of users. */
  ada: number;
  grace: number;
  pass(ms: number): void;
  presence(username?: string): Promise<Presence | null>;
  /** Says that ada's page in the lobby closes. */
  close(): Promise<void>;
}

/** A house whose clock the spec turns, with ada in the lobby; `em` can be replaced. */
const withLeases = (work: (scene: Scene) => Promise<void>, wrap = (em: () => EntityManager) => em) =>
  withHouse(async (house) => {
    let time = 0;
    const clock = () => later(time);
    const [ada, grace] = await Promise.all(
      ['ada', 'grace'].map(async (username) => (await house.em().findOneOrFail(User, { username })).id),
    );
    const lobby = await house.room('linus', 'lobby');
    await house.enter('ada', lobby);
    await work({
      house,
      lobby,
      ada: ada!,
      grace: grace!,
      leases: new Leases({ em: wrap(house.em), times: TIMES, clock }),
      pass: (ms) => void (time += ms),
      presence: (username = 'ada') => house.em().findOne(Presence, { user: { username } }),
      close: async () => void (await house.as('ada', (em, user) => close(em, user, lobby, clock()))),
    });
  });

test(
  'are lengthened in memory, and written down by a tick',
  withLeases(async ({ leases, ada, pass, presence }) => {
    pass(60_000);
    leases.heard(ada, { lease: 'script', inRoom: true });
    assert.equal([(await presence())?.lease, (await presence())?.expiresAt], ['page', later(TIMES.page)]);
    await leases.tick();
    assert.equal(
      [(await presence())?.lease, (await presence())?.expiresAt],
      ['script', later(60_000 + TIMES.script)],
    );
  }),
);

test(
  'are of the kind that was heard last',
  withLeases(async ({ leases, ada, pass, presence }) => {
    leases.heard(ada, { lease: 'script', inRoom: true });
    pass(1000);
    leases.heard(ada, { lease: 'page' });
    await leases.tick();
    assert.equal(
      [(await presence())?.lease, (await presence())?.expiresAt],
      ['page', later(1000 + TIMES.page)],
    );
  }),
);

for (const lease of ['page', 'script'] as const) {
  for (const isWritten of [true, false]) {
    test(
      `goes on as a ${lease}'s where the sign is of no kind of its own${isWritten ? ', and the one before is written down' : ''}`,
      withLeases(async ({ leases, ada, pass, presence }) => {
        leases.heard(ada, { lease });
        if (isWritten) await leases.tick();
        pass(1000);
        leases.heard(ada, {});
        await leases.tick();
        assert.equal(
          [(await presence())?.lease, (await presence())?.expiresAt],
          [lease, later(1000 + TIMES[lease])],
        );
      }),
    );
  }
}

test(
  'of many are each at least as long as their own sign of life gives',
  withLeases(async ({ house, leases, lobby, ada, grace, pass, presence }) => {
    await house.enter('grace', lobby);
    leases.heard(ada, { lease: 'page', inRoom: true });
    pass(4000);
    leases.heard(grace, { lease: 'page', inRoom: true });
    await leases.tick();
    assert.ok((await presence())!.expiresAt >= later(TIMES.page));
    assert.ok((await presence('grace'))!.expiresAt >= later(4000 + TIMES.page));
  }),
);

test(
  'give nobody a place who is in no room',
  withLeases(async ({ leases, grace, presence }) => {
    leases.heard(grace, { lease: 'page', inRoom: true });
    await leases.tick();
    assert.is(await presence('grace'), null);
  }),
);

test(
  'end for whoever is not heard, with one notice, however many look at once',
  withLeases(async ({ house, leases, lobby, pass, presence }) => {
    pass(TIMES.page - 1);
    await leases.tick();
    assert.ok(await presence());
    pass(1);
    await Promise.all([leases.tick(), leases.tick()]);
    assert.is(await presence(), null);
    assert.equal(await house.log(lobby), ['1 entered ada', '2 left ada']);
    assert.equal(
      (await house.em().find(Departure, {})).map(({ why, told }) => [why, told]),
      [['away', false]],
    );
  }),
);

test(
  'do not end for whoever is heard at the last moment',
  withLeases(async ({ leases, ada, pass, presence }) => {
    pass(TIMES.page);
    leases.heard(ada, { lease: 'script', inRoom: true });
    await leases.tick();
    assert.equal((await presence())?.expiresAt, later(TIMES.page + TIMES.script));
  }),
);

test(
  'end two minutes after the last poll, and not a quarter of an hour',
  withLeases(async ({ leases, ada, pass, presence }) => {
    leases.heard(ada, { lease: 'script', inRoom: true });
    await leases.tick();
    pass(TIMES.script - 1);
    await leases.tick();
    assert.ok(await presence());
    pass(1);
    await leases.tick();
    assert.is(await presence(), null);
  }),
);

test(
  'end five seconds after a page said that it closes',
  withLeases(async ({ house, leases, lobby, pass, presence, close: sayClosing }) => {
    await sayClosing();
    pass(4999);
    await leases.tick();
    assert.ok(await presence());
    pass(1);
    await leases.tick();
    assert.is(await presence(), null);
    assert.equal(await house.log(lobby), ['1 entered ada', '2 left ada']);
  }),
);

test(
  'go on where a closing page is heard again in the room',
  withLeases(async ({ leases, ada, pass, presence, close: sayClosing }) => {
    await sayClosing();
    pass(4000);
    leases.heard(ada, { lease: 'page', inRoom: true });
    leases.heard(ada, { lease: 'page' }); // and elsewhere, which takes nothing back
    pass(1000);
    await leases.tick();
    assert.equal(
      [(await presence())?.closing, (await presence())?.expiresAt],
      [false, later(4000 + TIMES.page)],
    );
  }),
);

test(
  'end soon with a closing page, whatever was heard before by a process that was not told',
  withLeases(async ({ leases, ada, pass, presence, close: sayClosing }) => {
    leases.heard(ada, { lease: 'script', inRoom: true });
    pass(1000);
    await sayClosing();
    await leases.tick();
    assert.equal([(await presence())?.closing, (await presence())?.expiresAt], [true, later(6000)]);
    pass(5000);
    await leases.tick();
    assert.is(await presence(), null);
  }),
);

test(
  'do not go on for a closing page where a page elsewhere is opened',
  withLeases(async ({ leases, ada, pass, presence, close: sayClosing }) => {
    await sayClosing();
    pass(1000);
    leases.heard(ada, { lease: 'page' });
    await leases.tick();
    assert.is((await presence())?.closing, true);
    pass(4000);
    await leases.tick();
    assert.is(await presence(), null);
  }),
);

test(
  'do not go on by what was heard before the page said that it closes',
  withLeases(async ({ leases, ada, pass, presence, close: sayClosing }) => {
    leases.heard(ada, { lease: 'script', inRoom: true });
    leases.unheard(ada);
    await sayClosing();
    pass(5000);
    await leases.tick();
    assert.is(await presence(), null);
  }),
);

test(
  'begin anew at a start, for nobody could be heard while no server ran',
  withLeases(async ({ house, leases, lobby, ada, pass, presence }) => {
    await house.enter('grace', lobby);
    leases.heard(ada, { lease: 'script', inRoom: true });
    await leases.tick();
    pass(10 * TIMES.page);
    await leases.start();
    await leases.stop();
    assert.equal(
      [(await presence())?.expiresAt, (await presence('grace'))?.expiresAt],
      [later(10 * TIMES.page + TIMES.script), later(11 * TIMES.page)],
    );
  }),
);

test(
  'are shortened by no start, and a closed page is given none anew',
  withLeases(async ({ house, leases, lobby, pass, presence, close: sayClosing }) => {
    await house.enter('grace', lobby, { now: later(60_000) });
    await sayClosing();
    pass(5000);
    await leases.start();
    await leases.stop();
    assert.equal(
      [await presence(), (await presence('grace'))?.expiresAt],
      [null, later(60_000 + TIMES.page)],
    );
  }),
);

test(
  'are written down at a stop',
  withLeases(async ({ leases, ada, pass, presence }) => {
    pass(60_000);
    leases.heard(ada, { lease: 'page', inRoom: true });
    await leases.stop();
    assert.equal((await presence())?.expiresAt, later(60_000 + TIMES.page));
  }),
);

test(
  'of whoever polls on are written down every twenty seconds, and once they cease',
  withLeases(async ({ leases, ada, pass, presence }) => {
    const steady = { lease: 'script', inRoom: true, isSteady: true } as const;
    leases.heard(ada, { lease: 'script', inRoom: true });
    await leases.tick();
    let heardMs = 0;
    const pollOn = async (ms: number) => {
      for (let polled = 0; polled < ms; polled += 1000) {
        pass(1000);
        leases.heard(ada, steady);
        await leases.tick();
      }
      heardMs += ms;
    };
    await pollOn(19_000);
    assert.equal((await presence())?.expiresAt, later(TIMES.script));
    await pollOn(1000);
    assert.equal((await presence())?.expiresAt, later(heardMs + TIMES.script));
    await pollOn(5000);
    pass(2999);
    await leases.tick();
    assert.equal((await presence())?.expiresAt, later(20_000 + TIMES.script));
    pass(1);
    await leases.tick();
    assert.equal((await presence())?.expiresAt, later(heardMs + TIMES.script));
  }),
);

test(
  'of whoever polls on are written down at once where anything else was heard of them, and at a stop',
  withLeases(async ({ leases, ada, pass, presence }) => {
    const steady = { lease: 'script', inRoom: true, isSteady: true } as const;
    await leases.tick();
    pass(1000);
    leases.heard(ada, { lease: 'page' });
    leases.heard(ada, steady);
    await leases.tick();
    assert.equal(
      [(await presence())?.lease, (await presence())?.expiresAt],
      ['script', later(1000 + TIMES.script)],
    );
    pass(1000);
    leases.heard(ada, steady);
    await leases.stop();
    assert.equal((await presence())?.expiresAt, later(2000 + TIMES.script));
  }),
);

const calls = { count: 0 };
const counting = (em: () => EntityManager) => () => {
  calls.count += 1;
  return em();
};

test(
  'are looked at within ten seconds by themselves, from the start to the stop',
  withLeases(async ({ leases }) => {
    mock.timers.enable({ apis: ['setInterval'] });
    try {
      await leases.start();
      calls.count = 0;
      mock.timers.tick(10_000);
      await new Promise(setImmediate);
      assert.ok(calls.count > 0);
      await leases.stop();
      calls.count = 0;
      mock.timers.tick(60_000);
      await new Promise(setImmediate);
      assert.is(calls.count, 0);
    } finally {
      mock.timers.reset();
    }
  }, counting),
);

const power = { on: true };
const unsteady = (em: () => EntityManager) => () => {
  if (!power.on) throw new Error('the database is locked');
  return em();
};

test(
  'lose nothing that was heard where a tick fails',
  withLeases(async ({ leases, ada, pass, presence }) => {
    pass(60_000);
    leases.heard(ada, { lease: 'page', inRoom: true });
    power.on = false;
    await refusal(Error, leases.tick());
    power.on = true;
    await leases.tick();
    assert.equal((await presence())?.expiresAt, later(60_000 + TIMES.page));
  }, unsteady),
);

const meanwhile = { do: () => {} };
test(
  'keep what is heard while a tick writes down what was heard before',
  withLeases(
    async ({ leases, ada, pass, presence }) => {
      leases.heard(ada, { lease: 'script', inRoom: true });
      meanwhile.do = () => {
        meanwhile.do = () => {};
        pass(1000);
        leases.heard(ada, { lease: 'page', inRoom: true });
      };
      await leases.tick();
      await leases.tick();
      assert.equal((await presence())?.expiresAt, later(1000 + TIMES.page));
    },
    (em) => () => {
      meanwhile.do();
      return em();
    },
  ),
);

test(
  'are looked at again after a tick that failed',
  withLeases(async ({ leases, pass, presence }) => {
    pass(TIMES.page);
    power.on = false;
    await refusal(Error, leases.tick());
    power.on = true;
    await leases.tick();
    assert.is(await presence(), null);
  }, unsteady),
);

test(
  'take with them, once an hour, the sessions that ended and the attempts that no longer count',
  withLeases(async ({ house, leases, ada, pass }) => {
    const left = async () => [await house.em().count(Session), await house.em().count(Attempt)];
    const leaveTraces = async (now: Date) => {
      await beginSession(
        house.em(),
        'a key',
        { userId: ada, csrf: '' },
        new Date(now.getTime() - 31 * 86_400_000),
      );
      await attempt(
        house.em(),
        passwordTrials('ada', '192.0.2.1').slice(1),
        new Date(now.getTime() - 600_000),
      );
    };
    await leaveTraces(NOW);
    await leases.tick();
    assert.equal(await left(), [0, 0]);
    await leaveTraces(NOW);
    pass(3_599_999);
    await leases.tick();
    assert.equal(await left(), [1, 1]);
    pass(1);
    await leases.tick();
    assert.equal(await left(), [0, 0]);
  }),
);

test(
  'are written down in the order of ids, for two processes never to wait for each other',
  withLeases(async ({ house, leases, ada, grace, lobby }) => {
    if (!(house.orm.em.getConnection() instanceof PostgreSqlConnection)) return; // a file is written by one at a time
    await house.em().nativeDelete(Presence, { user: ada });
    for (const username of ['grace', 'ada']) await house.enter(username, lobby); // so her row comes behind grace's
    for (const id of [grace, ada]) leases.heard(id, { lease: 'script' });
    const free = (em: EntityManager, id: number) =>
      em.execute<unknown[]>('select 1 from presence where user_id = ? for update skip locked', [id]);
    let tick = Promise.resolve();
    await house.em().transactional(async (em) => {
      assert.is((await free(em, grace)).length, 1);
      (tick = leases.tick()).catch(() => {}); // looked at below
      await eventually(
        async () => (await em.execute<unknown[]>('select 1 from pg_locks where not granted')).length,
        1,
      );
      assert.is((await free(em, ada)).length, 0); // held by the tick that waits for grace's
    });
    await tick;
    assert.is(await house.em().count(Presence, { lease: 'script' }), 2);
  }),
);

test.run();
