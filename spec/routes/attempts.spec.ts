import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { LoginAttempt } from '../../server/chat/login-attempt.ts';
import { withApp, type World } from '../support/app.ts';
import { labelled, titleOf, valueOf, type Visitor, words } from '../support/visitor.ts';

const test = suite('log-in attempts');

const MINUTE_MS = 60_000;
const RIGHT = 'correct horse';

/** Logs in from an address that a proxy reports. */
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
  'after ten wrong passwords in ten minutes even the right one is refused',
  withApp(async (world) => {
    await world.cast('ada');
    assert.equal(await guess(world, 11), [...Array<number>(10).fill(422), 429]);
    const answer = await logIn(world.visitor(), 'ada', RIGHT);
    assert.is(answer.status, 429);
    assert.match(titleOf(answer), /^Error: /);
    const seconds = Number(answer.headers.get('Retry-After'));
    assert.ok(seconds > 590 && seconds <= 600, String(seconds));
    assert.match(answer.page.querySelector('main .problems, main [role="alert"]')!.text, /10 minutes/);
    assert.is(
      answer.page.querySelector('input[name="login"]')?.getAttribute('value'),
      'ada',
      'what was typed is kept',
    );
  }),
);

test(
  'the refusal says how long to wait, and logging in works after that',
  withApp(async (world) => {
    await world.cast('ada');
    await guess(world, 10);
    world.clock.pass(9 * MINUTE_MS + 1000);
    const answer = await logIn(world.visitor(), 'ada', RIGHT);
    assert.is(answer.status, 429);
    assert.is(Number(answer.headers.get('Retry-After')), 59);
    assert.match(answer.page.querySelector('main .problems, main [role="alert"]')!.text, /59 seconds/);
    world.clock.pass(MINUTE_MS);
    assert.is((await logIn(world.visitor(), 'ada', RIGHT)).status, 303);
  }),
);

type Typed = (name: string) => string;
const asIs: Typed = (name) => name;
const upper: Typed = (name) => name.toUpperCase();
const wide: Typed = (name) =>
  ` ${name.replace(/\w/g, (letter) => String.fromCodePoint(letter.codePointAt(0)! + 0xfee0))} `;
const email: Typed = (name) => `${name}@example.org`;
const upperEmail: Typed = (name) => `${name}@EXAMPLE.org`;

/** What is typed ten times, then once; and whether that one is refused. */
const NAMES: [what: string, tried: Typed[], last: Typed, isRefused: boolean][] = [
  ['the same name', [asIs], asIs, true],
  ['the name in another case', [asIs], upper, true],
  ['the name in another width, with spaces', [asIs], wide, true],
  ['one of several ways to write it', [asIs, upper, wide], upper, true],
  ['the email', [asIs], email, false],
  ['the email in another case', [email], upperEmail, true],
  ['the username', [email], asIs, false],
  ['the email of somebody else', [asIs], () => 'other@example.org', false],
];

for (const [what, tried, last, isRefused] of NAMES) {
  test(
    `after ten attempts, ${what} is ${isRefused ? '' : 'not '}refused, for an account and for nobody alike`,
    withApp(async (world) => {
      await world.cast('lovelace');
      const expected = [...Array<number>(10).fill(422), isRefused ? 429 : 422];
      for (const name of ['lovelace', 'nobody']) {
        const found: number[] = [];
        for (let time = 0; time < 10; time += 1)
          found.push(...(await guess(world, 1, tried[time % tried.length]!(name))));
        found.push(...(await guess(world, 1, last(name))));
        assert.equal(found, expected, name);
      }
    }),
  );
}

test(
  'a refused attempt writes nothing',
  withApp(async (world) => {
    await world.cast('ada');
    await guess(world, 10);
    const latest = async () =>
      (await world.em().findOneOrFail(LoginAttempt, { bucket: { $ne: '' } }, { orderBy: { id: 'desc' } })).id;
    const last = await latest();
    const refused = await Promise.all(Array.from({ length: 30 }, () => logIn(world.visitor(), 'ada', RIGHT)));
    assert.equal(new Set(refused.map(({ status }) => status)), new Set([429]));
    assert.is(await latest(), last);
    await guess(world, 1, 'grace');
    assert.is(await latest(), last + 2, 'no ids were used, so nothing was inserted and deleted again');
  }),
);

for (const [right, wrong] of [
  [2, 0],
  [8, 0],
  [30, 0],
  [8, 4],
] as const) {
  test(
    `of ${right} right and ${wrong} wrong passwords at once, attempts are left of the wrong ones alone`,
    withApp(
      async (world) => {
        await world.cast('ada');
        const answers = await Promise.all(
          Array.from({ length: right + wrong }, (_, index) =>
            logIn(world.visitor(), index < right ? 'ada' : 'grace', index < right ? RIGHT : 'wrong horse'),
          ),
        );
        assert.is(await world.em().count(LoginAttempt), 2 * wrong);
        if (right <= 10) assert.is(answers.filter(({ status }) => status === 303).length, right);
        assert.is((await logIn(world.visitor(), 'ada', RIGHT)).status, 303);
      },
      { trustProxy: 1 },
    ),
  );
}

test(
  'of twenty attempts at once, ten are checked',
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
  'a right password does not count as an attempt',
  withApp(async ({ cast, visitor }) => {
    await cast('ada');
    for (let time = 0; time < 12; time += 1) assert.is((await logIn(visitor(), 'ada', RIGHT)).status, 303);
  }),
);

test(
  'attempts lock out neither the same account from another address nor another account',
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
  'behind a proxy attempts count for the address that the proxy saw',
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
  'without a proxy attempts count for the address of the connection, whatever X-Forwarded-For says',
  withApp(async (world) => {
    await world.cast('ada');
    for (let number = 0; number < 10; number += 1) await guess(world, 1, 'ada', `192.0.2.${number}`);
    assert.is((await logIn(world.visitor(), 'ada', RIGHT, '198.51.100.7')).status, 429);
  }),
);

test(
  'after a hundred wrong passwords from one address every account is refused there',
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
  'a script gets the refusal in JSON',
  withApp(async (world) => {
    await world.cast('ada');
    await guess(world, 10);
    const answer = await world.visitor().postJson('/login', { login: 'ada', password: RIGHT });
    assert.is(answer.status, 429);
    assert.type(answer.json().error.message, 'string');
  }),
);

test(
  'attempts are not limited when rate limits are off',
  withApp(
    async (world) => {
      await world.cast('ada');
      assert.equal(new Set(await guess(world, 30)), new Set([422]));
    },
    { rateLimits: false },
  ),
);

test(
  'in a rush of log-ins each is answered, or told in words how long to wait, and none that waited counts as wrong',
  withApp(
    async (world) => {
      await world.cast('ada');
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, index) => logIn(world.visitor(), `somebody ${index}`, RIGHT)),
      );
      const [told, refused] = [422, 503].map((status) => answers.filter((one) => one.status === status));
      assert.is(told!.length + refused!.length, 60);
      assert.ok(told!.length >= 20 && refused!.length > 0, `${told!.length} answered`);
      for (const answer of refused!) {
        const seconds = Number(answer.headers.get('Retry-After'));
        assert.ok(seconds >= 1 && seconds <= 60, String(seconds));
        assert.match(
          words(answer.page.querySelector('main .problems, main [role="alert"]')),
          /Many people are logging in at the moment\. Wait \d+ seconds?, then try again\.$/,
        );
        assert.match(valueOf(labelled(answer, 'Username or email')), /^somebody \d+$/);
      }
      assert.is(await world.em().count(LoginAttempt), 2 * told!.length);
      assert.is((await logIn(world.visitor(), 'ada', RIGHT)).status, 303);
    },
    { scryptLogN: 14, trustProxy: 1 },
  ),
);

test.run();
