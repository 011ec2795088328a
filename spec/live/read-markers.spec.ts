import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { deleteRoom } from '../../server/chat/administration.ts';
import { Membership } from '../../server/chat/membership.ts';
import { User } from '../../server/chat/user.ts';
import { ReadMarkers } from '../../server/live/read-markers.ts';
import { type House, refusal, withHouse } from '../support/domain.ts';

const test = suite('read markers');

interface Scene {
  house: House;
  readMarkers: ReadMarkers;
  lobby: number;
  /** User ids. */
  ada: number;
  grace: number;
  linus: number;
  /** The stored read marker of a user, in the lobby unless another room is given. */
  written(username: string, room?: number): Promise<number | undefined>;
  /** The number of transactions that wrote; `before` runs ahead of each. */
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
      readMarkers: new ReadMarkers(watched),
      written: async (username, room = lobby) =>
        (await house.em().findOne(Membership, { room, user: { username } }))?.readSeq,
    });
  });

test(
  'a read marker is kept in memory until it is stored',
  withReads(async ({ readMarkers, ada, lobby, written, writes }) => {
    readMarkers.record(ada, lobby, 5);
    assert.equal([readMarkers.unsaved(ada, lobby), await written('ada'), writes.count], [5, 0, 0]);
    await readMarkers.flush();
    assert.equal([readMarkers.unsaved(ada, lobby), await written('ada')], [0, 5]);
  }),
);

test(
  'each user has a read marker in each room',
  withReads(async ({ house, readMarkers, ada, grace, lobby, written }) => {
    const study = await house.room('ada', 'study');
    readMarkers.record(ada, lobby, 5);
    readMarkers.record(ada, study, 2);
    readMarkers.record(grace, lobby, 3);
    assert.equal(
      [
        readMarkers.unsaved(ada, lobby),
        readMarkers.unsaved(ada, study),
        readMarkers.unsaved(grace, lobby),
        readMarkers.unsaved(grace, study),
      ],
      [5, 2, 3, 0],
    );
    await readMarkers.flush();
    assert.equal(
      [await written('ada'), await written('ada', study), await written('grace'), await written('linus')],
      [5, 2, 3, 0],
    );
  }),
);

test(
  'all read markers are stored in one transaction, and none when nothing was read',
  withReads(async ({ house, readMarkers, ada, grace, linus, lobby, written, writes }) => {
    for (const user of [ada, grace, linus]) readMarkers.record(user, lobby, 5);
    await readMarkers.flush();
    assert.equal(
      [writes.count, await written('ada'), await written('grace'), await written('linus')],
      [1, 5, 5, 5],
    );
    await readMarkers.flush();
    assert.is(writes.count, 1);
    readMarkers.record(ada, lobby, 7);
    readMarkers.record(grace, lobby, 7);
    readMarkers.record(linus, lobby, 6);
    readMarkers.record(ada, await house.room('ada', 'study'), 7);
    await readMarkers.flush();
    assert.equal(
      [writes.count, await written('ada'), await written('grace'), await written('linus')],
      [2, 7, 7, 6],
    );
  }),
);

test(
  'a read marker never goes back, in memory or in the database',
  withReads(async ({ readMarkers, ada, grace, lobby, written }) => {
    readMarkers.record(ada, lobby, 5);
    readMarkers.record(ada, lobby, 3);
    assert.is(readMarkers.unsaved(ada, lobby), 5);
    await readMarkers.flush();
    readMarkers.record(ada, lobby, 4); // a page from the past, or a process that is behind
    readMarkers.record(grace, lobby, 4);
    await readMarkers.flush();
    assert.equal([await written('ada'), await written('grace')], [5, 4]);
  }),
);

test(
  'a read marker survives a failed transaction',
  withReads(async ({ readMarkers, ada, grace, lobby, written, writes }) => {
    readMarkers.record(ada, lobby, 5);
    readMarkers.record(grace, lobby, 6);
    writes.before = () => {
      throw new Error('the database is locked');
    };
    await refusal(Error, readMarkers.flush());
    assert.equal(
      [await written('ada'), readMarkers.unsaved(ada, lobby), readMarkers.unsaved(grace, lobby)],
      [0, 5, 6],
    );
    writes.before = () => {};
    await readMarkers.flush();
    assert.equal(
      [await written('ada'), await written('grace'), readMarkers.unsaved(grace, lobby)],
      [5, 6, 0],
    );
  }),
);

test(
  'a read marker that moves during a transaction is kept for the next',
  withReads(async ({ readMarkers, ada, lobby, written, writes }) => {
    readMarkers.record(ada, lobby, 5);
    writes.before = () => readMarkers.record(ada, lobby, 7);
    await readMarkers.flush();
    assert.equal([await written('ada'), readMarkers.unsaved(ada, lobby)], [5, 7]);
    writes.before = () => {};
    await readMarkers.flush();
    assert.equal([await written('ada'), readMarkers.unsaved(ada, lobby)], [7, 0]);
  }),
);

test(
  'read markers of deleted rooms and former members are dropped',
  withReads(async ({ house, readMarkers, ada, linus, lobby, written }) => {
    const study = await house.room('ada', 'study');
    readMarkers.record(ada, study, 5);
    readMarkers.record(linus, lobby, 5);
    await house.as('ada', (em, user) => deleteRoom(em, user, study));
    await house.remove('ada', lobby, 'linus');
    await readMarkers.flush();
    assert.equal(
      [readMarkers.unsaved(ada, study), readMarkers.unsaved(linus, lobby), await written('linus')],
      [0, 0, undefined],
    );
  }),
);

test.run();
