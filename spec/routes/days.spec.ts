import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { type Answer, words } from '../support/visitor.ts';

const test = suite('days of a room over HTTP');

const lines = ({ page }: Answer) =>
  page
    .querySelectorAll('main h2, main li a')
    .map(words)
    .filter((line) => line !== 'Save the room');
const turn = (clock: { now(): Date; pass(ms: number): void }, moment: string) =>
  clock.pass(Date.parse(moment) - clock.now().getTime());

test(
  'a member sees the days on which something was said, with counts, and goes from month to month',
  withApp(async ({ cast, clock }) => {
    turn(clock, '2027-01-30T12:00:00Z');
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.talk(lobby, 2);
    turn(clock, '2027-01-31T12:00:00Z');
    await ada.enter(lobby); // and says nothing
    turn(clock, '2027-03-01T12:00:00Z');
    await ada.enter(lobby);
    await ada.say(lobby, 'hello');
    const latest = await ada.get(`/rooms/${lobby}/days`);
    assert.equal(lines(latest), ['March 2027', 'Monday 1 March 2027: 1 message']);
    assert.is(latest.page.querySelector('main li a')!.getAttribute('href'), `/rooms/${lobby}?day=2027-03-01`);
    const earlier = await ada.get(latest.page.querySelector('a[rel="prev"]')!.getAttribute('href')!);
    assert.equal(lines(earlier), ['January 2027', 'Saturday 30 January 2027: 2 messages']);
    assert.is(words(earlier.page.querySelector('a[rel="next"]')), 'Later: March 2027');
    for (const month of ['2027-00', '2027', 'x', '0000-01', '9999-12', '2027-1'])
      assert.is((await ada.get(`/rooms/${lobby}/days?month=${month}`)).status, 422);
  }),
);

test.run();
