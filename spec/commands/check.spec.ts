import { DatabaseSync } from 'node:sqlite';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { chat } from '../support/command.ts';
import { withFile } from '../support/domain.ts';
import { writeEverything } from '../support/full-database.ts';

const test = suite('check');

/** SQL that breaks each rule, in a database with every kind of content. */
const breaks: [rule: RegExp, sql: string][] = [
  [/numbered 1, 2, 3/, `update room set last_seq = last_seq + 1 where name = 'lobby'`],
  [/numbered 1, 2, 3/, `delete from entry where seq = 3`],
  [
    /stored once/,
    `drop index entry_room_id_author_id_key_unique; update entry set "key" = 'the same key' where body like 'number%'`,
  ],
  [/a message has a key/, `update entry set "key" = null where body = 'goodbye'`],
  [/an entry is in an existing room/, `update entry set author_id = 999 where body = 'goodbye'`],
  [/an image or a file belongs/, `update attachment set seq = 999 where type = 'txt'`],
  [
    /and to its author/,
    `update attachment set author_id = (select id from "user" where username = 'ada') where type = 'txt'`,
  ],
  [/file of each attachment/, `update attachment set name = 'gone' where type = 'txt'`],
  [/a mention belongs/, `update mention set seq = 999`],
  [/in one room at most/, `delete from membership where user_id = (select user_id from presence limit 1)`],
  [/has an administrator/, `update membership set role = 'member'`],
  [/conversation of two/, `update room set pair = '999 ' || id where access = 'direct'`],
  [
    /conversation of two/,
    `update membership set role = 'admin' where room_id in (select id from room where access = 'direct')`,
  ],
  [/read beyond/, `update membership set read_seq = 9999`],
  [
    /removed from a room/,
    `insert into membership (room_id, user_id, role, joined_at) select room_id, user_id, 'member', 0 from ban`,
  ],
  [
    /former member/,
    `insert into session (id, user_id, data, created_at, seen_at) select 'x', id, '', 0, 0 from "user" where deleted_at is not null`,
  ],
  [/no email/, `update "user" set email = 'ada@example.com' where deleted_at is not null`],
  [/no preferences/, `update "user" set zone = 'UTC' where deleted_at is not null`],
  [
    /no link/,
    `insert into reset_link (id, user_id, expires_at) select 'x', id, 0 from "user" where deleted_at is not null`,
  ],
  [
    /no presence/,
    `insert into presence (user_id, room_id, lease, expires_at) select id, 1, 'page', 0 from "user" where deleted_at is not null limit 1`,
  ],
  [
    /no departure/,
    `insert into departure (user_id, room_id, room_name, why, told) select id, 1, 'x', 'left', 1 from "user" where deleted_at is not null limit 1`,
  ],
  [/no mention/, `update mention set user_id = (select id from "user" where deleted_at is not null)`],
  [
    /nobody.s friend/,
    `insert into friendship (low_id, high_id, asker_id) select 1, id, 1 from "user" where deleted_at is not null limit 1`,
  ],
  [
    /neither blocked/,
    `insert into block (user_id, blocked_id) select 1, id from "user" where deleted_at is not null limit 1`,
  ],
  [
    /nor is banned/,
    `insert into ban (room_id, user_id) select 1, id from "user" where deleted_at is not null limit 1`,
  ],
  [
    /no membership/,
    `insert into membership (room_id, user_id, role, joined_at) select (select id from room where name = 'lobby'), id, 'member', 0 from "user" where deleted_at is not null limit 1`,
  ],
  [
    /still has an account/,
    `update membership set role = 'member'; insert into membership (room_id, user_id, role, joined_at) select (select id from room where name = 'lobby'), id, 'admin', 0 from "user" where deleted_at is not null limit 1`,
  ],
  [
    /a suspended user has no session/,
    `update "user" set suspended_at = 1 where username = 'ada'; insert into session (id, user_id, data, created_at, seen_at) select 'x', id, '', 0, 0 from "user" where username = 'ada'`,
  ],
  [/is in no room/, `update "user" set suspended_at = 1 where id = (select user_id from presence limit 1)`],
  [/former username/, `update "user" set username_key = 'barbara' where username = 'linus'`],
  [/friends once/, `update friendship set asker_id = 3`],
];

test(
  'check finds nothing wrong with a sound database, and lists each rule',
  withFile(async (file) => {
    await writeEverything(file);
    const { code, out, err } = await chat(file, ['check']);
    assert.equal([code, err], [0, '']);
    const lines = out.trim().split('\n');
    assert.ok(lines.length > 10 && lines.every((line) => line.startsWith('ok      ')), out);
  }),
);

for (const [rule, sql] of breaks) {
  test(
    `check finds what this breaks: ${sql.slice(0, 70)}`,
    withFile(async (file) => {
      await writeEverything(file);
      const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
      database.exec(sql);
      database.close();
      const { code, out, err } = await chat(file, ['check']);
      assert.is(code, 1);
      assert.match(err, /broken/);
      const broken = out.split('\n').filter((line) => line.startsWith('BROKEN'));
      assert.ok(
        broken.some((line) => rule.test(line)),
        out,
      );
    }),
  );
}

test.run();
