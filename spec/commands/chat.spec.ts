import { MikroORM } from '@mikro-orm/sql';
import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { User } from '../../server/chat/user.ts';
import { COMMANDS } from '../../server/commands/chat.ts';
import { migratorOf } from '../../server/database/migrator.ts';
import { openDatabase } from '../../server/database/open.ts';
import { databaseOptions } from '../../server/database/options.ts';
import { chat, chatProcess } from '../support/command.ts';
import { enrol, withFile } from '../support/domain.ts';
import { withServer } from '../support/server.ts';
import { Visitor, words } from '../support/visitor.ts';

const test = suite('commands');

test(
  'help lists the commands, and an unknown command or wrong arguments exit with 2',
  withFile(async (file) => {
    for (const given of [[], ['help']]) {
      const { code, out } = await chat(file, given);
      assert.is(code, 0);
      for (const name of ['help', 'operator USERNAME [off]', 'reset-link USERNAME'])
        assert.ok(out.includes(`  ${name} `), name);
    }
    for (const given of [
      ['dance'],
      ['__proto__'],
      ['constructor'],
      ['operator'],
      ['operator', 'ada', 'off', 'now'],
    ]) {
      const { code, out, err } = await chat(file, given);
      assert.equal([code, out], [2, ''], given.join(' '));
      assert.ok(err.trim().length > 0);
      assert.not.match(err, /\n +at /);
    }
  }),
);

test(
  'each command tells its usage when asked for help, does nothing then, and refuses options that it does not know',
  withFile(async (file) => {
    for (const name of Object.keys(COMMANDS))
      for (const option of ['--help', '-h']) {
        const { code, out } = await chat(file, [name, option]);
        assert.is(code, 0, name);
        assert.match(out, `npm run chat -- ${name}`);
        const more = await chat(file, [name, 'something', option]);
        assert.equal([more.code, more.out], [0, out]);
      }
    for (const given of [
      ['backup', '--force'],
      ['restore', '-f'],
      ['operator', '--all'],
      ['export', '--everything'],
      ['move', '--from', 'postgres://localhost/x'],
    ])
      assert.is((await chat(file, given)).code, 2, given.join(' '));
    assert.equal(readdirSync(dirname(file)), []);
  }),
);

test(
  'a command that fails exits with 1 and tells the reason in one line',
  withFile(async (file) => {
    assert.equal((await chatProcess(file, ['help'])).code, 0);
    const { code, out, err } = await chatProcess(file, ['operator', 'ada']);
    assert.equal([code, out, err.trim().split('\n').length], [1, '', 1]);
  }),
);

test(
  'a command runs to its end when nobody reads its output',
  withFile(async (file) => {
    await (await openDatabase(file)).close();
    assert.equal(await chatProcess(file, ['stats'], { isRead: false }), { code: 0, out: '', err: '' });
  }),
);

test(
  'a command neither creates nor upgrades a database',
  withFile(async (file) => {
    const missing = await chat(file, ['operator', 'ada']);
    assert.is(missing.code, 1);
    assert.match(missing.err, /^There is no database at .*chat\.db\. Set CHAT_DB/);
    assert.not.ok(existsSync(file));
    const orm = await MikroORM.init(databaseOptions(file));
    await migratorOf(orm).up({ to: '0001-first-tables' });
    await orm.close();
    const old = await chat(file, ['operator', 'ada']);
    assert.is(old.code, 1);
    assert.match(old.err, /earlier version.*Start the server/);
  }),
);

test(
  'the operator command makes a user an operator, and "off" ends it',
  withFile(async (file) => {
    const orm = await openDatabase(file);
    try {
      await enrol(orm, 'ada');
      const isOperator = async () => (await orm.em.fork().findOneOrFail(User, { username: 'ada' })).operator;
      assert.equal(await chat(file, ['operator', 'ADA']), {
        code: 0,
        out: 'ada is an operator now, and answers reports at /operator/reports.\n',
        err: '',
      });
      assert.ok(await isOperator());
      assert.is((await chat(file, ['operator', 'ada', 'off'])).code, 0);
      assert.not.ok(await isOperator());
      for (const given of [
        ['operator', 'ada', 'on'],
        ['operator', 'grace'],
      ])
        assert.is((await chat(file, given)).code, 1);
    } finally {
      await orm.close();
    }
  }),
);

test('reset-link makes a working link while the server runs', async () => {
  await withServer(async (server, folder) => {
    await server.start();
    const ada = new Visitor(server.base);
    await ada.register('ada');
    const { code, out, err } = await chat(`${folder}/chat.db`, ['reset-link', 'ada'], {
      PUBLIC_URL: 'https://chat.example',
    });
    assert.is(code, 0);
    assert.match(err, /It works once, within an hour/);
    const [, path] = /^https:\/\/chat\.example(\/reset\/[\w-]{32})\n$/.exec(out) ?? [];
    const somebody = new Visitor(server.base);
    assert.is(
      (await somebody.press(await somebody.get(path!), 'Set password', { password: 'battery staple' }))
        .status,
      303,
    );
    assert.match(words((await somebody.get('/rooms')).page.querySelector('header')), /ada\s+Log out/);
    assert.is((await ada.get('/rooms')).status, 303);
  });
});

test.run();
