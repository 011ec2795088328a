import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { openDirect } from '../../server/chat/direct.ts';
import { Membership } from '../../server/chat/membership.ts';
import { Mention } from '../../server/chat/mention.ts';
import { postAll, type RunStatements } from '../../server/chat/post-batch.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { connectLive } from '../../server/database/connect-live.ts';
import { openDatabase } from '../../server/database/open.ts';
import type { SqliteFile } from '../../server/database/sqlite.ts';
import { enrol, houseOf, NOW, refusal, withFile } from '../support/domain.ts';
import { withServer } from '../support/server.ts';
import { Visitor } from '../support/visitor.ts';

const test = suite('SQLite file');

test('while another process writes, reads and polls are answered at once, and a post afterwards', () =>
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
  'concurrent transactions write one after the other, each whole',
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
  'a batch of messages is stored before transactions that came earlier and have not begun',
  withFile(async (file) => {
    const orm = await openDatabase(file);
    try {
      await enrol(orm, 'ada');
      const dialect = orm.config.get<'driverOptions', SqliteFile>('driverOptions');
      const order: string[] = [];
      const write = (name: string) =>
        orm.em
          .fork()
          .transactional((em) =>
            em
              .getConnection()
              .execute('delete from room where id = 7', [], 'run', em.getTransactionContext()),
          )
          .then(() => order.push(name));
      const batch = async () => {
        await dialect.runInTransaction([{ sql: 'delete from room where id = ?', parameters: [7] }]);
        order.push('batch');
      };
      const earlier = ['one', 'two', 'three', 'four', 'five'].map(write);
      await Promise.all([...earlier, nextTurn().then(batch)]);
      assert.is.not(order.at(-1), 'batch', order.join());
    } finally {
      await orm.close();
    }
  }),
);

test(
  'other connections do not see uncommitted rows, and a rollback leaves none',
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
      await enrol(orm, 'grace'); // the next transaction can write
      assert.is(await orm.em.fork().count(User), 2);
    } finally {
      await orm.close();
    }
  }),
);

test(
  'a batch of messages is stored whole, or not at all',
  withFile(async (file) => {
    const orm = await openDatabase(file);
    const live = await connectLive(orm);
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
        live.runStatements,
      );
      assert.equal(
        entries.map((entry) => entry?.seq),
        [3, undefined, 4, 1],
      );
      assert.equal((await log(lobby)).slice(2), ["3 ada: it's for @linus", '4 linus: two']);
      assert.equal(
        (await em().find(Mention, {})).map(({ room: { id }, seq, user }) => [id, seq, user.id]),
        [[lobby, 3, linus.id]],
      );
      assert.is(await em().count(Membership, { hidden: true }), 0);
      const broken: RunStatements = (rooms, statements) =>
        live.runStatements!(rooms, [
          ...statements,
          { sql: 'insert into room (id) values (?)', parameters: [7] },
        ]);
      await refusal(Error, postAll(em(), [post(ada, 'lost')], broken));
      assert.equal(
        (await postAll(em(), [post(ada, 'kept')], live.runStatements)).map((entry) => entry?.seq),
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
  'the version is read once in each turn of the event loop, and again after this process has written',
  withFile(async (file) => {
    const orm = await openDatabase(file);
    const other = new DatabaseSync(file);
    const live = await connectLive(orm);
    try {
      const { id } = await enrol(orm, 'ada');
      await nextTurn();
      const version = live.versions.ofUser(id);
      other.exec(`update user set username = 'Ada'`);
      assert.is(live.versions.ofRoom(1), version); // read in this turn already; the next turn sees the change
      await nextTurn();
      const next = live.versions.ofRoom(1);
      assert.is.not(next, version);
      other.exec(`update user set username = 'ada'`);
      const dialect = orm.config.get<'driverOptions', SqliteFile>('driverOptions');
      dialect.onWrite(); // as after a write by this process
      assert.is.not(live.versions.ofUser(id), next);
      let isTold = false;
      dialect.onWrite = () => (isTold = true);
      const written = orm.em.fork().nativeUpdate(User, { id }, { username: 'Ada' });
      assert.not.ok(isTold);
      await written;
      assert.ok(isTold); // before the write returns to its caller
    } finally {
      await live.close();
      other.close();
      await orm.close();
    }
  }),
);

test(
  'closing the database leaves no file beside it',
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

test(
  'the process ends when the thread that writes has ended, so that nobody waits for it for ever',
  withFile(async (file) => {
    const program = `
      let thread;
      process.on('worker', (worker) => (thread = worker));
      const { openDatabase } = await import(${JSON.stringify(import.meta.resolve('../../server/database/open.ts'))});
      const orm = await openDatabase(process.argv[2]);
      thread.terminate();
      await orm.em.fork().transactional((em) => em.execute('delete from block')).catch(() => console.log('refused'));
      setInterval(() => {}, 1000);`;
    writeFileSync(`${file}.mjs`, program);
    const { status, stdout, stderr } = spawnSync(process.execPath, [`${file}.mjs`, file], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    assert.equal([status, stdout], [1, '']);
    assert.match(stderr, /The thread that writes to the database has ended/);
  }),
);

test.run();
