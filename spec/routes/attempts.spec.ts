import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withApp, type World } from '../support/app.ts';
import { titleOf, type Visitor } from '../support/visitor.ts';

const test = suite('attempts to log in');

const MINUTE_MS = 60_000;
const RIGHT = 'correct horse';

/** Logs in from an address that a proxy in front tells of. */
const logIn = (person: Visitor, login: string, password: string, from = '192.0.2.1') =>
  person.post('/login', { login, password }, { 'X-Forwarded-For': from });

async function guess({ visitor }: World, times: number, login = 'ada', from?: string): Promise<number[]> {
  const attacker = visitor();
  const statuses: number[] = [];
  for (let time = 0; time < times; time += 1)
    statuses.push((await logIn(attacker, login, `wrong ${time}`, from)).status);
  return statuses;
}

test(
  'are refused after ten wrong ones in ten minutes, the right password too',
  withApp(async (world) => {
    await world.cast('ada');
    assert.equal(await guess(world, 11), [...Array<number>(10).fill(422), 429]);
    const answer = await logIn(world.visitor(), 'ada', RIGHT);
    assert.is(answer.status, 429);
    assert.match(titleOf(answer), /^Error: /);
    const seconds = Number(answer.headers.get('Retry-After'));
    assert.ok(seconds > 590 && seconds <= 600, String(seconds));
    assert.match(answer.page.querySelector('main [role="alert"]')!.text, /10 minutes/);
    assert.is(
      answer.page.querySelector('input[name="login"]')?.getAttribute('value'),
      'ada',
      'what was typed is kept',
    );
  }),
);

test(
  'say how long there is to wait, and are taken again after that',
  withApp(async (world) => {
    await world.cast('ada');
    await guess(world, 10);
    world.clock.pass(9 * MINUTE_MS + 1000);
    const answer = await logIn(world.visitor(), 'ada', RIGHT);
    assert.is(answer.status, 429);
    assert.is(Number(answer.headers.get('Retry-After')), 59);
    assert.match(answer.page.querySelector('main [role="alert"]')!.text, /59 seconds/);
    world.clock.pass(MINUTE_MS);
    assert.is((await logIn(world.visitor(), 'ada', RIGHT)).status, 303);
  }),
);

test(
  'count for the account, under whichever of its names',
  withApp(async (world) => {
    await world.cast('ada');
    for (const [login, times] of [
      ['ada', 4],
      ['ADA', 3],
      ['ada@example.org', 3],
    ] as const)
      await guess(world, times, login);
    assert.is((await logIn(world.visitor(), 'ａｄａ', RIGHT)).status, 429);
  }),
);

test(
  'count when many come at once',
  withApp(async (world) => {
    await world.cast('ada');
    const statuses = await Promise.all(
      Array.from({ length: 20 }, (_, number) => logIn(world.visitor(), 'ada', `wrong ${number}`)),
    );
    assert.is(statuses.filter(({ status }) => status === 422).length, 10);
    assert.is(statuses.filter(({ status }) => status === 429).length, 10);
  }),
);

test(
  'do not count where the password was right',
  withApp(async ({ cast, visitor }) => {
    await cast('ada');
    for (let time = 0; time < 12; time += 1) assert.is((await logIn(visitor(), 'ada', RIGHT)).status, 303);
  }),
);

test(
  'of others lock nobody out: neither another address nor another account',
  withApp(
    async (world) => {
      await world.cast('ada');
      await world.cast('grace');
      assert.is((await guess(world, 11)).at(-1), 429);
      assert.is((await logIn(world.visitor(), 'ada', RIGHT, '192.0.2.2')).status, 303);
      assert.is(
        (await logIn(world.visitor(), 'ada', RIGHT, '192.0.2.1, 192.0.2.2')).status,
        303,
        'the last address is what the proxy saw',
      );
      assert.is((await logIn(world.visitor(), 'grace', RIGHT)).status, 303);
    },
    { trustProxy: 1 },
  ),
);

test(
  'come from the address that the proxy saw, whatever was sent to it',
  withApp(
    async (world) => {
      await world.cast('ada');
      for (let number = 0; number < 10; number += 1)
        await guess(world, 1, 'ada', `198.51.100.${number}, 192.0.2.1`);
      assert.is((await logIn(world.visitor(), 'ada', RIGHT, '192.0.2.1')).status, 429);
    },
    { trustProxy: 1 },
  ),
);

test(
  'come from the address of the connection where no proxy stands in front',
  withApp(async (world) => {
    await world.cast('ada');
    for (let number = 0; number < 10; number += 1) await guess(world, 1, 'ada', `192.0.2.${number}`);
    assert.is((await logIn(world.visitor(), 'ada', RIGHT, '198.51.100.7')).status, 429);
  }),
);

test(
  'are refused after a hundred wrong ones from one address, whatever the account',
  withApp(async (world) => {
    await world.cast('ada');
    const statuses: number[] = [];
    for (let account = 0; account < 20; account += 1)
      statuses.push(...(await guess(world, 5, `nobody${account}`)));
    assert.equal(new Set(statuses), new Set([422]));
    const answer = await logIn(world.visitor(), 'ada', RIGHT);
    assert.is(answer.status, 429);
    assert.ok(Number(answer.headers.get('Retry-After')) > 0);
  }),
);

test(
  'are told in JSON to a script',
  withApp(async (world) => {
    await world.cast('ada');
    await guess(world, 10);
    const answer = await world.visitor().postJson('/login', { login: 'ada', password: RIGHT });
    assert.is(answer.status, 429);
    assert.type(answer.json().error.message, 'string');
  }),
);

test(
  'are not limited where limits are switched off',
  withApp(
    async (world) => {
      await world.cast('ada');
      assert.equal(new Set(await guess(world, 30)), new Set([422]));
    },
    { rateLimits: false },
  ),
);

test.run();
