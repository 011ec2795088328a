import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { withPostgres } from '../support/postgres.ts';
import { startRelay } from '../support/relay.ts';
import { Server, withServer } from '../support/server.ts';
import { titleOf, Visitor } from '../support/visitor.ts';

const test = suite('a database that falls silent');

const QUICK_MS = 2500;
const TOKEN = { Authorization: 'Bearer a token' };

/** Returns the answer's status, and whether it came quickly. */
async function timed(
  request: () => Promise<{ status: number }>,
): Promise<[status: number, isQuick: boolean]> {
  const begun = performance.now();
  const { status } = await request();
  return [status, performance.now() - begun < QUICK_MS];
}

test('polls, pages and posts are refused quickly, metrics go on, and all is well soon after its return', () =>
  withPostgres(async (postgres) => {
    const relay = await startRelay(await postgres.create());
    try {
      await withServer(
        async (server) => {
          await server.start();
          const [ada, grace] = [new Visitor(server.base), new Visitor(server.base)];
          for (const [visitor, name] of [
            [ada, 'ada'],
            [grace, 'grace'],
          ] as const)
            await visitor.register(name);
          const lobby = await ada.createRoom('lobby');
          const page = await ada.get(`/rooms/${lobby}`);
          assert.is((await ada.poll(lobby, 1)).status, 204);

          relay.silence();
          const first = await Promise.all([
            ...Array.from({ length: 10 }, () => timed(() => grace.get('/rooms'))),
            timed(() => ada.sayJson(lobby, 'hello')),
          ]);
          assert.equal(
            first,
            Array.from({ length: 11 }, () => [503, true]),
          );
          const requests = [
            () => ada.get(`/rooms/${lobby}`),
            () => ada.poll(lobby, 1),
            () => ada.sayJson(lobby, 'hello'),
            () => grace.get('/people'),
            () => fetch(`${server.base}/readyz`),
          ];
          for (const request of requests) assert.equal(await timed(request), [503, true]);
          const refused = await ada.press(page, 'Send', { body: 'a long thought' });
          assert.is(titleOf(refused).includes('Plainchat'), true);
          assert.match(refused.text, 'a long thought');
          const metrics = await fetch(`${server.base}/metrics`, { headers: TOKEN });
          assert.is(metrics.status, 200);
          const text = await metrics.text();
          assert.match(text, 'plainchat_database_up 0');
          assert.match(text, 'plainchat_listener_up 0');

          relay.resume();
          await eventually(async () => (await ada.poll(lobby, 1)).status, 204);
          await eventually(async () => (await ada.sayJson(lobby, 'hello, again')).status, 201);
          const lines = server.printed.split('\n').filter((line) => line.includes('does not answer'));
          assert.is(lines.length, 1, server.printed);
          assert.match(server.printed, 'The database answers again');
          assert.match(
            await (await fetch(`${server.base}/metrics`, { headers: TOKEN })).text(),
            'plainchat_database_up 1',
          );
        },
        { DATABASE_URL: relay.address, METRICS_TOKEN: 'a token' },
      );
    } finally {
      relay.end();
    }
  }));

test('a server whose listener hears nothing does not start, and says what to set', () =>
  withPostgres(async (postgres) => {
    const [address, other] = [await postgres.create(), await postgres.create()];
    await withServer(
      async (server) => {
        const error = await server.start().catch((thrown: Error) => thrown);
        assert.match(String(error), /ended with 1/);
        assert.match(server.printed, /LISTEN_URL and DATABASE_URL lead to different databases/);
      },
      { DATABASE_URL: address, LISTEN_URL: other },
    );
    await withServer(
      async (server, folder) => {
        await server.start();
        const second = new Server(folder, { DATABASE_URL: address });
        try {
          await second.start();
          const [ada, grace] = [new Visitor(server.base), new Visitor(second.base)];
          await ada.register('ada');
          await grace.register('grace');
          const lobby = await ada.createRoom('lobby');
          await grace.enter(lobby);
          await eventually(async () => (await ada.poll(lobby, 1)).status, 200);
        } finally {
          await second.end('SIGKILL');
        }
      },
      { DATABASE_URL: address, LISTEN_URL: address },
    );
  }));

test.run();
