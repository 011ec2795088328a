import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { postAll, type Run } from '../../server/chat/batch.ts';
import { openDirect } from '../../server/chat/direct.ts';
import { Membership } from '../../server/chat/membership.ts';
import { Mention } from '../../server/chat/mention.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { openLive } from '../../server/database/live.ts';
import { openDatabase } from '../../server/database/open.ts';
import type { SqliteFile } from '../../server/database/sqlite.ts';
import { enrol, houseOf, NOW, refusal, withFile } from '../support/nouns.ts';
import { withServer } from '../support/server.ts';
import { Visitor } from '../support/visitor.ts';

const test = suite('the file');

test('keeps nobody waiting who reads or polls while another process writes, and then takes what was posted', () =>
  withServer(async (server, folder) => {
    await server.start();
    const [ada, grace] = [new Visitor(server.base), new Visitor(server.base)];
    for (const person of [ada, grace]) await person.register(person === ada ? 'ada' : 'grace');
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await ada.sayJson(lobby, 'before');
    const other = new DatabaseSync(join(folder, 'chat.db'));
    try {
      other.exec('begin immediate');
      let isAnswered = false;
      const posted = ada.sayJson(lobby, 'meanwhile').finally(() => (isAnswered = true));
      assert.equal(
        (await grace.poll(lobby, 2)).json().entries.map(({ body }: { body: string }) => body),
        ['before'],
      );
      for (let poll = 0; poll < 20; poll += 1) assert.is((await grace.poll(lobby, 3)).status, 204);
      assert.is((await grace.get(`/rooms/${lobby}`)).status, 200);
      assert.not.ok(isAnswered);
      other.exec("update room set name = 'hall'");
      other.exec('commit');
      assert.is((await posted).status, 201);
      assert.equal(
        (await grace.poll(lobby, 3)).json().entries.map(({ body }: { body: string }) => body),
        ['meanwhile'],
      );
      assert.is((await grace.poll(lobby, 3)).json().name, 'hall');
      other.exec('delete from presence');
      assert.is((await grace.poll(lobby, 4)).status, 409);
    } finally {
      other.close();
    }
  }));

test(
  'is written by one at a time, each transaction whole',
  withFile(async (file) => {
    const orm = await openDatabase(file);
    try {
      await enrol(orm, 'ada');
      const { room, say, enter, log } = houseOf(orm);
      const lobby = await room('ada', 'lobby');
      await enter('ada', lobby);
      await Promise.all(Array.from({ length: 10 }, (_, index) => say('ada', lobby, `${index}`)));
      assert.equal((await log(lobby)).length, 11);
    } finally {
      await orm.close();
    }
  }),
);

test(
  'shows nobody what is not committed, and keeps nothing of what was taken back',
  withFile(async (file) => {
    const orm = await openDatabase(file);
    try {
      const ada = await enrol(orm, 'ada');
      const count = () => orm.em.fork().count(Room);
      await refusal(
        RangeError,
        orm.em.fork().transactional(async (em) => {
          await em.insert(Room, { name: 'lobby', access: 'open', creator: ada.id, createdAt: new Date() });
          assert.equal([await em.count(Room), await count()], [1, 0]);
          await em
            .transactional(async (inner) => {
              await inner.insert(Room, {
                name: 'study',
                access: 'open',
                creator: ada.id,
                createdAt: new Date(),
              });
              throw new TypeError('only this');
            })
            .catch((error: unknown) => assert.instance(error, TypeError));
          assert.is(await em.count(Room), 1);
          throw new RangeError('all of it');
        }),
      );
      assert.is(await count(), 0);
      await enrol(orm, 'grace'); // and the next may write
      assert.is(await orm.em.fork().count(User), 2);
    } finally {
      await orm.close();
    }
  }),
);

test(
  'takes a batch of messages whole, or nothing of it',
  withFile(async (file) => {
    const orm = await openDatabase(file);
    const live = await openLive(orm);
    try {
      const [ada, grace, linus] = [
        await enrol(orm, 'ada'),
        await enrol(orm, 'grace'),
        await enrol(orm, 'linus'),
      ];
      const { em, room, enter, to, log } = houseOf(orm);
      const lobby = await room('ada', 'lobby');
      await enter('ada', lobby);
      await enter('linus', lobby);
      const { id: direct } = await to('grace', 'linus', (inner, one, other) =>
        openDirect(inner, one, other, NOW),
      );
      await enter('grace', direct);
      const post = (user: User, body: string, where = lobby) => ({
        user: user.id,
        room: where,
        body,
        key: crypto.randomUUID(),
        now: NOW,
      });
      const entries = await postAll(
        em(),
        [
          post(ada, "it's for @linus"),
          post(grace, 'from elsewhere'),
          post(linus, 'two'),
          post(grace, 'for you', direct),
        ],
        live.run,
      );
      assert.equal(
        entries.map((entry) => entry?.seq),
        [3, undefined, 4, 2],
      );
      assert.equal((await log(lobby)).slice(2), ["3 ada: it's for @linus", '4 linus: two']);
      assert.equal(
        (await em().find(Mention, {})).map(({ room: { id }, seq, user }) => [id, seq, user.id]),
        [[lobby, 3, linus.id]],
      );
      assert.is(await em().count(Membership, { hidden: true }), 0);
      const broken: Run = (rooms, statements) =>
        live.run!(rooms, [...statements, { sql: 'insert into room (id) values (?)', parameters: [7] }]);
      await refusal(Error, postAll(em(), [post(ada, 'lost')], broken));
      assert.equal(
        (await postAll(em(), [post(ada, 'kept')], live.run)).map((entry) => entry?.seq),
        [5],
      );
      assert.equal((await log(lobby)).slice(4), ['5 ada: kept']);
    } finally {
      await live.close();
      await orm.close();
    }
  }),
);

test(
  'is asked for its version once a turn of the event loop, and anew where this process has written',
  withFile(async (file) => {
    const orm = await openDatabase(file);
    const other = new DatabaseSync(file);
    const live = await openLive(orm);
    try {
      const { id } = await enrol(orm, 'ada');
      await nextTurn();
      const version = live.signals.ofUser(id);
      other.exec(`update user set username = 'Ada'`);
      assert.is(live.signals.ofRoom(1), version); // seen from the next turn on, since it was not there when this one began
      await nextTurn();
      const next = live.signals.ofRoom(1);
      assert.is.not(next, version);
      other.exec(`update user set username = 'ada'`);
      const dialect = orm.config.get('driverOptions') as SqliteFile;
      dialect.written(); // as when this process has written
      assert.is.not(live.signals.ofUser(id), next);
      let isTold = false;
      dialect.written = () => (isTold = true);
      const written = orm.em.fork().nativeUpdate(User, { id }, { username: 'Ada' });
      assert.not.ok(isTold);
      await written;
      assert.ok(isTold); // ahead of whoever waits for it
    } finally {
      await live.close();
      other.close();
      await orm.close();
    }
  }),
);

test(
  'leaves nothing beside it once it is closed',
  withFile(async (file) => {
    const orm = await openDatabase(file);
    await enrol(orm, 'ada');
    await orm.close();
    assert.equal(
      ['', '-wal', '-shm'].map((ending) => existsSync(file + ending)),
      [true, false, false],
    );
  }),
);

test.run();
