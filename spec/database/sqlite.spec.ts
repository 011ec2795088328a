import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { openDatabase } from '../../server/database/open.ts';
import { enrol, houseOf, refusal, withFile } from '../support/nouns.ts';
import { withServer } from '../support/server.ts';
import { Visitor } from '../support/visitor.ts';

const test = suite('the file');

test('keeps nobody waiting who reads or polls while another process writes, and then takes what was posted', () => withServer(async (server, folder) => {
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
    assert.equal((await grace.poll(lobby, 2)).json().entries.map(({ body }: { body: string }) => body), ['before']);
    for (let poll = 0; poll < 20; poll += 1) assert.is((await grace.poll(lobby, 3)).status, 204);
    assert.is((await grace.get(`/rooms/${lobby}`)).status, 200);
    assert.not.ok(isAnswered);
    other.exec("update room set name = 'hall'");
    other.exec('commit');
    assert.is((await posted).status, 201);
    assert.equal((await grace.poll(lobby, 3)).json().entries.map(({ body }: { body: string }) => body), ['meanwhile']);
    assert.is((await grace.poll(lobby, 3)).json().name, 'hall');
    other.exec('delete from presence');
    assert.is((await grace.poll(lobby, 4)).status, 409);
  } finally {
    other.close();
  }
}));

test('is written by one at a time, each transaction whole', withFile(async (file) => {
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
}));

test('shows nobody what is not committed, and keeps nothing of what was taken back', withFile(async (file) => {
  const orm = await openDatabase(file);
  try {
    const ada = await enrol(orm, 'ada');
    const count = () => orm.em.fork().count(Room);
    await refusal(RangeError, orm.em.fork().transactional(async (em) => {
      await em.insert(Room, { name: 'lobby', access: 'open', creator: ada.id, createdAt: new Date() });
      assert.equal([await em.count(Room), await count()], [1, 0]);
      await em.transactional(async (inner) => {
        await inner.insert(Room, { name: 'study', access: 'open', creator: ada.id, createdAt: new Date() });
        throw new TypeError('only this');
      }).catch((error: unknown) => assert.instance(error, TypeError));
      assert.is(await em.count(Room), 1);
      throw new RangeError('all of it');
    }));
    assert.is(await count(), 0);
    await enrol(orm, 'grace'); // and the next may write
    assert.is(await orm.em.fork().count(User), 2);
  } finally {
    await orm.close();
  }
}));

test('leaves nothing beside it once it is closed', withFile(async (file) => {
  const orm = await openDatabase(file);
  await enrol(orm, 'ada');
  await orm.close();
  assert.equal(['', '-wal', '-shm'].map((ending) => existsSync(file + ending)), [true, false, false]);
}));

test.run();
