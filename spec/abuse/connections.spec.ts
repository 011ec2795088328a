import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { isSane } from '../support/hostile.ts';
import { withServer } from '../support/server.ts';
import { type Answer, bare } from '../support/visitor.ts';

const test = suite('what comes over a connection');

/** Sends bytes as they are, and returns what comes back until the connection ends. */
function raw(base: string, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(new URL(base).port), '127.0.0.1', () => void socket.end(bytes, 'latin1'));
    socket
      .setEncoding('latin1')
      .on('data', (chunk: string) => void (text += chunk))
      .on('error', () => resolve(text))
      .on('close', () => resolve(text));
  });
}

function open(base: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(Number(new URL(base).port), '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Sends bytes, and returns what comes back until the server ends the connection. */
function ended(socket: Socket, bytes: string): Promise<string> {
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => void (text += chunk));
  socket.write(bytes, 'latin1');
  return new Promise((resolve) => {
    socket.on('error', () => resolve(text)).on('close', () => resolve(text));
  });
}

test(
  'that is no HTTP is refused, and the next request is answered',
  withApp(async ({ base }) => {
    const close = 'Connection: close\r\n';
    for (const bytes of [
      'nonsense\r\n\r\n',
      'FOO / HTTP/1.1\r\nHost: x\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      `GET /rooms HTTP/1.1\r\n${close}\r\n`,
      'GET /rooms HTTP/1.0\r\n\r\n',
      'GET  /  HTTP/1.1\r\n\r\n',
      '\0\0\0\0',
      `GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n${close}\r\n`,
      `POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n${close}\r\n`,
      `POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n${close}\r\n0\r\n\r\n`,
      `POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n${close}\r\nzz\r\n`,
      `POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n${close}\r\n{`,
      `GET / HTTP/1.1\r\nHost: x\r\nCookie: sid=\xff\xfe\r\n${close}\r\n`,
      `CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n${close}\r\n`,
    ]) {
      const answer = await raw(base, bytes);
      assert.not.match(answer, /^HTTP\/1\.\d 5|node_modules|\.ts:\d/);
      assert.is((await bare(base, { path: '/healthz' })).status, 200, JSON.stringify(bytes));
    }
  }),
);

const ADDRESSES = [
  ',,,',
  '::',
  '::ffff:192.0.2.1',
  '192.0.2.1:80',
  '[2001:db8::1]',
  'unknown',
  '<script>',
  "' or 1=1 --",
  '__proto__',
  'x'.repeat(2000),
];

test(
  'from an address that is none is counted, and nothing breaks',
  withApp(
    async ({ visitor }) => {
      for (const address of ADDRESSES) {
        const answer = await visitor().post(
          '/login',
          { login: 'ada', password: 'wrong horse' },
          { 'X-Forwarded-For': address },
        );
        isSane(answer, address);
        assert.ok([422, 429].includes(answer.status), address);
      }
    },
    { trustProxy: 1 },
  ),
);

/** Resolves with whether a connection is closed without a word, in place of an answer. */
const isClosed = (base: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(
      Number(new URL(base).port),
      '127.0.0.1',
      () => void socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'),
    );
    socket
      .once('data', () => {
        socket.destroy();
        resolve(false);
      })
      .once('error', () => resolve(true))
      .once('close', () => resolve(true));
  });

test('beyond as many as there may be is closed, and taken again once there is room', () =>
  withServer(
    async (server) => {
      await server.start();
      const silent = await Promise.all(
        Array.from(
          { length: 5 },
          () =>
            new Promise<Socket>((resolve) => {
              const socket: Socket = connect(Number(new URL(server.base).port), '127.0.0.1', () =>
                resolve(socket),
              );
            }),
        ),
      );
      await eventually(() => isClosed(server.base), true);
      silent.forEach((socket) => socket.destroy());
      await eventually(() => isClosed(server.base), false);
    },
    { MAX_CONNECTIONS: '5' },
  ));

/** Sends 400 requests at once: in one piece on one connection, or each on its own, which is open already. Returns the statuses. */
const FLOODS: [how: string, ask: (base: string, request: string) => Promise<number[]>][] = [
  ['in one piece', async (base, request) => statusesIn(await ended(await open(base), request.repeat(400)))],
  [
    'on connections of their own',
    async (base, request) => {
      const sockets: Socket[] = [];
      while (sockets.length < 400) sockets.push(await open(base));
      const closing = request.replace(/\r\n$/, 'Connection: close\r\n\r\n');
      return statusesIn((await Promise.all(sockets.map((socket) => ended(socket, closing)))).join(''));
    },
  ],
];
const statusesIn = (text: string): number[] =>
  [...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status));

for (const rateLimits of [true, false]) {
  for (const [how, ask] of FLOODS) {
    test(
      `one user's 400 requests at once, ${how}, are refused but for a few, and another's poll stays quick, rate limits ${rateLimits ? 'on' : 'off'}`,
      withApp(
        async ({ base, cast }) => {
          const [ada, grace] = [await cast('ada'), await cast('grace')];
          const [lobby, study] = [await ada.createRoom('lobby'), await grace.createRoom('study')];
          await ada.talk(lobby, 50);
          await grace.poll(study, 1);
          const request = `GET /rooms/${lobby} HTTP/1.1\r\nHost: x\r\nCookie: ${ada.cookieHeader}\r\n\r\n`;
          const over = new AbortController();
          const flood = ask(base, request).finally(() => over.abort());
          let slowest = 0;
          while (!over.signal.aborted) {
            const begun = process.cpuUsage();
            assert.is((await grace.poll(study, 1)).status, 204);
            const { user, system } = process.cpuUsage(begun);
            slowest = Math.max(slowest, (user + system) / 1000);
          }
          const statuses = await flood;
          const answered = statuses.filter((status) => status === 200).length;
          assert.ok(answered >= 4 && answered <= 100, `${answered} answered`);
          assert.equal([...new Set(statuses)].toSorted(), [200, 503]);
          // What this process did meanwhile, server and clients: the time that passed depends on the machine.
          assert.ok(slowest < 1000, `${slowest} ms of CPU`);
          assert.is((await ada.get(`/rooms/${lobby}`)).status, 200);
        },
        { rateLimits },
      ),
    );
  }
}

test(
  'a user has twelve requests under way over all sessions, and gets their places back',
  withApp(async ({ cast, visitor, reader }) => {
    const lobby = await (await cast('ada')).createRoom('lobby');
    const sessions = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const session = visitor();
        await session.logIn('ada');
        return session;
      }),
    );
    const { rows } = reader;
    for (let round = 0; round < 2; round += 1) {
      const { promise: letGo, resolve } = Promise.withResolvers<void>();
      reader.rows = async (sql, ...values) => {
        if (/ from room /.test(sql)) await letGo;
        return rows.call(reader, sql, ...values) as never;
      };
      const refused: Answer[] = [];
      const answers = sessions.flatMap((session) =>
        Array.from({ length: 8 }, async () => {
          const answer = await session.get(`/rooms/${lobby}`);
          if (answer.status === 503) refused.push(answer);
          return answer.status;
        }),
      );
      await eventually(() => refused.length, 12).finally(resolve);
      reader.rows = rows;
      assert.equal(
        (await Promise.all(answers)).toSorted(),
        [200, 503].flatMap((status) => Array.from({ length: 12 }, () => status)),
      );
      for (const { text, headers } of refused)
        assert.equal(
          [text, headers.get('Retry-After'), headers.get('Connection')],
          ['Too many requests at once. Wait 1 second, then try again.\n', '1', 'close'],
        );
    }
  }),
);

test(
  'clients that ask for much and take nothing are let go, their places come back, and others are answered meanwhile',
  withApp(
    async ({ base, cast, clock }) => {
      const [ada, grace] = [await cast('ada'), await cast('grace')];
      const lobby = await ada.createRoom('lobby');
      await grace.enter(lobby);
      const file = Buffer.alloc(8_000_000, 'a line of text\n');
      const { location } = await ada.attach(lobby, file);
      const page = await ada.get(location!);
      const address = page.page.querySelector('a[href*="/files/"]')!.getAttribute('href')!;
      const paths = [address, `/rooms/${lobby}/stream`, `/rooms/${lobby}`];
      const requests = paths.map(
        (path) => `GET ${path} HTTP/1.1\r\nHost: x\r\nCookie: ${ada.cookieHeader}\r\n\r\n`,
      );
      const sockets = await Promise.all(Array.from({ length: 60 }, () => open(base)));
      for (const [index, socket] of sockets.entries())
        socket.on('error', () => {}).write(requests[index % requests.length]!.repeat(3));
      assert.is((await grace.poll(lobby, 0)).status, 200);
      assert.is((await grace.get(`/rooms/${lobby}`)).status, 200);
      await pause(3000);
      clock.pass(60_000); // the limits of reading
      const answer = await ada.get(address);
      assert.equal([answer.status, answer.text.length], [200, file.length]);
      assert.is((await ada.get(`/rooms/${lobby}`)).status, 200);
      for (const socket of sockets) socket.destroy();
    },
    {},
    { times: { idleMs: 500, keepAliveMs: 500 } },
  ),
);

test.run();
