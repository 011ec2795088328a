import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';

const POST = /plainchat_request_seconds_count\{method="POST",route="\/rooms\/:id\/messages",status="303"\} 1/;

const test = suite('health and metrics');

test(
  'health checks are answered without making a session',
  withApp(async ({ visitor }) => {
    for (const [path, status] of [
      ['/healthz', 'ok'],
      ['/readyz', 'ready'],
    ] as const) {
      const somebody = visitor();
      const answer = await somebody.get(path);
      assert.is(answer.status, 200);
      assert.equal(answer.json(), { status });
      assert.is(somebody.cookies.size, 0);
    }
  }),
);

test(
  'without a database /readyz answers 503, and /healthz still 200',
  withApp(async ({ visitor, orm }) => {
    const { fork } = orm.em;
    orm.em.fork = (...options) =>
      Object.assign(fork.apply(orm.em, options), {
        execute: () => Promise.reject(new Error('The database is gone.')),
      });
    try {
      assert.equal(
        [(await visitor().get('/healthz')).status, (await visitor().get('/readyz')).status],
        [200, 503],
      );
    } finally {
      orm.em.fork = fork; // later specs use this database
    }
  }),
);

test(
  'metrics need their token',
  withApp(
    async ({ visitor, cast }) => {
      const ada = await cast('ada');
      const lobby = await ada.createRoom('lobby');
      await ada.say(lobby, 'hello');
      await ada.sayJson(lobby, 'again');
      await ada.poll(lobby, 0); // each first poll of 64 is timed: this one, and another one below
      for (let poll = 0; poll < 67; poll += 1) await ada.poll(lobby, 3);
      const text = async () => (await visitor().get('/metrics', { Authorization: 'Bearer the token' })).text;
      await eventually(async () => POST.test(await text()), true);
      for (const line of [
        'plainchat_polls_total 68',
        'plainchat_poll_seconds_count 2',
        'plainchat_messages_total 2',
        'plainchat_people_present 1',
        /nodejs_eventloop_lag_p99_seconds \d/,
      ]) {
        assert.match(await text(), line);
      }
      for (const Authorization of [
        '',
        'Bearer',
        'Bearer the wrong token',
        'Basic the token',
        'Bearer undefined',
      ])
        assert.is((await visitor().get('/metrics', { Authorization })).status, 404, Authorization);
      assert.is((await ada.get('/metrics')).status, 404);
    },
    { metricsToken: 'the token' },
  ),
);

test(
  'without METRICS_TOKEN there are no metrics',
  withApp(async ({ visitor }) => {
    for (const Authorization of ['', 'Bearer ', 'Bearer undefined'])
      assert.is((await visitor().get('/metrics', { Authorization })).status, 404);
  }),
);

test.run();
