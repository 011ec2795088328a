import { writeFileSync } from 'node:fs';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { deleteRoom } from '../../server/chat/administration.ts';
import { Room } from '../../server/chat/room.ts';
import { findSession } from '../../server/chat/session.ts';
import { signingKeys } from '../../server/chat/signing-key.ts';
import { openDatabase } from '../../server/database/open.ts';
import { chat } from '../support/command.ts';
import { houseOf, NOW, withFile } from '../support/domain.ts';
import { filesOf, rowsOf, writeEverything } from '../support/full-database.ts';
import { withPostgres } from '../support/postgres.ts';

const test = suite('move to PostgreSQL');

test(
  'move copies every kind of content to PostgreSQL, row for row; sessions hold and users can go on posting',
  withFile((file) =>
    withPostgres(async (postgres) => {
      await writeEverything(file);
      writeFileSync(`${file}.keys`, 'new\nold\n');
      const before = await openDatabase(file);
      try {
        const old = houseOf(before);
        const gone = await old.room('ada', 'the latest room, which is gone');
        await old.as('ada', (em, ada) => deleteRoom(em, ada, gone));
        const files = filesOf(`${file}.files`);
        const address = await postgres.create();
        process.env.PGPASSWORD = new URL(address).password;
        const { code, out, err } = await chat(file, ['move', '--to', address.replace(/:[^:/@]+@/, '@')]);
        delete process.env.PGPASSWORD;
        assert.is(code, 0, err);
        assert.not.match(err, /can see the password/);
        assert.match(out, /^All data is copied.*DATABASE_URL.*\n.*stay in .*files/m);
        const after = await openDatabase(address);
        try {
          const { signing_key: keys, ...rows } = await rowsOf(after);
          const moved = rows.act!.pop() as { name: string };
          assert.is(moved.name, 'data moved');
          const { signing_key: oldKeys, ...oldRows } = await rowsOf(before);
          for (const [table, { length }] of Object.entries({ ...oldRows, signing_key: oldKeys! })) {
            assert.ok(length > 0 || table.startsWith('search'), `${table} is empty`); // the index follows the log later
            assert.match(out, new RegExp(`^${table}: ${length}$`, 'm'));
          }
          assert.equal(rows, oldRows);
          assert.is(keys!.length, oldKeys!.length + 2);
          assert.equal(filesOf(`${file}.files`), files);
          const house = houseOf(after);
          assert.equal((await signingKeys(house.em(), 'fresh', NOW)).slice(0, 2), ['new', 'old']);
          assert.equal((await findSession(house.em(), 'a key of ada', NOW))?.csrf, 'token');
          const { id: pair } = await house.em().findOneOrFail(Room, { name: 'ada and liskov' });
          await house.say('ada', pair, 'still here');
          assert.is(
            await house.room('ada', 'next'),
            gone + 1,
            'ids go on where they were, and none is used twice',
          );
          assert.is((await chat(file, ['check'], { DATABASE_URL: address })).code, 0);
        } finally {
          await after.close();
        }
        const again = await chat(file, ['move', '--to', address]);
        assert.is(again.code, 1);
        assert.match(again.err, /can see the password in the address[^]*not empty/);
      } finally {
        await before.close();
      }
    }),
  ),
);

test(
  'move explains its usage, and tells what is missing',
  withFile(async (file) => {
    assert.is((await chat(file, ['move'])).code, 2);
    for (const given of [
      ['--to', '/tmp/other.db'],
      ['to', 'postgres://127.0.0.1/chat'],
    ]) {
      const { code, err } = await chat(file, ['move', ...given]);
      assert.equal([code, err.includes('move --to postgres://user@host/database')], [1, true]);
    }
    const missing = await chat(file, ['move', '--to', 'postgres://127.0.0.1:1/chat']);
    assert.equal([missing.code, missing.err.includes('There is no database at')], [1, true]);
    await (await openDatabase(file)).close();
    const unreached = await chat(file, ['move', '--to', 'postgres://127.0.0.1:1/chat']);
    assert.equal([unreached.code, unreached.out], [1, '']);
    assert.not.match(unreached.err, /\n +at /);
  }),
);

test.run();
