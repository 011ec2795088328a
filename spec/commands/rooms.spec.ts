import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Attachment } from '../../server/chat/entry.ts';
import { Membership } from '../../server/chat/membership.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { fileLine } from '../../server/chat/room-lines.ts';
import { openDatabase } from '../../server/database/open.ts';
import { chat } from '../support/command.ts';
import { houseOf, withFile } from '../support/domain.ts';
import { FILES, filesOf, writeEverything } from '../support/full-database.ts';

const test = suite('export and import');

const parsed = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const HEADER = JSON.stringify({ plainchat: 2, name: 'lobby', access: 'open' });
const message = (seq: number, more = {}) =>
  JSON.stringify({
    seq,
    kind: 'message',
    author: 'ada',
    body: 'hello',
    key: `a-key-of-${seq}`,
    at: '2026-01-01T12:00:00.000Z',
    ...more,
  });

const notice = (seq: number, more = {}) =>
  message(seq, { kind: 'entered', body: '', key: undefined, ...more });

test(
  'an export has one line for the room, one for each entry and one for each file',
  withFile(async (file) => {
    await writeEverything(file);
    const { code, out, err } = await chat(file, ['export', 'study']);
    assert.equal([code, err], [0, '']);
    const [header, ...lines] = parsed(out);
    const entries = lines.filter(({ seq }) => seq);
    assert.equal(
      [header.plainchat, header.name, header.access, header.creator, header.lastSeq],
      [3, 'study', 'invite', 'grace', entries.length],
    );
    assert.equal(
      entries.map(({ seq }) => seq),
      entries.map((_, index) => index + 1),
    );
    assert.equal(lines[0], {
      seq: 1,
      kind: 'added',
      author: 'grace',
      subject: 'ada',
      body: '',
      at: '2026-01-01T12:00:00.000Z',
    });
    const [last] = entries.slice(-1);
    assert.equal(
      lines.slice(-6).map(({ seq, file }) => [seq, file]),
      [2, 1, 0].flatMap((ahead) => [
        [last.seq - ahead, undefined],
        [undefined, last.seq - ahead],
      ]),
    );
    assert.equal(
      lines
        .filter(({ file }) => file)
        .map(({ description, content }) => [description, Buffer.from(content, 'base64').toString('hex')]),
      FILES.map(({ description, content }) => [description, content.toString('hex')]),
    );
    for (const wrong of ['nowhere', '999', '-1'])
      assert.match((await chat(file, ['export', wrong])).err, /There is no room/);
  }),
);

test(
  'an export without the file of an attachment has its description in the text',
  withFile(async (file) => {
    await writeEverything(file);
    rmSync(join(`${file}.files`, FILES[2].name));
    const { code, out, err } = await chat(file, ['export', 'study']);
    assert.is(code, 0);
    assert.match(err, /^The file of entry \d+ is missing\. Its description is exported as text\.$/m);
    assert.is(parsed(out).at(-1).body, '(The minutes of May)');
    writeFileSync(`${file}.jsonl`, out);
    assert.is((await chat(file, ['import', `${file}.jsonl`, 'ada'])).code, 0);
  }),
);

test(
  'an import brings images and files along',
  withFile(async (file) => {
    await writeEverything(file);
    const { out } = await chat(file, ['export', 'study']);
    writeFileSync(`${file}.jsonl`, out);
    const other = `${file}.other`;
    const orm = await openDatabase(other);
    try {
      await orm.em.fork().insert(User, await newUser('ada'));
      const { code, err } = await chat(other, ['import', `${file}.jsonl`, 'ada']);
      assert.is(code, 0, err);
      const found = await orm.em.fork().find(Attachment, { room: 1 }, { orderBy: { entry: { seq: 'asc' } } });
      assert.equal(
        found.map(({ type, size, width, height, description }) => ({
          type,
          size,
          width: width ?? null,
          height: height ?? null,
          description,
        })),
        FILES.map(({ type, size, width, height, description }) => ({
          type,
          size,
          width,
          height,
          description,
        })),
      );
      assert.equal(
        found.map(({ name }) => filesOf(`${other}.files`)[name]),
        FILES.map(({ content }) => content.toString('hex')),
      );
      assert.is((await chat(other, ['check'])).code, 0);
    } finally {
      await orm.close();
    }
  }),
);

test(
  'an import refuses a file that is damaged, of a wrong type or at the wrong place, and leaves nothing behind',
  withFile(async (file) => {
    const orm = await openDatabase(file);
    try {
      await orm.em.fork().insert(User, await newUser('ada'));
      const good = JSON.parse(
        fileLine(1, { description: 'The agenda', describedAt: null, content: FILES[1].content }),
      );
      const another = (content: Buffer) =>
        JSON.parse(fileLine(2, { description: 'x', describedAt: null, content }));
      const rows: [lines: object[], sentence: RegExp][] = [
        [[{ ...another(FILES[0].content), sha256: good.sha256 }], /Line 5 .*does not match its hash/],
        [[{ ...another(FILES[0].content), content: good.content }], /Line 5 .*does not match its hash/],
        [[{ ...another(FILES[0].content), content: undefined }], /Line 5 .*should be text/],
        [[another(Buffer.from('MZ\0\0'))], /file of entry 2 cannot be imported.*not a JPEG/],
        [
          [another(FILES[0].content.subarray(0, 40))],
          /file of entry 2 cannot be imported.*looks like an image, but cannot be read/,
        ],
        [[another(Buffer.alloc(0))], /file of entry 2 cannot be imported.*not empty/],
        [
          [{ ...another(FILES[1].content), description: '' }],
          /file of entry 2 cannot be imported.*Only an image can be decorative/,
        ],
        [[{ ...another(FILES[1].content), describedAt: 'yesterday' }], /Line 5 .*describedAt/],
        [[{ ...good, file: 3 }], /Line 5 .*file of entry 2/],
        [[another(FILES[1].content), another(FILES[1].content)], /Line 6 .*should be 3/],
        [
          [another(FILES[1].content), JSON.parse(message(3, { kind: 'entered' })), { ...good, file: 3 }],
          /Line 6 .*Only a message/,
        ],
      ];
      for (const [lines, sentence] of rows) {
        writeFileSync(
          `${file}.jsonl`,
          [
            HEADER,
            message(1, { body: '' }),
            JSON.stringify(good),
            message(2),
            ...lines.map((line) => JSON.stringify(line)),
          ].join('\n'),
        );
        const { code, err } = await chat(file, ['import', `${file}.jsonl`, 'ada']);
        assert.is(code, 1);
        assert.match(err, sentence);
        assert.equal([await orm.em.fork().count(Room), filesOf(`${file}.files`)], [0, {}]);
      }
    } finally {
      await orm.close();
    }
  }),
);

test(
  'an import elsewhere has the same seqs, and unknown authors become former members',
  withFile(async (file) => {
    await writeEverything(file);
    const { out } = await chat(file, ['export', 'lobby']);
    writeFileSync(`${file}.jsonl`, out);
    const other = `${file}.other`;
    const orm = await openDatabase(other);
    try {
      for (const username of ['ada', 'grace'])
        await orm.em.fork().insert(User, { ...(await newUser(username)) });
      const { code, out: said, err } = await chat(other, ['import', `${file}.jsonl`, 'grace']);
      assert.is(code, 0, err);
      assert.match(err, /as former members: .*linus/);
      assert.match(
        said,
        /The room lobby is imported, with \d+ entries, at \/rooms\/1\. grace administers it\./,
      );
      const log = await houseOf(orm).log(1);
      const lines = parsed(out).slice(1);
      assert.is(log.length, lines.length);
      assert.equal(log.slice(0, 3), ['1 entered ada', '2 entered grace', '3 entered former member']);
      assert.ok(
        log.includes('8 former member: goodbye') &&
          log.some((line) => line.startsWith('6 ada: hello <b>all</b>')),
        log.join('\n'),
      );
      assert.equal(await houseOf(orm).members(1), ['grace admin']);
      const { lastSeq } = await orm.em.fork().findOneOrFail(Room, { id: 1 });
      assert.is((await orm.em.fork().findOneOrFail(Membership, { room: 1 })).readSeq, lastSeq);
      assert.is((await chat(other, ['check'])).code, 0);
      const again = parsed((await chat(other, ['export', '1'])).out).slice(1);
      assert.equal(
        again.map(({ seq, kind, body, key, at }) => [seq, kind, body, key, at]),
        lines.map(({ seq, kind, body, key, at }) => [seq, kind, body, key, at]),
      );
    } finally {
      await orm.close();
    }
  }),
);

test(
  'an import brings the topic, the pins and the replies along',
  withFile(async (file) => {
    await writeEverything(file);
    const { out } = await chat(file, ['export', 'study']);
    const lines = parsed(out);
    const reply = lines.findIndex(({ seq }) => seq === 20);
    lines[reply].reply = 19;
    writeFileSync(`${file}.jsonl`, lines.map((line) => JSON.stringify(line)).join('\n'));
    const imported = await chat(file, ['import', `${file}.jsonl`, 'ada']);
    const [, id] = /\/rooms\/(\d+)/.exec(imported.out)!;
    assert.is((await chat(file, ['check'], { FILES_DIR: `${file}.files` })).code, 0);
    const again = parsed((await chat(file, ['export', id!])).out);
    assert.equal([again[0].topic, again[0].pins], ['Papers, and where to find them', [30]]);
    assert.is(again.find(({ seq }) => seq === 20).reply, 19);
  }),
);

test(
  'an import takes the earlier format, which has descriptions in place of files',
  withFile(async (file) => {
    await writeEverything(file);
    writeFileSync(
      `${file}.jsonl`,
      [HEADER.replace('2', '1'), message(1, { body: '(The minutes of May)' })].join('\n'),
    );
    const { code, out } = await chat(file, ['import', `${file}.jsonl`, 'ada']);
    assert.equal([code, out.includes('with 1 entry,')], [0, true]);
  }),
);

const wrong: [what: string, lines: string[], sentence: RegExp][] = [
  ['an empty file', [], /is empty/],
  ['another kind of file', ['{"name":"lobby"}'], /Line 1 .*“export”/],
  ['a format of a later version', [HEADER.replace('2', '4')], /Line 1 .*“export”/],
  ['a message without text', [HEADER, message(1, { body: '' })], /Line 2 .*1 to 4,000/],
  ['text that is no JSON', [HEADER, 'hello'], /Line 2 /],
  ['a value that is no object', ['null'], /Line 1 /],
  ['a gap', [HEADER, message(1), message(3)], /Line 3 .*should be 2/],
  ['a seq twice', [HEADER, message(1), message(1)], /Line 3 .*should be 2/],
  ['an unknown kind', [HEADER, message(1, { kind: 'constructor' })], /Line 2 .*no such kind/],
  ['a message without a key', [HEADER, message(1, { key: undefined })], /Line 2 /],
  ['a message of 4,001 characters', [HEADER, message(1, { body: 'x'.repeat(4001) })], /Line 2 .*4,000/],
  ['a text with a NUL', [HEADER, message(1, { author: '\0' })], /Line 2 /],
  ['a reply to a later message', [HEADER, message(1, { reply: 1 })], /Line 2 .*`reply`/],
  ['a reply to nothing', [HEADER, message(1, { reply: 'x' })], /Line 2 .*`reply`/],
  [
    'six pins',
    [JSON.stringify({ plainchat: 3, name: 'lobby', access: 'open', pins: [1, 2, 3, 4, 5, 6] })],
    /Line 1 .*`pins`/,
  ],
  [
    'a topic of two lines',
    [JSON.stringify({ plainchat: 3, name: 'lobby', access: 'open', topic: 'a\nb' })],
    /Line 1 .*one line/,
  ],
  ['an invalid time', [HEADER, message(1, { at: 'yesterday' })], /Line 2 .*`at`.* is not a date/],
  [
    'a name of two lines',
    [JSON.stringify({ plainchat: 1, name: 'a\nb', access: 'open' })],
    /Line 1 .*one line/,
  ],
  [
    'a key twice',
    [HEADER, message(1), message(2, { key: 'a-key-of-1' })],
    /Line 3 .*An earlier message by the same author has the same key/,
  ],
  [
    'a key twice, by the same author in another case',
    [HEADER, message(1, { author: 'Bob' }), message(2, { author: 'BOB', key: 'a-key-of-1' })],
    /Line 3 .*same key/,
  ],
  [
    'a key twice, far apart',
    [
      HEADER,
      ...Array.from({ length: 600 }, (_, index) => message(index + 1)),
      message(601, { key: 'a-key-of-7' }),
    ],
    /Line 602 .*same key/,
  ],
  [
    'a name that writes to the terminal',
    [HEADER, message(1, { author: '\u001b]0;x\u0007' })],
    /Line 2 .*Use only letters/,
  ],
  ['a name in another width', [HEADER, message(1, { author: 'ａｄａ' })], /Line 2 .*not written as/],
  ['a name of 33 characters', [HEADER, message(1, { author: 'x'.repeat(33) })], /Line 2 .*at most 32/],
  ['an empty name', [HEADER, message(1, { author: '' })], /Line 2 .*Enter a username/],
  [
    'text with colours',
    [HEADER, '\u001b[31m, in red'],
    /Line 2 of \S+ is wrong, so nothing was imported: It is not JSON\.$/m,
  ],
  ['a kind of room that is none', [HEADER.replace('open', 'deleted')], /Line 1 .*no such kind of room/],
  ['a count that is none', [HEADER.replace('"open"', '"open","lastSeq":"x"')], /Line 1 .*not a number/],
  [
    'a file that ends too early',
    [HEADER.replace('"open"', '"open","lastSeq":3'), message(1), message(2)],
    /has 2 of 3 entries, so nothing was imported: it was not copied completely/,
  ],
  ['a notice with text', [HEADER, notice(1, { body: 'x'.repeat(3_000_000) })], /Line 2 .*has no text/],
  ['a removal of nobody', [HEADER, notice(1, { kind: 'removed' })], /Line 2 .*`subject` is missing/],
  ['an entry about somebody', [HEADER, notice(1, { subject: 'ada' })], /Line 2 .*has no `subject`/],
  [
    'an unknown role',
    [HEADER, notice(1, { kind: 'role', subject: 'ada', body: 'owner' })],
    /Line 2 .*no such role/,
  ],
  ['a new name that is none', [HEADER, notice(1, { kind: 'renamed', body: ' ' })], /Line 2 .*Enter a name/],
  ['a time before 1970', [HEADER, message(1, { at: '1969-12-31T23:59:59.999Z' })], /Line 2 .*before 1970/],
  [
    'a time in the future',
    [HEADER, message(1, { at: '+275760-09-12T00:00:00.000Z' })],
    /Line 2 .*in the future/,
  ],
];

test(
  `an import refuses a file with any of ${wrong.length} faults, and creates nothing`,
  withFile(async (file) => {
    const orm = await openDatabase(file);
    try {
      await orm.em.fork().insert(User, await newUser('ada'));
      for (const [what, lines, sentence] of wrong) {
        writeFileSync(`${file}.jsonl`, lines.join('\n'));
        const { code, err } = await chat(file, ['import', `${file}.jsonl`, 'ada']);
        assert.is(code, 1, what);
        assert.match(err, sentence, what);
        assert.equal([await orm.em.fork().count(Room), await orm.em.fork().count(User)], [0, 1], what);
        assert.not.match(err, /[^\P{Cc}\n]/u, what);
      }
    } finally {
      await orm.close();
    }
  }),
);

test(
  'an import that fails in the middle leaves nothing behind, and nobody sees the room meanwhile',
  withFile(async (file) => {
    const orm = await openDatabase(file);
    try {
      await orm.em.fork().insert(User, await newUser('ada'));
      const bad = fileLine(700, { description: 'x', describedAt: null, content: Buffer.from('MZ\0\0') });
      const good = fileLine(1, { description: 'x', describedAt: null, content: FILES[1].content });
      const lines = Array.from({ length: 700 }, (_, index) =>
        message(index + 1, { author: `bob${index % 3}` }),
      );
      writeFileSync(`${file}.jsonl`, [HEADER, lines[0], good, ...lines.slice(1), bad].join('\n'));
      const { code, err } = await chat(file, ['import', `${file}.jsonl`, 'ada']);
      assert.is(code, 1);
      assert.match(err, /file of entry 700 cannot be imported, so nothing was imported/);
      for (const entity of [Room, Attachment, Membership])
        assert.is(await orm.em.fork().count<object>(entity), 0);
      assert.is(await orm.em.fork().count(User), 1);
      assert.equal(filesOf(`${file}.files`), {});
    } finally {
      await orm.close();
    }
  }),
);

test(
  'an import keeps the messages of several former members who used the same key',
  withFile(async (file) => {
    const orm = await openDatabase(file);
    try {
      await orm.em.fork().insert(User, await newUser('ada'));
      const lines = [1, 2].map((seq) => message(seq, { author: 'former member', key: 'the-same-key' }));
      writeFileSync(`${file}.jsonl`, [HEADER, ...lines].join('\n'));
      const { code, out, err } = await chat(file, ['import', `${file}.jsonl`, 'ada']);
      assert.is(code, 0, err);
      assert.match(out, /with 2 entries/);
      assert.is((await chat(file, ['check'])).code, 0);
    } finally {
      await orm.close();
    }
  }),
);

const newUser = async (username: string) => ({
  username,
  usernameKey: username,
  email: `${username}@example.org`,
  emailKey: `${username}@example.org`,
  passwordHash: 'x',
  createdAt: new Date(0),
});

test.run();
