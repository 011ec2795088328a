import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { User } from '../server/chat/user.ts';
import { told } from '../server/log.ts';
import { withHouse } from './support/nouns.ts';
import { withServer } from './support/server.ts';
import { Visitor } from './support/visitor.ts';

const test = suite('the log of the server');

const lines = (printed: string) =>
  printed
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('has a line in JSON for each request but the polls, for what scripts post at “debug”, by the pattern of its address, and nothing of what people wrote or typed', async () => {
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

test('says when it starts and stops, and as much as it is told to', async () => {
  await withServer(async (server) => {
    await server.start();
    await server.end();
    assert.equal(
      lines(server.printed)
        .map(({ msg }) => msg)
        .filter((msg) => /start|stop/.test(String(msg))),
      ['started', 'stopping', 'stopped'],
    );
  });
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

test(
  'tells of what the database refuses without what was to be stored',
  withHouse(async ({ em }) => {
    const error: Error = await em()
      .insert(User, { ...(await em().findOneOrFail(User, { username: 'ada' })), id: 99, email: 'a secret' })
      .then(
        () => new Error(),
        (error) => error as Error,
      );
    const line = JSON.stringify(
      told(Object.assign(error, { message: `insert into user values ('a secret') - ${error.message}` })),
    );
    assert.not.match(line, /a secret|ada@example/);
    assert.match(line, /UniqueConstraintViolationException.*at /);
  }),
);

test.run();
