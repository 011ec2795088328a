import { rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import type { Server } from '../support/server.ts';
import { withServer } from '../support/server.ts';
import { labelled, valueOf, Visitor, words } from '../support/visitor.ts';

const test = suite('faults');

const SILENT = 2000;
const UNFINISHED = 50;
/** More of these than find room in what a database file has left over. */
const LONG = 'x'.repeat(3900);
const MOST_LONG = 200;
const FULL_DISK = import.meta.resolve('../support/full-disk.mjs');

async function inLobby(server: Server): Promise<{ ada: Visitor; lobby: number }> {
  await server.start();
  const ada = new Visitor(server.base);
  await ada.register('ada');
  return { ada, lobby: await ada.createRoom('lobby') };
}

test('of a disk that is full: posts are refused in words, nothing is lost, polls go on, and it recovers by itself', () =>
  withServer(
    async (server, folder) => {
      const { ada, lobby } = await inLobby(server);
      const full = join(folder, 'chat.db.full');
      await writeFile(full, '');
      const stored: string[] = [];
      let refused: string | undefined;
      for (let count = 0; count < MOST_LONG && !refused; count += 1) {
        const text = `${count} ${LONG}`;
        const { status } = await ada.sayJson(lobby, text);
        if (status === 201) stored.push(`ada: ${text}`);
        else refused = text;
      }
      assert.ok(refused, 'the disk was never full');
      const key = 'a-key-that-is-kept';
      const byForm = await ada.say(lobby, refused, { key });
      assert.is(byForm.status, 503);
      assert.ok(Number(byForm.headers.get('Retry-After')) > 0);
      assert.match(
        words(byForm.page.querySelector('main .problems, main [role="alert"]')),
        /Nothing can be stored at the moment.*disk is full.*send it again later/,
      );
      assert.is(valueOf(labelled(byForm, 'Message')), refused, 'the text is kept');
      const byScript = await ada.sayJson(lobby, refused, { key });
      assert.equal([byScript.status, typeof byScript.json().error.message], [503, 'string']);
      assert.is((await ada.poll(lobby, 0)).status, 200);
      assert.is((await ada.get(`/rooms/${lobby}`)).status, 200);
      assert.equal(await ada.log(lobby), ['ada entered', ...stored]);

      await rm(full);
      assert.is((await ada.sayJson(lobby, refused, { key })).status, 201);
      assert.equal(await ada.log(lobby), ['ada entered', ...stored, `ada: ${refused}`]);
      await server.end('SIGKILL');
      await server.start();
      assert.equal(await ada.log(lobby), ['ada entered', ...stored, `ada: ${refused}`]);
    },
    { NODE_OPTIONS: `--import=${FULL_DISK}` },
  ));

/** Opens connections that say what is given, and nothing else; returns once all are open. */
async function open(server: Server, count: number, bytes: string): Promise<Socket[]> {
  return Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<Socket>((resolve, reject) => {
          const socket = connect(Number(new URL(server.base).port), '127.0.0.1', () => {
            if (bytes) socket.write(bytes);
            resolve(socket);
          });
          socket.once('error', reject);
        }),
    ),
  );
}

const held: [what: string, count: number, bytes: string][] = [
  [`${SILENT} connections that send nothing`, SILENT, ''],
  [
    'clients that stop in the middle of a body',
    UNFINISHED,
    'POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nlogin=',
  ],
  [
    'clients that stop in the middle of a header',
    UNFINISHED,
    'GET /rooms HTTP/1.1\r\nHost: x\r\nCookie: sid=',
  ],
  [
    'clients that send a body bit by bit',
    UNFINISHED,
    'POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n',
  ],
];
for (const [what, count, bytes] of held) {
  test(`of ${what}: others are answered meanwhile, and the server stops in order`, () =>
    withServer(async (server) => {
      const { ada, lobby } = await inLobby(server);
      const sockets = await open(server, count, bytes);
      sockets.forEach((socket) => socket.on('error', () => {}));
      assert.is((await ada.sayJson(lobby, 'hello')).status, 201);
      assert.is((await ada.poll(lobby, 0)).status, 200);
      assert.is((await ada.get('/rooms')).status, 200);
      assert.is(sockets.filter(({ destroyed }) => destroyed).length, 0);
      assert.is(await server.end('SIGTERM'), 0);
      sockets.forEach((socket) => socket.destroy());
    }));
}

test.run();
