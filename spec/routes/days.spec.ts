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

test(
  'the form of a transcript leads to the file of its days, and keeps what was typed if a day is none',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const { page } = await ada.get(`/rooms/${lobby}/days`);
    const form = page.querySelector(`main form[action="/rooms/${lobby}/transcript"]`)!;
    assert.equal(
      form.querySelectorAll('input').map((field) => field.getAttribute('name')),
      ['since', 'until', 'as', 'as', 'as', 'as'],
    );
    for (const [query, file] of [
      ['since=&until=&as=html', '.html'],
      ['since=2027-01-02&until=&as=txt', '.txt?since=2027-01-02'],
      ['since=2027-01-02&until=2027-01-02&as=epub', '.epub?since=2027-01-02&until=2027-01-02'],
    ]) {
      const { status, location } = await ada.get(`/rooms/${lobby}/transcript?${query}`);
      assert.equal([status, location], [303, `/rooms/${lobby}/transcript${file}`]);
    }
    for (const [query, problem] of [
      [
        'since=2027-02-30&until=tomorrow&as=txt',
        'Error: There is no such day. Enter it as year, month and day, like 2026-01-31.',
      ],
      [
        'since=2027-01-02&until=2027-01-01&as=txt',
        'Error: This day is before the first one. Enter a later day, or leave it empty.',
      ],
    ]) {
      const refused = await ada.get(`/rooms/${lobby}/transcript?${query}`);
      assert.is(refused.status, 422);
      assert.is(words(refused.page.querySelector('main .problem')), problem);
      const typed = (name: string) => refused.page.querySelector(`#${name}`)!.getAttribute('value');
      const as = refused.page.querySelector('input[checked]')!.getAttribute('value');
      assert.is(
        String(
          new URLSearchParams([
            ['since', typed('since')!],
            ['until', typed('until')!],
            ['as', as!],
          ]),
        ),
        query,
      );
    }
  }),
);

test.run();
