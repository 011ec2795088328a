import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Post } from '../../server/chat/batch.ts';
import { block } from '../../server/chat/block.ts';
import { openDirect } from '../../server/chat/direct.ts';
import type { ShownEntry } from '../../server/chat/entry.ts';
import { Membership } from '../../server/chat/membership.ts';
import { Mention } from '../../server/chat/mention.ts';
import { entriesOf } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { Writer } from '../../server/live/writer.ts';
import { NOW, withHouse, type House } from '../support/nouns.ts';

const test = suite('the writer');

interface Scene {
  house: House;
  lobby: number;
  study: number;
  /** Posts as one of the cast, with a key of its own. */
  post(username: string, room: number, body: string, changes?: Partial<Post>): Promise<number | undefined>;
  /** What it has told of. */
  stored: ShownEntry[];
  /** How many transactions there were, and what is done ahead of each. */
  transactions: { count: number; before: () => void };
}

/** Ada and grace in the lobby, linus in the study. */
const withWriter = (work: (scene: Scene) => Promise<void>) => withHouse(async (house) => {
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
  const stored: ShownEntry[] = [];
  const writer = new Writer({ em, signals: { ofUser: () => NaN, ofRoom: () => NaN, settled: () => {} }, stored: (entries) => void stored.push(...entries) });
  await work({
    house, lobby, study, transactions, stored,
    post: async (username, room, body, changes = {}) => (await writer.post({ user: ids.get(username)!, room, body, key: crypto.randomUUID(), now: NOW, ...changes }))?.seq,
  });
});

test('stores what waits in one transaction, over all rooms, in each without a gap', withWriter(async ({ house, lobby, study, post, transactions }) => {
  const first = post('ada', lobby, 'first');
  const rest = [post('grace', lobby, 'second'), post('linus', study, 'elsewhere'), post('ada', lobby, 'third')];
  assert.equal([await first, ...(await Promise.all(rest))], [3, 4, 2, 5]);
  assert.is(transactions.count, 2); // the first, and all that came meanwhile
  assert.equal((await house.log(lobby)).slice(2), ['3 ada: first', '4 grace: second', '5 ada: third']);
  assert.equal((await house.log(study)).slice(1), ['2 linus: elsewhere']);
  assert.is((await house.say('grace', lobby, 'and so on')).entry.seq, 6);
}));

test('stores a text as `post` does, and tells of it as it is in the log', withWriter(async ({ house, lobby, post, stored }) => {
  await post('ada', lobby, "  one\r\ntwo's ?  ");
  assert.equal((await house.log(lobby)).slice(2), ["3 ada: one\ntwo's ?"]);
  const [entry] = await entriesOf(house.em(), lobby, 2);
  const { room, seq, kind, author, body, at } = entry!;
  assert.equal(stored, [{ room: { id: room.id }, seq, kind, author: { id: author.id, username: author.username }, body, at }]);
}));

const doubtful: [why: string, changes: Partial<Post>, username?: string][] = [
  ['the text is empty', { body: ' ' }],
  ['the text is too long', { body: 'x'.repeat(4001) }],
  ['the text cannot be kept', { body: '\0' }],
  ['the key is none', { key: 'short' }],
  ['the person is in another room', {}, 'linus'],
  ['there is no such room', { room: 99 }],
  ['there is no such person', { user: 99 }],
];
for (const [why, changes, username = 'grace'] of doubtful) {
  test(`leaves to \`post\` a message where ${why}, and stores the others`, withWriter(async ({ house, lobby, post }) => {
    const posts = [post('ada', lobby, 'first'), post('ada', lobby, 'second'), post(username, lobby, 'doubtful', changes), post('ada', lobby, 'third')];
    assert.equal(await Promise.all(posts), [3, 4, undefined, 5]);
    assert.equal((await house.log(lobby)).slice(2), ['3 ada: first', '4 ada: second', '5 ada: third']);
  }));
}

test('leaves to `post` what is sent again, then or later', withWriter(async ({ house, lobby, post }) => {
  const key = 'a-key-of-ada';
  assert.equal(await Promise.all([post('ada', lobby, 'zero'), post('ada', lobby, 'once', { key }), post('ada', lobby, 'once', { key }), post('grace', lobby, 'mine', { key })]), [3, 4, undefined, 5]);
  assert.is(await post('ada', lobby, 'once', { key }), undefined);
  assert.is((await house.log(lobby)).length, 5);
}));

test('notes whom a text mentions, as `post` does', withWriter(async ({ house, lobby, study, post, stored }) => {
  await Promise.all([post('ada', lobby, 'hello'), post('ada', lobby, 'to @GRACE, @ada and @linus'), post('linus', study, '@ada @grace'), post('grace', lobby, 'ada@grace')]);
  await house.say('ada', lobby, 'to @GRACE, @ada and @linus');
  const noted = (room: number) => house.em().find(Mention, { room }, { populate: ['user'], orderBy: { seq: 'asc', user: 'asc' } }).then((all) => all.map(({ seq, user, name }) => `${seq} ${user.username} ${name}`));
  assert.equal(await noted(lobby), ['4 ada ada', '4 grace grace', '6 ada ada', '6 grace grace']);
  assert.equal(await noted(study), ['2 ada ada']); // where grace is no member
  assert.equal(stored.map(({ seq, mentions }) => [seq, mentions?.map(({ user }) => user.username)]), [[3, undefined], [4, ['ada', 'grace']], [2, ['ada']], [5, undefined]]);
}));

const stopped: [why: string, stop: (house: House) => Promise<unknown>][] = [
  ['neither has blocked the other', async () => {}],
  ['one has blocked the other', ({ to }) => to('ada', 'linus', block)],
  ['one is blocked by the other', ({ to }) => to('linus', 'ada', block)],
  ['one has deleted their account', ({ em }) => em().nativeUpdate(User, { username: 'linus' }, { deletedAt: NOW })],
];
for (const [index, [why, stop]] of stopped.entries()) {
  test(`${index === 0 ? 'stores' : 'leaves to `post`'} what is said in a conversation of two where ${why}`, withWriter(async ({ house, lobby, post }) => {
    const { id: direct } = await house.to('ada', 'linus', (em, ada, linus) => openDirect(em, ada, linus, NOW));
    await house.enter('ada', direct, { leave: lobby });
    await stop(house);
    const seqs = await Promise.all([post('grace', lobby, 'elsewhere'), post('ada', direct, 'hello'), post('grace', direct, 'I am not in it')]);
    assert.equal(seqs, [4, index === 0 ? 2 : undefined, undefined]);
    const hidden = await house.em().count(Membership, { room: direct, hidden: true });
    assert.is(hidden, index === 0 ? 0 : 1); // it comes into the other's list with what is said
  }));
}

test('leaves all to `post` where a transaction fails, and goes on', withWriter(async ({ house, lobby, post, transactions }) => {
  transactions.before = () => {
    throw new Error('the disk is full');
  };
  assert.equal(await Promise.all([post('ada', lobby, 'first'), post('grace', lobby, 'second')]), [undefined, undefined]);
  transactions.before = () => {};
  assert.is(await post('ada', lobby, 'third'), 3);
  assert.equal((await house.log(lobby)).slice(2), ['3 ada: third']);
}));

test('keeps a hundred waiting for no more than three commits', withWriter(async ({ house, lobby, post, transactions }) => {
  const seqs = await Promise.all(Array.from({ length: 100 }, (_, index) => post(index % 2 ? 'ada' : 'grace', lobby, `${index}`)));
  assert.equal(seqs, Array.from({ length: 100 }, (_, index) => index + 3));
  assert.is(transactions.count, 3);
  assert.is((await house.log(lobby)).length, 102);
}));

test.run();
