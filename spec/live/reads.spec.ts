import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Membership } from '../../server/chat/membership.ts';
import { deleteRoom } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { Leases } from '../../server/live/leases.ts';
import { Reads } from '../../server/live/reads.ts';
import { NOW, refusal, TIMES, withHouse, type House } from '../support/nouns.ts';

const test = suite('what was read');

interface Scene {
  house: House;
  reads: Reads;
  lobby: number;
  /** The ids of users. */
  ada: number;
  grace: number;
  linus: number;
  /** How far somebody has read the lobby, or another room, as it is written down. */
  written(username: string, room?: number): Promise<number | undefined>;
  /** The transactions that wrote; `before` is done ahead of each. */
  writes: { count: number; before: () => void };
}

/** Ada's lobby, with grace and linus as members. */
const withReads = (work: (scene: Scene) => Promise<void>) =>
  withHouse(async (house) => {
    const [ada, grace, linus] = await Promise.all(
      ['ada', 'grace', 'linus'].map(
        async (username) => (await house.em().findOneOrFail(User, { username })).id,
      ),
    );
    const lobby = await house.room('ada', 'lobby');
    for (const username of ['grace', 'linus']) await house.join(username, lobby);
    const writes = { count: 0, before: () => {} };
    const watched = (): EntityManager => {
      const em = house.em();
      const transactional = em.transactional.bind(em);
      em.transactional = ((...given: Parameters<typeof transactional>) => {
        writes.before();
        writes.count += 1;
        return transactional(...given);
      }) as typeof em.transactional;
      return em;
    };
    await work({
      house,
      lobby,
      writes,
      ada: ada!,
      grace: grace!,
      linus: linus!,
      reads: new Reads(watched),
      written: async (username, room = lobby) =>
        (await house.em().findOne(Membership, { room, user: { username } }))?.readSeq,
    });
  });

test(
  'is kept in memory until it is written down',
  withReads(async ({ reads, ada, lobby, written, writes }) => {
    reads.shown(ada, lobby, 5);
    assert.equal([reads.of(ada, lobby), await written('ada'), writes.count], [5, 0, 0]);
    await reads.writeDown();
    assert.equal([reads.of(ada, lobby), await written('ada')], [0, 5]);
  }),
);

test(
  "is each person's own, in each room",
  withReads(async ({ house, reads, ada, grace, lobby, written }) => {
    const study = await house.room('ada', 'study');
    reads.shown(ada, lobby, 5);
    reads.shown(ada, study, 2);
    reads.shown(grace, lobby, 3);
    assert.equal(
      [reads.of(ada, lobby), reads.of(ada, study), reads.of(grace, lobby), reads.of(grace, study)],
      [5, 2, 3, 0],
    );
    await reads.writeDown();
    assert.equal(
      [await written('ada'), await written('ada', study), await written('grace'), await written('linus')],
      [5, 2, 3, 0],
    );
  }),
);

test(
  'is written down at once for all, and not at all where there is nothing',
  withReads(async ({ house, reads, ada, grace, linus, lobby, written, writes }) => {
    for (const user of [ada, grace, linus]) reads.shown(user, lobby, 5);
    await reads.writeDown();
    assert.equal(
      [writes.count, await written('ada'), await written('grace'), await written('linus')],
      [1, 5, 5, 5],
    );
    await reads.writeDown();
    assert.is(writes.count, 1);
    reads.shown(ada, lobby, 7);
    reads.shown(grace, lobby, 7);
    reads.shown(linus, lobby, 6);
    reads.shown(ada, await house.room('ada', 'study'), 7);
    await reads.writeDown();
    assert.equal(
      [writes.count, await written('ada'), await written('grace'), await written('linus')],
      [2, 7, 7, 6],
    );
  }),
);

test(
  'never goes back, neither in memory nor where it is written',
  withReads(async ({ reads, ada, grace, lobby, written }) => {
    reads.shown(ada, lobby, 5);
    reads.shown(ada, lobby, 3);
    assert.is(reads.of(ada, lobby), 5);
    await reads.writeDown();
    reads.shown(ada, lobby, 4); // a page of the past, or another process that is behind
    reads.shown(grace, lobby, 4);
    await reads.writeDown();
    assert.equal([await written('ada'), await written('grace')], [5, 4]);
  }),
);

test(
  'is not lost where it could not be written down',
  withReads(async ({ reads, ada, grace, lobby, written, writes }) => {
    reads.shown(ada, lobby, 5);
    reads.shown(grace, lobby, 6);
    writes.before = () => {
      throw new Error('the database is locked');
    };
    await refusal(Error, reads.writeDown());
    assert.equal([await written('ada'), reads.of(ada, lobby), reads.of(grace, lobby)], [0, 5, 6]);
    writes.before = () => {};
    await reads.writeDown();
    assert.equal([await written('ada'), await written('grace'), reads.of(grace, lobby)], [5, 6, 0]);
  }),
);

test(
  'is kept where it is read while what was read before is written down',
  withReads(async ({ reads, ada, lobby, written, writes }) => {
    reads.shown(ada, lobby, 5);
    writes.before = () => reads.shown(ada, lobby, 7);
    await reads.writeDown();
    assert.equal([await written('ada'), reads.of(ada, lobby)], [5, 7]);
    writes.before = () => {};
    await reads.writeDown();
    assert.equal([await written('ada'), reads.of(ada, lobby)], [7, 0]);
  }),
);

test(
  'is forgotten of a room that is gone, and of who is no member',
  withReads(async ({ house, reads, ada, linus, lobby, written }) => {
    const study = await house.room('ada', 'study');
    reads.shown(ada, study, 5);
    reads.shown(linus, lobby, 5);
    await house.as('ada', (em, user) => deleteRoom(em, user, study));
    await house.remove('ada', lobby, 'linus');
    await reads.writeDown();
    assert.equal([reads.of(ada, study), reads.of(linus, lobby), await written('linus')], [0, 0, undefined]);
  }),
);

test(
  'is written down by each tick of the leases, and at the end',
  withReads(async ({ house, reads, ada, lobby, written }) => {
    const leases = new Leases({
      em: house.em,
      times: TIMES,
      clock: () => NOW,
      chores: [() => reads.writeDown()],
    });
    reads.shown(ada, lobby, 5);
    await leases.tick();
    assert.is(await written('ada'), 5);
    reads.shown(ada, lobby, 6);
    await leases.stop();
    assert.is(await written('ada'), 6);
  }),
);

test.run();
