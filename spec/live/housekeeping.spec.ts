import { mock } from 'node:test';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Clearing } from '../../server/chat/clearing.ts';
import { LoginAttempt } from '../../server/chat/login-attempt.ts';
import { Session } from '../../server/chat/session.ts';
import { Housekeeping } from '../../server/live/housekeeping.ts';
import { withApp } from '../support/app.ts';

const test = suite('housekeeping');

const HOUR_MS = 3_600_000;

/** Housekeeping whose chores record their names, with a clock that the spec turns. */
function scene(failing = '') {
  let time = 0;
  const done: string[] = [];
  const logged: string[] = [];
  const chore = (name: string) => async () => {
    done.push(name);
    if (name === failing) throw new Error(name);
  };
  const housekeeping = new Housekeeping({
    chores: { everyTick: [chore('first'), chore('second')], everyHour: [chore('hourly')] },
    clock: () => new Date(10 * HOUR_MS + time),
    log: { error: ({ message }) => void logged.push(message) },
  });
  return { housekeeping, done, logged, pass: (ms: number) => void (time += ms) };
}

test('housekeeping does its chores in order at each tick, and the hourly ones once an hour', async () => {
  const { housekeeping, done, pass } = scene();
  for (const ms of [0, HOUR_MS - 1, 1]) {
    pass(ms);
    await housekeeping.tick();
    done.push('|');
  }
  assert.is(done.join(' '), 'first second hourly | first second | first second hourly |');
});

test('housekeeping logs a chore that fails, and does the others', async () => {
  const { housekeeping, done, logged } = scene('first');
  await housekeeping.tick();
  assert.equal([done, logged], [['first', 'second', 'hourly'], ['first']]);
});

test('two ticks at once run one after the other', async () => {
  const { housekeeping, done } = scene();
  await Promise.all([housekeeping.tick(), housekeeping.tick()]);
  assert.is(done.filter((name) => name !== 'hourly').join(' '), 'first second first second');
});

test('an hourly chore that takes long holds up no tick, and an end waits for it for a moment', async () => {
  let ticks = 0;
  const hourly = Promise.withResolvers<void>();
  const housekeeping = new Housekeeping({
    chores: { everyTick: [async () => void (ticks += 1)], everyHour: [() => hourly.promise] },
    clock: () => new Date(10 * HOUR_MS),
    log: { error: (error) => assert.unreachable(error.message) },
  });
  void housekeeping.tick();
  void housekeeping.tick();
  await new Promise(setImmediate);
  assert.is(ticks, 2);
  await housekeeping.stop();
  assert.is(ticks, 3);
  hourly.resolve();
});

test('housekeeping ticks within ten seconds of its start, and stop() does the chores once more', async () => {
  const { housekeeping, done } = scene();
  mock.timers.enable({ apis: ['setInterval'] });
  try {
    housekeeping.start();
    mock.timers.tick(10_000);
    await new Promise(setImmediate);
    assert.ok(done.length > 0);
    await housekeeping.stop();
    const count = done.length;
    assert.is(done.at(-1), 'second');
    mock.timers.tick(60_000);
    await new Promise(setImmediate);
    assert.is(done.length, count);
  } finally {
    mock.timers.reset();
  }
});

test(
  'housekeeping deletes ended sessions and old log-in attempts once an hour',
  withApp(async ({ cast, em, tick, clock, visitor }) => {
    await cast('ada');
    await visitor().post('/login', { login: 'ada', password: 'wrong' });
    const left = async () => [await em().count(Session), (await em().count(LoginAttempt)) > 0];
    await tick();
    assert.equal(await left(), [1, true]);
    clock.pass(31 * 24 * HOUR_MS);
    await tick();
    assert.equal(await left(), [1, false], 'clearing follows the clock by two hours at most');
    await em().nativeUpdate(Clearing, { name: 'rows' }, { until: clock.now() });
    clock.pass(HOUR_MS);
    await tick();
    assert.equal(await left(), [0, false]);
  }),
);

test.run();
