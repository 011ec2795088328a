import { connect, type Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isSane } from '../support/abuse.ts';
import { withApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { withServer } from '../support/server.ts';
import { bare } from '../support/visitor.ts';

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

test.run();
