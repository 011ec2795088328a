import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { suite } from './support/suite.ts';
import * as assert from 'uvu/assert';
import { User } from '../server/chat/user.ts';
import { LineWriter, serializeError } from '../server/log.ts';
import { NOW, withHouse } from './support/domain.ts';
import { eventually } from './support/eventually.ts';
import { withServer } from './support/server.ts';
import { Visitor } from './support/visitor.ts';

const test = suite('the log of the server');

const lines = (printed: string) =>
  printed
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('says when the server starts and stops, and has a line in JSON for each request but the polls, for what scripts post at “debug”, by the pattern of its address, and nothing of what people wrote or typed', async () => {
  await withServer(
    async (server) => {
      await server.start();
      const ada = new Visitor(server.base);
      await ada.register('ada', 'secret horse');
      const lobby = await ada.createRoom('a room of hers');
      await ada.say(lobby, 'what was said');
      await ada.sayJson(lobby, 'what was said by a script');
      for (let poll = 0; poll < 3; poll += 1) await ada.poll(lobby, 3);
      await ada.get(`/people?q=${encodeURIComponent('ada@example.org')}`);
      await ada.get('/reset/a-token-of-hers');
      await new Visitor(server.base).logIn('ada', 'wrong horse');
      await server.end();
      assert.equal(
        lines(server.printed)
          .filter(({ level, msg }) => level === 'info' && /start|stop/.test(String(msg)))
          .map(({ msg }) => msg),
        ['started', 'stopping', 'stopped'],
      );
      const requests = lines(server.printed).filter(({ msg }) => msg === 'request');
      assert.ok(
        requests.every(({ time, ms }) => !Number.isNaN(Date.parse(String(time))) && typeof ms === 'number'),
      );
      assert.equal(
        requests
          .filter(({ level }) => level === 'debug')
          .map(({ method, route, status }) => [method, route, status]),
        [['POST', '/rooms/:id/messages', 201]],
      );
      const told = requests
        .filter(({ level }) => level === 'info')
        .map(({ method, route, status }) => `${String(method)} ${String(route)} ${String(status)}`);
      for (const line of [
        'POST /register 303',
        'POST /rooms/:id/messages 303',
        'GET /people 303',
        'GET /reset/:token 404',
        'POST /login 422',
      ])
        assert.ok(told.includes(line), `${line}: ${told.join(', ')}`);
      assert.not(told.some((line) => line.includes('poll')));
      const secrets = [
        'secret horse',
        'wrong horse',
        'what was said',
        'a room of hers',
        'example.org',
        'a-token-of-hers',
        '127.0.0.1"',
        ...ada.cookies.values(),
      ];
      for (const secret of secrets) assert.not.ok(server.printed.includes(secret), secret);
    },
    { LOG_LEVEL: 'debug' },
  );
});

test('says as much as it is told to', async () => {
  await withServer(
    async (server) => {
      await server.start();
      await new Visitor(server.base).get('/');
      await server.end();
      assert.equal(lines(server.printed), []);
    },
    { LOG_LEVEL: 'error' },
  );
});

/** A reader of the log that takes lines only when it is told to. */
function slowReader() {
  let text = '';
  let waiting: (() => void) | undefined;
  let isReading = false;
  const stream = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      if (isReading) done();
      else waiting = done;
    },
  });
  return {
    stream,
    text: () => text,
    read: () => {
      isReading = true;
      waiting?.();
    },
  };
}

const INFO = 30;
const WARN = 40;

test('the log writes a warning at once, and what is less within a second', async () => {
  const { stream, text, read } = slowReader();
  read();
  const writer = new LineWriter(stream);
  writer.lastLevel = INFO;
  writer.write('one\n');
  assert.is(text(), '');
  writer.lastLevel = WARN;
  writer.write('two\n');
  assert.is(text(), 'one\ntwo\n', 'in order');
  writer.lastLevel = INFO;
  writer.write('three\n');
  await eventually(text, 'one\ntwo\nthree\n');
});

test('the log keeps a bounded amount for a reader that stalls, and tells it how many lines are missing', async () => {
  const { stream, text, read } = slowReader();
  const writer = new LineWriter(stream);
  const line = `${'x'.repeat(99)}\n`;
  for (let count = 0; count < 20_000; count += 1) writer.write(line); // 2 MB
  assert.ok(stream.writableLength < 1.1 * 1024 * 1024, String(stream.writableLength));
  read();
  writer.flush();
  await eventually(() => stream.writableLength, 0);
  const taken = text().split(line).length - 1;
  writer.lastLevel = WARN;
  writer.write('after\n');
  await eventually(() => text().endsWith('after\n'), true);
  const missing = /\{"level":"warn",.*"msg":"(\d+) lines of the log are missing here/.exec(text());
  assert.is(Number(missing?.[1]), 20_000 - taken);
});

test('the last lines are written before the process ends, unless the reader does not take them for half a second', async () => {
  const begun = performance.now();
  for (const isRead of [true, false]) {
    const { stream, text, read } = slowReader();
    const writer = new LineWriter(stream);
    writer.lastLevel = INFO;
    writer.write('last\n');
    if (isRead) setTimeout(read, 50);
    await new Promise<void>((done) => writer.flush(done));
    assert.is(text(), 'last\n');
    assert.is(stream.writableLength === 0, isRead);
  }
  assert.ok(performance.now() - begun < 3000);
});

test('a server whose log nobody reads goes on to answer, and stops when it is told to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plainchat-'));
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const unread = openSync(pipe, constants.O_RDWR); // a pipe with an open end, 64 KiB, and nobody who reads
  const server = spawn(
    process.execPath,
    ['../config/node.mjs', '../server/index.ts'].map((path) => fileURLToPath(new URL(path, import.meta.url))),
    {
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        CHAT_DB: join(folder, 'chat.db'),
        SCRYPT_LOGN: '4',
        LOG_LEVEL: 'debug',
      },
      stdio: ['ignore', 'pipe', unread],
    },
  );
  const ended = once(server, 'exit');
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  try {
    const [ready] = (await once(server.stdout!, 'data')) as [Buffer];
    const [base] = /http:\/\/\S+/.exec(String(ready)) ?? [];
    const ask = () =>
      new Promise<number | undefined>((resolve, reject) =>
        get(`${base}/healthz`, { agent, timeout: 5000 }, (answer) =>
          answer.resume().on('end', () => resolve(answer.statusCode)),
        )
          .on('timeout', () => reject(new Error('no answer')))
          .on('error', reject),
      );
    for (let count = 0; count < 2000; count += 8)
      // 200 kB of log
      assert.equal(await Promise.all(Array.from({ length: 8 }, ask)), Array<number>(8).fill(200));
    const begun = performance.now();
    agent.destroy();
    server.kill('SIGTERM');
    assert.equal(await ended, [0, null]);
    assert.ok(performance.now() - begun < 5000);
  } finally {
    server.kill('SIGKILL');
    await ended;
    closeSync(unread);
    rmSync(folder, { recursive: true });
  }
});

test(
  'tells of what the database refuses without what was to be stored',
  withHouse(async ({ em }) => {
    const error: Error = await em()
      .insert(User, {
        username: 'ada',
        usernameKey: 'ada',
        email: 'a secret',
        emailKey: 'a secret',
        passwordHash: 'x',
        createdAt: NOW,
      })
      .then(
        () => new Error(),
        (error) => error as Error,
      );
    const line = JSON.stringify(
      serializeError(
        Object.assign(error, { message: `insert into user values ('a secret') - ${error.message}` }),
      ),
    );
    assert.not.match(line, /a secret|ada@example/);
    assert.match(line, /UniqueConstraintViolationException.*at /);
  }),
);

test.run();
