import { MikroORM } from '@mikro-orm/sqlite';
import { DatabaseSync } from 'node:sqlite';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { findByLogin } from '../../server/chat/user.ts';
import { type AccountRow, refoldedAccounts } from '../../server/database/account-keys.ts';
import { migratorOf } from '../../server/database/migrator.ts';
import { openDatabase } from '../../server/database/open.ts';
import { databaseOptions } from '../../server/database/options.ts';
import { fold } from '../../server/text/characters.ts';
import { chat } from '../support/command.ts';
import { NOW, withFile } from '../support/domain.ts';

const test = suite('account keys');

/** A row as an earlier version folded it: with its invisible characters, and the domain as it was typed. */
const row = (id: number, username: string, email = `user-${id}@example.org`): AccountRow => ({
  id,
  username,
  usernameKey: username.normalize('NFKC').toUpperCase().toLowerCase(),
  email,
  emailKey: email.toUpperCase().toLowerCase(),
});

const changes = (rows: AccountRow[]) =>
  refoldedAccounts(rows).map(
    ({ id, username, usernameKey, emailKey }) => `${id} ${username} ${usernameKey} ${emailKey}`,
  );

test('an account whose keys are right stays as it is', () => {
  assert.equal(changes([row(1, 'ada'), row(2, 'Grace'), row(3, '太郎')]), []);
});

test('a key that is folded otherwise now changes, and the names stay as typed', () => {
  assert.equal(changes([row(1, 'gr\u00adace'), row(2, 'İrem', 'irem@xn--bcher-kva.example')]), [
    '1 gr\u00adace grace user-1@example.org',
    '2 İrem irem irem@bücher.example',
  ]);
});

test('of two accounts that look the same, the newer gets a username with its id, and is found by its email', () => {
  assert.equal(changes([row(7, 'a\u200bda'), row(3, 'ada'), row(9, 'ada-7')]), [
    '7 a\u200bda--7 ada--7 user-7@example.org',
  ]);
});

test('of two accounts with the same address, the newer is found by its username', () => {
  assert.equal(changes([row(1, 'ada', 'a@bücher.example'), row(2, 'grace', 'a@xn--bcher-kva.example')]), [
    '2 grace grace a@bücher.example#2',
  ]);
});

/** A file of the version before, with accounts whose keys have to change. */
async function makeEarlierVersion(file: string): Promise<void> {
  const orm = await MikroORM.init(databaseOptions(file));
  await migratorOf(orm).up({ to: '0016-lists' });
  await orm.close();
  const database = new DatabaseSync(file);
  const at = NOW.getTime();
  const insert = database.prepare(
    'insert into user (id, username, username_key, email, email_key, password_hash, created_at) values (?, ?, ?, ?, ?, ?, ?)',
  );
  for (const { id, username, usernameKey, email, emailKey } of [
    row(1, 'ada'),
    row(2, 'a\u200bda', 'ada@bücher.example'),
    row(3, 'grace', 'ada@xn--bcher-kva.example'),
    row(4, 'ΟΔΟΣ'),
  ])
    insert.run(id, username, usernameKey, email, emailKey, 'x', at);
  database.exec(`
    insert into former_username (username_key, user_id) values ('gr\u200bace', 1), ('l\u00adinus', 1);
    insert into room (id, name, name_key, access, creator_id, last_seq, messages, created_at) values (1, 'ΟΔΟΣ', 'οδος', 'open', 1, 1, 1, ${at});
    insert into membership (room_id, user_id, role, joined_at) values (1, 1, 'admin', ${at}), (1, 4, 'member', ${at});
    insert into entry (room_id, seq, messages, kind, author_id, body, key, at) values (1, 1, 1, 'message', 1, '@οδος', 'a-key-of-ada', ${at});
    insert into mention (room_id, seq, user_id, name) values (1, 1, 4, 'οδος');`);
  database.close();
}

test(
  'an upgrade loses nobody: every account is found by its username and its email, and the operator is told of what changed',
  withFile(async (file) => {
    await makeEarlierVersion(file);
    const told: string[] = [];
    const orm = await openDatabase(file, (sentence) => told.push(sentence));
    try {
      const found = async (login: string) => (await findByLogin(orm.em.fork(), login))?.id;
      const logins = ['ada', 'user-1@example.org', 'ada-2', 'ada@BÜCHER.example', 'grace', 'οδος', 'ΟΔΟΣ'];
      assert.equal(await Promise.all(logins.map(found)), [1, 1, 2, 2, 3, 4, 4]);
      assert.equal(told.slice(0, -1), [
        'The username "a\u200bda" of user 2 looks like another\'s. It is "a\u200bda-2" now: tell them.',
        'The email "ada@xn--bcher-kva.example" of user 3 is another\'s, typed otherwise. They log in as "grace".',
      ]);
      const keys = await orm.em.execute<{ key: string }[]>(
        'select username_key as "key" from former_username union all select name from mention union all select name_key from room',
      );
      assert.equal(keys.map(({ key }) => key).toSorted(), ['linus', fold('ΟΔΟΣ'), fold('ΟΔΟΣ')]);
    } finally {
      await orm.close();
    }
    assert.match((await chat(file, ['check'])).out, /ok +no user has the former/);
  }),
);

test.run();
