import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { exportData } from '../../server/chat/data-export.ts';
import { befriend } from '../../server/chat/people.ts';
import { Block } from '../../server/chat/block.ts';
import { Entry } from '../../server/chat/entry.ts';
import { Friendship } from '../../server/chat/friendship.ts';
import { Report } from '../../server/chat/report.ts';
import { Session } from '../../server/chat/session.ts';
import { User } from '../../server/chat/user.ts';
import { enrolMany, type House, NOW, withHouse } from '../support/domain.ts';

const test = suite('data export');

async function dataOf({ reader, id }: House, username: string) {
  let text = '';
  for await (const part of exportData(await reader(), await id(username), NOW)) text += part;
  return { text, data: JSON.parse(text) };
}

test(
  'the export has all messages of the user, in order, also from rooms they are no longer in, and no message of others',
  withHouse(async (house) => {
    const [lobby, study] = [await house.room('ada', 'lobby'), await house.room('ada', 'study')];
    await house.enter('grace', lobby);
    await house.enter('ada', lobby);
    await house.say('grace', lobby, 'one\n"two"');
    await house.say('ada', lobby, 'what ada said');
    await house.say('grace', lobby, 'three');
    await house.enter('grace', study, { leave: lobby });
    await house.say('grace', study, 'four');
    await house.remove('ada', study, 'grace');
    const { data, text } = await dataOf(house, 'grace');
    assert.equal(
      data.messages.map(({ room, name, seq, body }: Record<string, unknown>) => [room, name, seq, body]),
      [
        [lobby, 'lobby', 3, 'one\n"two"'],
        [lobby, 'lobby', 5, 'three'],
        [study, undefined, 2, 'four'],
      ],
    );
    assert.is(data.messages[0].at, NOW.toISOString());
    assert.equal(
      data.rooms.map(({ name, role }: Record<string, unknown>) => [name, role]),
      [['lobby', 'member']],
    );
    assert.not.match(text, /what ada said|ada@example/);
  }),
);

test(
  'the export has the account, the settings and the friends, and no password hash',
  withHouse(async (house) => {
    await house.to('ada', 'grace', (em, ada, grace) => befriend(em, ada, grace, NOW));
    const { data, text } = await dataOf(house, 'grace');
    assert.equal(data.account, {
      username: 'grace',
      email: 'grace@example.org',
      createdAt: NOW.toISOString(),
      away: '',
    });
    assert.is(data.settings.hourCycle, 'h23');
    assert.equal(data.friends, [{ username: 'ada', status: 'received', since: null }]);
    assert.equal(data.messages, []);
    const { passwordHash } = await house.em().findOneOrFail(User, { username: 'grace' });
    assert.not.ok(text.includes(passwordHash));
  }),
);

test(
  'friends, blocked users, reports and sessions are all in the export, however many there are',
  withHouse(async (house) => {
    const count = 1100;
    const ada = await house.id('ada');
    const ids = await enrolMany(
      house.orm,
      Array.from({ length: count }, (_, index) => `user-${index}`),
    );
    const lobby = await house.room('linus', 'lobby');
    const said = { roomId: lobby, roomName: 'lobby', body: '', saidAt: NOW, reason: 'rude', madeAt: NOW };
    const rows: [new () => object, (id: number) => object][] = [
      [Friendship, (id) => ({ low: ada, high: id, asker: id, acceptedAt: id % 2 ? NOW : null })],
      [Block, (id) => ({ user: ada, blocked: id })],
      [Report, (id) => ({ ...said, seq: id, author: id, reporter: ada })],
      [Session, (id) => ({ id: `s${id}`, user: ada, data: '{}', createdAt: NOW, seenAt: NOW })],
    ];
    for (const [entity, rowOf] of rows)
      for (let from = 0; from < count; from += 250)
        await house.em().insertMany(entity, ids.slice(from, from + 250).map(rowOf) as never);
    const { data } = await dataOf(house, 'ada');
    assert.equal(
      ['friends', 'blocked', 'reports', 'sessions'].map((name) => data[name].length),
      Array(4).fill(count),
    );
    assert.equal(new Set(data.blocked).size, count);
    assert.equal(new Set(data.friends.map(({ username }: { username: string }) => username)).size, count);
    const { username, ...about } = data.friends[0];
    assert.is(username, 'user-0');
    assert.equal(
      about,
      ids[0]! % 2 ? { status: 'friends', since: NOW.toISOString() } : { status: 'received', since: null },
    );
  }),
);

test(
  'other requests are answered between two parts of the export',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    const ada = await house.id('ada');
    const rows = Array.from({ length: 2000 }, (_, index) => ({
      room: lobby,
      seq: index + 1,
      kind: 'message' as const,
      author: ada,
      body: 'hello',
      key: `key-${index}`,
      at: NOW,
    }));
    for (let from = 0; from < rows.length; from += 500)
      await house.em().insertMany(Entry, rows.slice(from, from + 500));
    let turns = 0;
    let isOver = false;
    const count = (): void => void setImmediate(() => ((turns += 1), isOver || count()));
    count();
    let parts = 0;
    for await (const _ of exportData(await house.reader(), ada, NOW)) parts += 1;
    isOver = true;
    assert.ok(parts > 15, String(parts));
    assert.ok(turns >= 15, String(turns));
  }),
);

test.run();
