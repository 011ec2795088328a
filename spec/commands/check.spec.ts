import { DatabaseSync } from 'node:sqlite';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chat } from '../support/command.ts';
import { writeEverything } from '../support/everything.ts';
import { withFile } from '../support/nouns.ts';

const test = suite('check');

/** What breaks each rule, in a database with every kind of content. */
const breaks: [rule: RegExp, sql: string][] = [
  [/numbered 1, 2, 3/, `update room set last_seq = last_seq + 1 where name = 'lobby'`],
  [/numbered 1, 2, 3/, `delete from entry where seq = 3`],
  [
    /stored once/,
    `drop index entry_room_id_author_id_key_unique; update entry set "key" = 'the same key' where body like 'number%'`,
  ],
  [/a message has a key/, `update entry set "key" = null where body = 'goodbye'`],
  [/an entry is in a room/, `update entry set author_id = 999 where body = 'goodbye'`],
  [/an image or a file belongs/, `update attachment set seq = 999 where type = 'txt'`],
  [
    /is of who sent it/,
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
  [/read further/, `update membership set read_seq = 9999`],
  [
    /removed from a room/,
    `insert into membership (room_id, user_id, role, joined_at) select room_id, user_id, 'member', 0 from ban`,
  ],
  [
    /former member/,
    `insert into session (id, user_id, data, created_at, seen_at) select 'x', id, '', 0, 0 from "user" where deleted_at is not null`,
  ],
  [/username that somebody had/, `update "user" set username_key = 'barbara' where username = 'linus'`],
  [/friends once/, `update friendship set asker_id = 3`],
];

test(
  'finds nothing wrong with a database that people have used, and says what it has looked for',
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
    `finds what comes of: ${sql.slice(0, 70)}`,
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
