import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Attachment } from '../../server/chat/attachment.ts';
import { Membership } from '../../server/chat/membership.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { fileLine } from '../../server/commands/room-file.ts';
import { openDatabase } from '../../server/database/open.ts';
import { chat } from '../support/command.ts';
import { FILES, filesOf, writeEverything } from '../support/everything.ts';
import { houseOf, withFile } from '../support/nouns.ts';

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

test(
  'put a room down as one line for itself, one for each entry, and one for each file',
  withFile(async (file) => {
    await writeEverything(file);
    const { code, out, err } = await chat(file, ['export', 'study']);
    assert.equal([code, err], [0, '']);
    const [header, ...lines] = parsed(out);
    const entries = lines.filter(({ seq }) => seq);
    assert.equal(
      [header.plainchat, header.name, header.access, header.creator, header.lastSeq],
      [2, 'study', 'invite', 'grace', entries.length],
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
  'put the words down of a file that is not there any more',
  withFile(async (file) => {
    await writeEverything(file);
    rmSync(join(`${file}.files`, FILES[2].name));
    const { code, out, err } = await chat(file, ['export', 'study']);
    assert.is(code, 0);
    assert.match(err, /^The file of entry \d+ is not there: of it are its words alone, in the text\.$/m);
    assert.is(parsed(out).at(-1).body, '(The minutes of May)');
    writeFileSync(`${file}.jsonl`, out);
    assert.is((await chat(file, ['import', `${file}.jsonl`, 'ada'])).code, 0);
  }),
);

test(
  'bring images and files along, which are there to be seen',
  withFile(async (file) => {
    await writeEverything(file);
    const { out } = await chat(file, ['export', 'study']);
    writeFileSync(`${file}.jsonl`, out);
    const other = `${file}.other`;
    const orm = await openDatabase(other);
    try {
      await orm.em.fork().insert(User, await fresh('ada'));
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
        FILES.map(({ name: _, content: __, ...rest }) => rest),
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
  'take no file that is another by now, is none that is taken, or is not where it belongs, and leave none behind',
  withFile(async (file) => {
    const orm = await openDatabase(file);
    try {
      await orm.em.fork().insert(User, await fresh('ada'));
      const good = JSON.parse(
        fileLine(1, { description: 'The agenda', describedAt: null, content: FILES[1].content }),
      );
      const another = (content: Buffer) =>
        JSON.parse(fileLine(2, { description: 'x', describedAt: null, content }));
      const rows: [lines: object[], sentence: RegExp][] = [
        [[{ ...another(FILES[0].content), sha256: good.sha256 }], /Line 5 .*another hash/],
        [[{ ...another(FILES[0].content), content: good.content }], /Line 5 .*another hash/],
        [[{ ...another(FILES[0].content), content: undefined }], /Line 5 .*should be a text/],
        [[another(Buffer.from('MZ\0\0'))], /file of entry 2 cannot be taken.*no JPEG/],
        [
          [another(FILES[0].content.subarray(0, 40))],
          /file of entry 2 cannot be taken.*none that can be read/,
        ],
        [[another(Buffer.alloc(0))], /file of entry 2 cannot be taken.*not empty/],
        [
          [{ ...another(FILES[1].content), description: '' }],
          /file of entry 2 cannot be taken.*Only an image can be decorative/,
        ],
        [[{ ...another(FILES[1].content), describedAt: 'yesterday' }], /Line 5 .*time/],
        [[{ ...good, file: 3 }], /Line 5 .*file of entry 2/],
        [[another(FILES[1].content), another(FILES[1].content)], /Line 6 .*should be 3/],
        [
          [another(FILES[1].content), JSON.parse(message(3, { kind: 'entered' })), { ...good, file: 3 }],
          /Line 6 .*Only to a message/,
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
  'make of it, elsewhere, a room with the same numbers, in which strangers are former members',
  withFile(async (file) => {
    await writeEverything(file);
    const { out } = await chat(file, ['export', 'lobby']);
    writeFileSync(`${file}.jsonl`, out);
    const other = `${file}.other`;
    const orm = await openDatabase(other);
    try {
      for (const username of ['ada', 'grace'])
        await orm.em.fork().insert(User, { ...(await fresh(username)) });
      const { code, out: said, err } = await chat(other, ['import', `${file}.jsonl`, 'grace']);
      assert.is(code, 0, err);
      assert.match(err, /former members there: .*linus/);
      assert.match(said, /The room lobby is made, with \d+ entries, at \/rooms\/1\. grace administers it\./);
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
  'take the form of before, which had of files their words',
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
  ['nothing', [], /is empty/],
  ['another kind of file', ['{"name":"lobby"}'], /Line 1 .*“export”/],
  ['a form of a later version', [HEADER.replace('2', '3')], /Line 1 .*“export”/],
  ['a message that says nothing', [HEADER, message(1, { body: '' })], /Line 2 .*1 to 4,000/],
  ['text that is no JSON', [HEADER, 'hello'], /Line 2 /],
  ['a value that is no object', ['null'], /Line 1 /],
  ['a gap', [HEADER, message(1), message(3)], /Line 3 .*should be 2/],
  ['a number twice', [HEADER, message(1), message(1)], /Line 3 .*should be 2/],
  ['a kind that there is not', [HEADER, message(1, { kind: 'constructor' })], /Line 2 .*no such kind/],
  ['a message without a key', [HEADER, message(1, { key: undefined })], /Line 2 /],
  ['a message of 4,001 characters', [HEADER, message(1, { body: 'x'.repeat(4001) })], /Line 2 .*4,000/],
  ['a text with NUL', [HEADER, message(1, { author: '\0' })], /Line 2 /],
  ['a time that is none', [HEADER, message(1, { at: 'yesterday' })], /Line 2 .*time/],
  [
    'a name of two lines',
    [JSON.stringify({ plainchat: 1, name: 'a\nb', access: 'open' })],
    /Line 1 .*one line/,
  ],
];

test(
  `take no file with any of ${wrong.length} things wrong in it, and make nothing of it`,
  withFile(async (file) => {
    const orm = await openDatabase(file);
    try {
      await orm.em.fork().insert(User, await fresh('ada'));
      for (const [what, lines, sentence] of wrong) {
        writeFileSync(`${file}.jsonl`, lines.join('\n'));
        const { code, err } = await chat(file, ['import', `${file}.jsonl`, 'ada']);
        assert.is(code, 1, what);
        assert.match(err, sentence, what);
        assert.equal([await orm.em.fork().count(Room), await orm.em.fork().count(User)], [0, 1], what);
      }
    } finally {
      await orm.close();
    }
  }),
);

const fresh = async (username: string) => ({
  username,
  usernameKey: username,
  email: `${username}@example.org`,
  emailKey: `${username}@example.org`,
  passwordHash: 'x',
  createdAt: new Date(0),
});

test.run();
