import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { chat } from '../support/command.ts';
import { withFile } from '../support/domain.ts';
import { writeEverything } from '../support/full-database.ts';
import { withServer } from '../support/server.ts';
import { Visitor } from '../support/visitor.ts';

const test = suite('users, stats and end-sessions');

test(
  'users lists the accounts, and stats counts every kind of content',
  withFile(async (file) => {
    await writeEverything(file);
    const users = (await chat(file, ['users'])).out
      .trim()
      .split('\n')
      .map((line) => line.split('\t'));
    assert.equal(users, [
      ['username', 'email', 'since', 'last seen', 'remark'],
      ['ada', 'ada@example.org', '2026-01-01', '2026-01-01', 'operator'],
      ['grace', 'grace@example.org', '2026-01-01', '2026-01-01', '-'],
      ['linus', 'linus@example.org', '2026-01-01', '-', 'suspended'],
      ['alan', 'alan@example.org', '2026-01-01', '-', '-'],
      ['liskov', 'barbara@example.org', '2026-01-01', '-', '-'],
    ]);
    const { out } = await chat(file, ['stats']);
    for (const line of [
      '5  accounts',
      '1  suspended accounts',
      '1  former members',
      '2  sessions',
      '1  open rooms',
      '2  conversations of two',
      '39  messages',
      '1  reports without an answer',
    ]) {
      assert.match(out, new RegExp(`^ +${line}$`, 'm'));
    }
  }),
);

test('end-sessions ends the sessions of a user on a running server, polls included', async () => {
  await withServer(async (server, folder) => {
    await server.start();
    const ada = new Visitor(server.base);
    await ada.register('ada');
    const lobby = await ada.createRoom('lobby');
    assert.is((await ada.poll(lobby, 1)).status, 204);
    const { code, out } = await chat(`${folder}/chat.db`, ['end-sessions', 'ada']);
    assert.equal([code, out], [0, '1 session of ada is ended.\n']);
    assert.is((await ada.poll(lobby, 1)).status, 401);
    assert.is((await ada.get('/rooms')).status, 303);
    assert.match((await chat(`${folder}/chat.db`, ['end-sessions', 'nobody'])).err, /no account/);
  });
});

test.run();
