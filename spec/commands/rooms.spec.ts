import { writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Membership } from '../../server/chat/membership.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { openDatabase } from '../../server/database/open.ts';
import { chat } from '../support/command.ts';
import { writeEverything } from '../support/everything.ts';
import { houseOf, withFile } from '../support/nouns.ts';

const test = suite('export and import');

const HEADER = JSON.stringify({ plainchat: 1, name: 'lobby', access: 'open' });
const message = (seq: number, more = {}) => JSON.stringify({ seq, kind: 'message', author: 'ada', body: 'hello', key: `a-key-of-${seq}`, at: '2026-01-01T12:00:00.000Z', ...more });

test('put a room down as one line for itself and one for each entry', withFile(async (file) => {
  await writeEverything(file);
  const { code, out, err } = await chat(file, ['export', 'study']);
  assert.is(code, 0, err);
  const [header, ...lines] = out.trim().split('\n').map((line) => JSON.parse(line));
  assert.equal([header.plainchat, header.name, header.access, header.creator, header.lastSeq], [1, 'study', 'invite', 'grace', lines.length]);
  assert.equal(lines.map(({ seq }) => seq), lines.map((_, index) => index + 1));
  assert.equal(lines[0], { seq: 1, kind: 'added', author: 'grace', subject: 'ada', body: '', at: '2026-01-01T12:00:00.000Z' });
  assert.equal([lines.at(-1).author, lines.at(-1).body], ['grace', '(The minutes of May)']);
  for (const wrong of ['nowhere', '999', '-1']) assert.match((await chat(file, ['export', wrong])).err, /There is no room/);
}));

test('make of it, elsewhere, a room with the same numbers, in which strangers are former members', withFile(async (file) => {
  await writeEverything(file);
  const { out } = await chat(file, ['export', 'lobby']);
  writeFileSync(`${file}.jsonl`, out);
  const other = `${file}.other`;
  const orm = await openDatabase(other);
  try {
    for (const username of ['ada', 'grace']) await orm.em.fork().insert(User, { ...(await fresh(username)) });
    const { code, out: said, err } = await chat(other, ['import', `${file}.jsonl`, 'grace']);
    assert.is(code, 0, err);
    assert.match(err, /former members there: .*linus/);
    assert.match(said, /The room lobby is made, with \d+ entries, at \/rooms\/1\. grace administers it\./);
    const log = await houseOf(orm).log(1);
    const lines = out.trim().split('\n').slice(1).map((line) => JSON.parse(line));
    assert.is(log.length, lines.length);
    assert.equal(log.slice(0, 3), ['1 entered ada', '2 entered grace', '3 entered former member']);
    assert.ok(log.includes('8 former member: goodbye') && log.some((line) => line.startsWith('6 ada: hello <b>all</b>')), log.join('\n'));
    assert.equal(await houseOf(orm).members(1), ['grace admin']);
    const { lastSeq } = await orm.em.fork().findOneOrFail(Room, { id: 1 });
    assert.is((await orm.em.fork().findOneOrFail(Membership, { room: 1 })).readSeq, lastSeq);
    assert.is((await chat(other, ['check'])).code, 0);
    const again = (await chat(other, ['export', '1'])).out.trim().split('\n').slice(1).map((line) => JSON.parse(line));
    assert.equal(again.map(({ seq, kind, body, key, at }) => [seq, kind, body, key, at]), lines.map(({ seq, kind, body, key, at }) => [seq, kind, body, key, at]));
  } finally {
    await orm.close();
  }
}));

const wrong: [what: string, lines: string[], sentence: RegExp][] = [
  ['nothing', [], /is empty/],
  ['another kind of file', ['{"name":"lobby"}'], /Line 1 .*“export”/],
  ['text that is no JSON', [HEADER, 'hello'], /Line 2 /],
  ['a value that is no object', ['null'], /Line 1 /],
  ['a gap', [HEADER, message(1), message(3)], /Line 3 .*should be 2/],
  ['a number twice', [HEADER, message(1), message(1)], /Line 3 .*should be 2/],
  ['a kind that there is not', [HEADER, message(1, { kind: 'constructor' })], /Line 2 .*no such kind/],
  ['a message without a key', [HEADER, message(1, { key: undefined })], /Line 2 /],
  ['a message of 4,001 characters', [HEADER, message(1, { body: 'x'.repeat(4001) })], /Line 2 .*4,000/],
  ['a text with NUL', [HEADER, message(1, { author: '\0' })], /Line 2 /],
  ['a time that is none', [HEADER, message(1, { at: 'yesterday' })], /Line 2 .*time/],
  ['a name of two lines', [JSON.stringify({ plainchat: 1, name: 'a\nb', access: 'open' })], /Line 1 .*one line/],
];
for (const [what, lines, sentence] of wrong) {
  test(`take no file with ${what}, and make nothing of it`, withFile(async (file) => {
    const orm = await openDatabase(file);
    try {
      await orm.em.fork().insert(User, await fresh('ada'));
      writeFileSync(`${file}.jsonl`, lines.join('\n'));
      const { code, err } = await chat(file, ['import', `${file}.jsonl`, 'ada']);
      assert.is(code, 1);
      assert.match(err, sentence);
      assert.equal([await orm.em.fork().count(Room), await orm.em.fork().count(User)], [0, 1]);
    } finally {
      await orm.close();
    }
  }));
}

const fresh = async (username: string) => ({ username, usernameKey: username, email: `${username}@example.org`, emailKey: `${username}@example.org`, passwordHash: 'x', createdAt: new Date(0) });

test.run();
