import { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Away, AwayRoom, ensureAway } from '../../server/chat/away.ts';
import { Due, News, spreadNews, Telling } from '../../server/chat/due.ts';
import { Membership } from '../../server/chat/membership.ts';
import { User } from '../../server/chat/user.ts';
import { openDirect } from '../../server/chat/direct.ts';
import { postMessage } from '../../server/chat/post.ts';
import { deleteRoom } from '../../server/chat/administration.ts';
import { enrolMany, type House, NOW, withHouse } from '../support/domain.ts';

const test = suite('what is due');

/** Somebody is to be told. */
async function told({ em, id }: House, username: string, choices: Partial<Away> = {}): Promise<void> {
  const user = await id(username);
  await ensureAway(em(), { id: user, zone: null });
  await em().nativeUpdate(Away, { user }, choices);
}

/** What is due after everything was looked at, as `grace 3-4`. */
async function due({ em }: House): Promise<string[]> {
  await spreadNews(em());
  const rows = await em().find(Due, {}, { populate: ['user'], orderBy: { user: 'asc', room: 'asc' } });
  return rows.map(({ user, fromSeq, untilSeq }) => `${user.username} ${fromSeq}-${untilSeq}`);
}

/** How many statements are run meanwhile. */
async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  const { execute } = EntityManager.prototype;
  let count = 0;
  EntityManager.prototype.execute = function (...given) {
    count += 1;
    return Reflect.apply(execute, this, given) as ReturnType<typeof execute>;
  };
  await work().finally(() => (EntityManager.prototype.execute = execute));
  return count;
}

async function lobbyOf(house: House): Promise<number> {
  const lobby = await house.room('ada', 'lobby');
  await house.enter('ada', lobby); // entry 1
  for (const username of ['grace', 'linus']) await house.join(username, lobby);
  return lobby;
}

test(
  'a message writes nothing while nobody has chosen to be told, and then one row a room',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await house.say('ada', lobby, 'hello @grace');
    assert.is(await house.em().count(News), 0);
    await told(house, 'grace');
    for (const body of ['hello @grace', 'and @linus']) await house.say('ada', lobby, body);
    const [row] = await house.em().find(News, {});
    assert.equal([row!.room.id, row!.fromSeq, row!.untilSeq], [lobby, 3, 4]);
    assert.equal(await due(house), ['grace 3-4']);
    assert.is(await house.em().count(News), 0);
    const [telling] = await house.em().find(Telling, {});
    assert.is(telling!.lookAt, NOW.getTime() + 15 * 60_000);
  }),
);

test(
  'a message without a word for somebody is due to those alone who are told everything',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await told(house, 'grace', { what: 'all' });
    await told(house, 'linus');
    await house.say('ada', lobby, 'hello');
    assert.equal(await due(house), ['grace 2-2']);
    await house.say('ada', lobby, 'hello @linus');
    assert.equal(await due(house), ['grace 2-3', 'linus 3-3']);
  }),
);

test(
  'an answer is due to whom it answers, and a mention from the first one on',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await told(house, 'ada');
    await told(house, 'grace');
    await house.say('ada', lobby, 'who comes?');
    await house.enter('grace', lobby);
    await house.as('grace', async (em, grace) => {
      await postMessage(em, grace, lobby, { body: 'I do', key: 'a-key-of-grace', reply: 2 }, NOW);
    });
    for (const body of ['well', 'hello @grace']) await house.say('ada', lobby, body);
    assert.equal(await due(house), ['ada 4-6', 'grace 6-6']);
  }),
);

test(
  'a room of which somebody is told otherwise counts otherwise',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    for (const username of ['grace', 'linus']) await told(house, username);
    const choose = async (username: string, what: 'all' | 'nothing') =>
      house.em().insert(AwayRoom, { user: await house.id(username), room: lobby, what });
    await choose('grace', 'all');
    await choose('linus', 'nothing');
    await house.say('ada', lobby, 'hello @linus');
    assert.equal(await due(house), ['grace 2-2']);
  }),
);

test(
  'a private message is due without a mention, and what was read is not',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await told(house, 'grace');
    await house.say('ada', lobby, 'hello @grace');
    await house.em().nativeUpdate(Membership, { room: lobby, user: await house.id('grace') }, { readSeq: 2 });
    const { id: pair } = await house.to('ada', 'grace', (em, ada, grace) => openDirect(em, ada, grace, NOW));
    await house.enter('ada', pair, { leave: lobby });
    await house.say('ada', pair, 'between us');
    assert.equal(await due(house), ['grace 1-1']);
  }),
);

test(
  'nothing is due to those who have chosen no way, and a deleted room takes along what was',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await told(house, 'grace');
    await told(house, 'linus', { mail: 'never' });
    await house.say('ada', lobby, 'hello @grace and @linus');
    assert.equal(await due(house), ['grace 2-2']);
    await house.say('ada', lobby, 'again @grace');
    await house.as('ada', (em, ada) => deleteRoom(em, ada, lobby));
    assert.equal(await due(house), []);
  }),
);

test(
  'a thousand people who are away cost a message one statement and one row, and one look as many statements as one of them',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await told(house, 'grace', { what: 'all' });
    const one = {
      post: await statementsOf(() => house.say('ada', lobby, 'hello')),
      look: await statementsOf(() => spreadNews(house.em())),
    };
    assert.ok(one.post > 0 && one.look > 0);
    const ids = await enrolMany(
      house.orm,
      Array.from({ length: 1000 }, (_, index) => `user${index}`),
    );
    const em = house.em();
    await em.insertMany(
      Membership,
      ids.map((user) => ({ room: lobby, user, role: 'member' as const, joinedAt: NOW })),
    );
    await em.insertMany(
      Away,
      ids.map((user) => ({ user, what: 'all' as const, stopKey: `key ${user}` })),
    );
    const say = () => house.say('ada', lobby, 'hello');
    assert.is(await statementsOf(say), one.post);
    assert.equal([await em.count(News), await em.count(Due)], [1, 1]);
    assert.is(await statementsOf(() => spreadNews(house.em())), one.look);
    assert.equal([await em.count(News), await em.count(Due), await em.count(Telling)], [0, 1001, 1001]);
    assert.is(await em.count(User), 1003);
  }),
);

test(
  'messages that are stored while others are looked at are left out by no process',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await told(house, 'grace', { what: 'all' });
    const looks: Promise<void>[] = [];
    for (let number = 2; number <= 9; number += 1) {
      const posted = house.say('ada', lobby, `message ${number}`);
      looks.push(spreadNews(house.em()), spreadNews(house.em()));
      await posted;
    }
    await Promise.all(looks);
    assert.equal(await due(house), ['grace 2-9']);
  }),
);

test.run();
