import { PostgreSqlConnection } from '@mikro-orm/postgresql';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Departure } from '../../server/chat/departure.ts';
import { close, Presence } from '../../server/chat/presence.ts';
import { User } from '../../server/chat/user.ts';
import { Leases } from '../../server/live/leases.ts';
import { type House, later, refusal, TIMES, withHouse } from '../support/domain.ts';
import { eventually } from '../support/eventually.ts';

const test = suite('leases');

interface Scene {
  house: House;
  leases: Leases;
  lobby: number;
  /** User ids. */
  ada: number;
  grace: number;
  pass(ms: number): void;
  presence(username?: string): Promise<Presence | null>;
  /** Reports that ada's page in the lobby is closing. */
  close(): Promise<void>;
}

/** A house with ada in the lobby, whose clock the spec turns; `wrap` can replace `em`. */
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
      leases: new Leases({ em: wrap(house.em), leaseTimes: TIMES, clock }),
      pass: (ms) => void (time += ms),
      presence: (username = 'ada') => house.em().findOne(Presence, { user: { username } }),
      close: async () => void (await house.as('ada', (em, user) => close(em, user, lobby, clock()))),
    });
  });

test(
  'a sign of life lengthens a lease in memory, and the next tick stores it',
  withLeases(async ({ leases, ada, pass, presence }) => {
    pass(60_000);
    leases.record(ada, { lease: 'script', inRoom: true });
    assert.equal([(await presence())?.lease, (await presence())?.expiresAt], ['page', later(TIMES.page)]);
    await leases.tick();
    assert.equal(
      [(await presence())?.lease, (await presence())?.expiresAt],
      ['script', later(60_000 + TIMES.script)],
    );
  }),
);

test(
  'a lease has the kind of the last sign of life',
  withLeases(async ({ leases, ada, pass, presence }) => {
    leases.record(ada, { lease: 'script', inRoom: true });
    pass(1000);
    leases.record(ada, { lease: 'page' });
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
      `a sign of life without a kind keeps a ${lease} lease${isWritten ? ' that was stored before' : ''}`,
      withLeases(async ({ leases, ada, pass, presence }) => {
        leases.record(ada, { lease });
        if (isWritten) await leases.tick();
        pass(1000);
        leases.record(ada, {});
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
  'of leases stored together, each lasts at least as long as its own sign of life allows',
  withLeases(async ({ house, leases, lobby, ada, grace, pass, presence }) => {
    await house.enter('grace', lobby);
    leases.record(ada, { lease: 'page', inRoom: true });
    pass(4000);
    leases.record(grace, { lease: 'page', inRoom: true });
    await leases.tick();
    assert.ok((await presence())!.expiresAt >= later(TIMES.page));
    assert.ok((await presence('grace'))!.expiresAt >= later(4000 + TIMES.page));
  }),
);

test(
  'a sign of life gives no presence to a user who is in no room',
  withLeases(async ({ leases, grace, presence }) => {
    leases.record(grace, { lease: 'page', inRoom: true });
    await leases.tick();
    assert.is(await presence('grace'), null);
  }),
);

test(
  'a lease without a sign of life ends with one notice, even when two ticks run at once',
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
  'a sign of life in the last moment keeps a lease',
  withLeases(async ({ leases, ada, pass, presence }) => {
    pass(TIMES.page);
    leases.record(ada, { lease: 'script', inRoom: true });
    await leases.tick();
    assert.equal((await presence())?.expiresAt, later(TIMES.page + TIMES.script));
  }),
);

test(
  'a lease ends two minutes after the last poll',
  withLeases(async ({ leases, ada, pass, presence }) => {
    leases.record(ada, { lease: 'script', inRoom: true });
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
  'a lease ends five seconds after a page said it was closing',
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
  'a lease goes on when a closing page is heard again in the room',
  withLeases(async ({ leases, ada, pass, presence, close: sayClosing }) => {
    await sayClosing();
    pass(4000);
    leases.record(ada, { lease: 'page', inRoom: true });
    leases.record(ada, { lease: 'page' }); // a page elsewhere cancels nothing
    pass(1000);
    await leases.tick();
    assert.equal(
      [(await presence())?.closing, (await presence())?.expiresAt],
      [false, later(4000 + TIMES.page)],
    );
  }),
);

test(
  'closing a page ends its lease early, even when this process has heard the user and does not know of the closing',
  withLeases(async ({ leases, ada, pass, presence, close: sayClosing }) => {
    leases.record(ada, { lease: 'script', inRoom: true });
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
  'a page outside the room does not cancel closing',
  withLeases(async ({ leases, ada, pass, presence, close: sayClosing }) => {
    await sayClosing();
    pass(1000);
    leases.record(ada, { lease: 'page' });
    await leases.tick();
    assert.is((await presence())?.closing, true);
    pass(4000);
    await leases.tick();
    assert.is(await presence(), null);
  }),
);

test(
  'signs of life from before the page said it was closing do not count',
  withLeases(async ({ leases, ada, pass, presence, close: sayClosing }) => {
    leases.record(ada, { lease: 'script', inRoom: true });
    leases.discard(ada);
    await sayClosing();
    pass(5000);
    await leases.tick();
    assert.is(await presence(), null);
  }),
);

test(
  'a start renews all leases, because nobody could be heard while no server ran',
  withLeases(async ({ house, leases, lobby, ada, pass, presence }) => {
    await house.enter('grace', lobby);
    leases.record(ada, { lease: 'script', inRoom: true });
    await leases.tick();
    pass(10 * TIMES.page);
    await leases.renew();
    await leases.flush();
    assert.equal(
      [(await presence())?.expiresAt, (await presence('grace'))?.expiresAt],
      [later(10 * TIMES.page + TIMES.script), later(11 * TIMES.page)],
    );
  }),
);

test(
  'a start shortens no lease, and renews none of a closed page',
  withLeases(async ({ house, leases, lobby, pass, presence, close: sayClosing }) => {
    await house.enter('grace', lobby, { now: later(60_000) });
    await sayClosing();
    pass(5000);
    await leases.renew();
    await leases.flush();
    assert.equal(
      [await presence(), (await presence('grace'))?.expiresAt],
      [null, later(60_000 + TIMES.page)],
    );
  }),
);

test(
  'a stop stores the signs of life',
  withLeases(async ({ leases, ada, pass, presence }) => {
    pass(60_000);
    leases.record(ada, { lease: 'page', inRoom: true });
    await leases.flush();
    assert.equal((await presence())?.expiresAt, later(60_000 + TIMES.page));
  }),
);

test(
  'the lease of a user who keeps polling is stored every twenty seconds, and once the polls stop',
  withLeases(async ({ leases, ada, pass, presence }) => {
    const steady = { lease: 'script', inRoom: true, isSteady: true } as const;
    leases.record(ada, { lease: 'script', inRoom: true });
    await leases.tick();
    let heardMs = 0;
    const pollOn = async (ms: number) => {
      for (let polled = 0; polled < ms; polled += 1000) {
        pass(1000);
        leases.record(ada, steady);
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
  'the lease of a user who keeps polling is stored at the next tick after another sign of life, and at a stop',
  withLeases(async ({ leases, ada, pass, presence }) => {
    const steady = { lease: 'script', inRoom: true, isSteady: true } as const;
    await leases.tick();
    pass(1000);
    leases.record(ada, { lease: 'page' });
    leases.record(ada, steady);
    await leases.tick();
    assert.equal(
      [(await presence())?.lease, (await presence())?.expiresAt],
      ['script', later(1000 + TIMES.script)],
    );
    pass(1000);
    leases.record(ada, steady);
    await leases.flush();
    assert.equal((await presence())?.expiresAt, later(2000 + TIMES.script));
  }),
);

const power = { on: true };
const unsteady = (em: () => EntityManager) => () => {
  if (!power.on) throw new Error('the database is locked');
  return em();
};

test(
  'a failed tick loses no sign of life',
  withLeases(async ({ leases, ada, pass, presence }) => {
    pass(60_000);
    leases.record(ada, { lease: 'page', inRoom: true });
    power.on = false;
    await refusal(Error, leases.tick());
    power.on = true;
    await leases.tick();
    assert.equal((await presence())?.expiresAt, later(60_000 + TIMES.page));
  }, unsteady),
);

const meanwhile = { do: () => {} };
test(
  'a sign of life during a tick is kept for the next',
  withLeases(
    async ({ leases, ada, pass, presence }) => {
      leases.record(ada, { lease: 'script', inRoom: true });
      meanwhile.do = () => {
        meanwhile.do = () => {};
        pass(1000);
        leases.record(ada, { lease: 'page', inRoom: true });
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
  'leases that end during a failed tick end at the next',
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
  'leases are stored in the order of user ids, so that two processes do not deadlock',
  withLeases(async ({ house, leases, ada, grace, lobby }) => {
    if (!(house.orm.em.getConnection() instanceof PostgreSqlConnection)) return; // SQLite has one writer at a time
    await house.em().nativeDelete(Presence, { user: ada });
    for (const username of ['grace', 'ada']) await house.enter(username, lobby); // puts ada's row behind grace's
    for (const id of [grace, ada]) leases.record(id, { lease: 'script' });
    const free = (em: EntityManager, id: number) =>
      em.execute<unknown[]>('select 1 from presence where user_id = ? for update skip locked', [id]);
    let tick = Promise.resolve();
    await house.em().transactional(async (em) => {
      assert.is((await free(em, grace)).length, 1);
      (tick = leases.tick()).catch(() => {}); // awaited below
      await eventually(
        async () => (await em.execute<unknown[]>('select 1 from pg_locks where not granted')).length,
        1,
      );
      assert.is((await free(em, ada)).length, 0); // the tick has locked ada's row, and waits for grace's
    });
    await tick;
    assert.is(await house.em().count(Presence, { lease: 'script' }), 2);
  }),
);

test.run();
