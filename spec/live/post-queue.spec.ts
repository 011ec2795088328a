import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import type { EntryRecord } from '../../server/chat/entry.ts';
import { postAll, type QueuedPost } from '../../server/chat/post-batch.ts';
import { User } from '../../server/chat/user.ts';
import { PostQueue } from '../../server/live/post-queue.ts';
import { type House, NOW, withHouse } from '../support/domain.ts';

const test = suite('post queue');

interface Scene {
  house: House;
  lobby: number;
  study: number;
  /** Posts as one of the cast, with a fresh key. */
  post(
    username: string,
    room: number,
    body: string,
    changes?: Partial<QueuedPost>,
  ): Promise<number | undefined>;
  /** The entries that the queue has reported as stored. */
  stored: EntryRecord[];
  /** The number of transactions, and what runs before each. */
  transactions: { count: number; before: () => void };
}

/** Ada and grace are in the lobby, linus in the study. */
const withQueue = (work: (scene: Scene) => Promise<void>) =>
  withHouse(async (house) => {
    const [lobby, study] = [await house.room('ada', 'lobby'), await house.room('ada', 'study')];
    await house.enter('ada', lobby);
    await house.enter('grace', lobby);
    await house.enter('linus', study);
    const ids = new Map((await house.em().find(User, {})).map(({ id, username }) => [username, id]));
    const transactions: Scene['transactions'] = { count: 0, before: () => {} };
    const em = (): EntityManager => {
      transactions.count += 1;
      transactions.before();
      return house.em();
    };
    const stored: EntryRecord[] = [];
    const queue = new PostQueue({
      store: (posts) => postAll(em(), posts),
      versions: { ofUser: () => NaN, ofRoom: () => NaN, settled: () => {} },
      onStored: (entries) => void stored.push(...entries),
    });
    await work({
      house,
      lobby,
      study,
      transactions,
      stored,
      post: async (username, room, body, changes = {}) =>
        (
          await queue.post({
            user: ids.get(username)!,
            room,
            body,
            key: crypto.randomUUID(),
            now: NOW,
            ...changes,
          })
        )?.seq,
    });
  });

test(
  'the queue stores all waiting posts in one transaction, over all rooms, each log without a gap',
  withQueue(async ({ house, lobby, study, post, transactions }) => {
    const first = post('ada', lobby, 'first');
    const rest = [
      post('grace', lobby, 'second'),
      post('linus', study, 'elsewhere'),
      post('ada', lobby, 'third'),
    ];
    assert.equal([await first, ...(await Promise.all(rest))], [3, 4, 2, 5]);
    assert.is(transactions.count, 1);
    assert.equal((await house.log(lobby)).slice(2), ['3 ada: first', '4 grace: second', '5 ada: third']);
    assert.equal((await house.log(study)).slice(1), ['2 linus: elsewhere']);
    assert.is((await house.say('grace', lobby, 'and so on')).entry.seq, 6);
  }),
);

test(
  'the queue returns undefined for a post that breaks a rule, and stores and reports the others',
  withQueue(async ({ house, lobby, post, stored }) => {
    const posts = [
      post('ada', lobby, 'first'),
      post('ada', lobby, 'second'),
      post('linus', lobby, 'from elsewhere'),
      post('ada', lobby, 'third'),
    ];
    assert.equal(await Promise.all(posts), [3, 4, undefined, 5]);
    assert.equal((await house.log(lobby)).slice(2), ['3 ada: first', '4 ada: second', '5 ada: third']);
    assert.equal(
      stored.map(({ seq, body }) => `${seq} ${body}`),
      ['3 first', '4 second', '5 third'],
    );
  }),
);

test(
  'the queue returns undefined for all posts when its transaction fails, and goes on',
  withQueue(async ({ house, lobby, post, transactions }) => {
    transactions.before = () => {
      throw new Error('the disk is full');
    };
    assert.equal(await Promise.all([post('ada', lobby, 'first'), post('grace', lobby, 'second')]), [
      undefined,
      undefined,
    ]);
    transactions.before = () => {};
    assert.is(await post('ada', lobby, 'third'), 3);
    assert.equal((await house.log(lobby)).slice(2), ['3 ada: third']);
  }),
);

test(
  'a hundred posts at once need two transactions',
  withQueue(async ({ house, lobby, post, transactions }) => {
    const seqs = await Promise.all(
      Array.from({ length: 100 }, (_, index) => post(index % 2 ? 'ada' : 'grace', lobby, `${index}`)),
    );
    assert.equal(
      seqs,
      Array.from({ length: 100 }, (_, index) => index + 3),
    );
    assert.is(transactions.count, 2);
    assert.is((await house.log(lobby)).length, 102);
  }),
);

test.run();
