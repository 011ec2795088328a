import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp, type World } from '../support/app.ts';
import {
  type Answer,
  type Delta,
  labelled,
  problem,
  seqs,
  titleOf,
  valueOf,
  type Visitor,
  words,
} from '../support/visitor.ts';

const test = suite('history of a room');

const DAY_MS = 86_400_000;
const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
const link = ({ page }: Answer, name: RegExp) =>
  page
    .querySelectorAll('main a')
    .find((one) => name.test(words(one)))
    ?.getAttribute('href')
    ?.split('#')[0];
const dayOf = ({ page }: Answer) => words(page.querySelector('#messages'));

/** Sets the clock to a time. */
function turn({ clock }: World, moment: string): void {
  clock.pass(Date.parse(moment) - clock.now().getTime());
}

/** Ada in her lobby, whose log has `count` entries. */
async function lobbyWith({ cast }: World, count: number) {
  const ada = await cast('ada');
  const lobby = await ada.createRoom('lobby');
  await ada.talk(lobby, count - 1);
  return { ada, lobby };
}

/** Reads page after page, with `between` run after each; returns the seqs of each page in order of reading. */
async function readOn(
  reader: Visitor,
  start: string,
  next: RegExp,
  between: () => Promise<unknown>,
): Promise<number[][]> {
  const read: number[][] = [];
  for (let address: string | undefined = start; address;) {
    const answer: Answer = await reader.get(address);
    read.push(seqs(answer));
    await between();
    address = link(answer, next);
  }
  return read;
}

test(
  'earlier pages lead back to entry 1 without a gap or a repetition while new entries arrive',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyWith(world, 173);
    const read = await readOn(ada, `/rooms/${lobby}`, /^Show earlier messages$/, () => ada.talk(lobby, 7));
    assert.equal(
      read.map(({ length }) => length),
      [50, 50, 50, 23],
    );
    assert.equal(read.toReversed().flat(), range(1, 173));
  }),
);

test(
  'later pages lead on from entry 1 without a gap or a repetition while new entries arrive',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyWith(world, 120);
    const read = await readOn(ada, `/rooms/${lobby}?from=1`, /^Show later messages$/, () =>
      ada.talk(lobby, 7),
    );
    assert.equal(read.flat(), range(1, 120 + 7 * (read.length - 1)));
  }),
);

test(
  'checking for new messages shows all of them without a gap or a repetition',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyWith(world, 60);
    const read = seqs(await ada.get(`/rooms/${lobby}`));
    let answer = await ada.get(`/rooms/${lobby}`);
    for (const count of [1, 49, 50, 51, 150, 200]) {
      await ada.talk(lobby, count);
      const after = read.at(-1)!;
      answer = await ada.get(link(answer, /^Check for new messages$/)!);
      assert.is(
        words(answer.page.querySelector('#new')),
        count === 1 ? '1 new message' : `${count} new messages`,
      );
      read.push(...seqs(answer).filter((seq) => seq > after));
    }
    assert.equal(read, range(11, 60 + 501));
  }),
);

test(
  'a script reads back to entry 1 while new entries arrive',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyWith(world, 430);
    const read: number[][] = [];
    for (let before = 431; before > 1; before = read.at(-1)![0]!) {
      read.push(
        ((await ada.getJson(`/rooms/${lobby}/entries?before=${before}`)).json() as Delta).entries.map(
          ({ seq }) => seq,
        ),
      );
      await ada.talk(lobby, 3);
    }
    assert.equal(
      read.map(({ length }) => length),
      [200, 200, 30],
    );
    assert.equal(read.toReversed().flat(), range(1, 430));
  }),
);

test(
  'every entry has an address',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyWith(world, 60);
    for (const seq of [1, 2, 37, 60]) assert.is(seqs(await ada.get(`/rooms/${lobby}?from=${seq}`))[0], seq);
  }),
);

test(
  'a page after the last entry does not say that the room begins there',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyWith(world, 3);
    const answer = await ada.get(`/rooms/${lobby}?from=4`);
    assert.equal(seqs(answer), []);
    assert.not.match(words(answer.page.querySelector('main')), /This is the beginning of/);
  }),
);

test(
  'the room leads to its beginning, and to a form for a day',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyWith(world, 60);
    const answer = await ada.get(link(await ada.get(`/rooms/${lobby}`), /^Search and history$/)!);
    assert.is(seqs(await ada.get(link(answer, /^Go to the beginning of lobby$/)!))[0], 1);
    const field = labelled(answer, 'Day');
    assert.is(field.getAttribute('name'), 'day');
    assert.is(field.closest('form')?.getAttribute('action'), `/rooms/${lobby}`);
    assert.is(field.closest('form')?.getAttribute('method'), 'get', 'it changes nothing');
  }),
);

test(
  'a member who joined later reads the whole history',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyWith(world, 60);
    const [grace, linus] = [await world.cast('grace'), await world.cast('linus')];
    await ada.post(`/rooms/${lobby}/members`, { username: 'linus' });
    await grace.enter(lobby);
    for (const person of [grace, linus]) {
      const read = await readOn(person, `/rooms/${lobby}`, /^Show earlier messages$/, async () => {});
      assert.equal(read.toReversed().flat(), range(1, 62));
      assert.equal((await person.log(lobby)).slice(0, 2), ['ada entered', 'ada: message 1']);
    }
  }),
);

/** A log with two entries on 1 May 2026, one on the 2nd and two on the 5th, in UTC. */
async function threeDays(world: World) {
  turn(world, '2026-05-01T12:00:00Z');
  const ada = await world.cast('ada');
  const lobby = await ada.createRoom('lobby');
  for (const moment of [
    '2026-05-01T23:59:59.999Z',
    '2026-05-02T00:00:00.000Z',
    '2026-05-05T04:30:00Z',
    '2026-05-05T23:30:00Z',
  ]) {
    turn(world, moment);
    await ada.sayJson(lobby, moment);
  }
  return { ada, lobby };
}

const days: [
  zone: string,
  day: string,
  words: string,
  seqs: number[],
  before: string | undefined,
  after: string | undefined,
][] = [
  ['', '2026-05-01', 'Friday 1 May 2026', [1, 2], undefined, '2026-05-02'],
  ['', '2026-05-02', 'Saturday 2 May 2026', [3], '2026-05-01', '2026-05-05'],
  ['', '2026-05-05', 'Tuesday 5 May 2026', [4, 5], '2026-05-02', undefined],
  ['', '2026-05-03', 'Sunday 3 May 2026', [], '2026-05-02', '2026-05-05'],
  ['', '2026-04-30', 'Thursday 30 April 2026', [], undefined, '2026-05-01'],
  ['', '2026-05-06', 'Wednesday 6 May 2026', [], '2026-05-05', undefined],
  ['', '1970-01-01', 'Thursday 1 January 1970', [], undefined, '2026-05-01'],
  ['Asia/Tokyo', '2026-05-01', 'Friday 1 May 2026', [1], undefined, '2026-05-02'],
  ['Asia/Tokyo', '2026-05-02', 'Saturday 2 May 2026', [2, 3], '2026-05-01', '2026-05-05'],
  ['Asia/Tokyo', '2026-05-06', 'Wednesday 6 May 2026', [5], '2026-05-05', undefined],
  ['America/Los_Angeles', '2026-05-01', 'Friday 1 May 2026', [1, 2, 3], undefined, '2026-05-04'],
  ['America/Los_Angeles', '2026-05-04', 'Monday 4 May 2026', [4], '2026-05-01', '2026-05-05'],
  ['nowhere', '2026-05-02', 'Saturday 2 May 2026', [3], '2026-05-01', '2026-05-05'],
];
for (const [zone, day, heading, shown, before, after] of days) {
  test(
    `the day ${day}${zone && ` in ${zone}`} has its entries, and links to the nearest days with entries`,
    withApp(async (world) => {
      const { ada, lobby } = await threeDays(world);
      if (zone) ada.cookies.set('zone', zone);
      const answer = await ada.get(`/rooms/${lobby}?day=${day}`);
      assert.is(answer.status, 200);
      assert.is(dayOf(answer), heading);
      assert.equal(seqs(answer), shown);
      assert.is(
        /Nothing was said on this day/.test(words(answer.page.querySelector('main'))),
        shown.length === 0,
      );
      const address = (key: string | undefined) => key && `/rooms/${lobby}?day=${key}`;
      assert.equal(
        [link(answer, /^Day before/), link(answer, /^Day after/)],
        [address(before), address(after)],
      );
    }),
  );
}

// Days begin and end also where the clock change skips or repeats midnight.
for (const [zone, moments] of [
  [
    'America/Santiago',
    [
      '2026-09-05T12:00:00Z',
      '2026-09-06T03:30:00Z',
      '2026-09-06T04:00:00Z',
      '2026-09-07T02:30:00Z',
      '2026-09-07T03:30:00Z',
    ],
  ],
  [
    'America/Havana',
    [
      '2026-03-07T12:00:00Z',
      '2026-03-08T04:30:00Z',
      '2026-03-08T05:00:00Z',
      '2026-03-09T03:30:00Z',
      '2026-03-09T04:00:00Z',
    ],
  ],
  [
    'Asia/Beirut',
    [
      '2026-03-28T12:00:00Z',
      '2026-03-28T21:30:00Z',
      '2026-03-28T22:00:00Z',
      '2026-03-29T20:30:00Z',
      '2026-03-29T21:00:00Z',
    ],
  ],
  [
    'America/New_York',
    [
      '2026-11-01T03:00:00Z',
      '2026-11-01T03:59:59Z',
      '2026-11-01T04:00:00Z',
      '2026-11-02T04:59:59Z',
      '2026-11-02T05:00:00Z',
    ],
  ],
] as const) {
  test(
    `in ${zone} each entry is on its day when the clocks change`,
    withApp(async (world) => {
      turn(world, moments[0]);
      const ada = await world.cast('ada');
      ada.cookies.set('zone', zone);
      const lobby = await ada.createRoom('lobby');
      for (const moment of moments.slice(1)) {
        turn(world, moment);
        await ada.sayJson(lobby, moment);
      }
      const read: number[][] = [];
      const first = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date(moments[0]));
      for (let address: string | undefined = `/rooms/${lobby}?day=${first}`; address && read.length < 9;) {
        const answer: Answer = await ada.get(address);
        read.push(seqs(answer));
        address = link(answer, /^Day after/);
      }
      assert.equal(read, [[1, 2], [3, 4], [5]]);
    }),
  );
}

test(
  'a day of more than 200 entries shows the first 200, and links to the rest',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyWith(world, 230);
    world.clock.pass(DAY_MS);
    await ada.talk(lobby, 1);
    const answer = await ada.get(
      `/rooms/${lobby}?day=${new Date(world.clock.now().getTime() - DAY_MS).toISOString().slice(0, 10)}`,
    );
    assert.equal(seqs(answer), range(1, 200));
    assert.is(seqs(await ada.get(link(answer, /^Show later messages$/)!))[0], 201);
  }),
);

for (const day of [
  'x',
  'yesterday',
  '2026-13-01',
  '2026-00-10',
  '2026-02-30',
  '2025-02-29',
  '2026-1-1',
  '1.1.2026',
  '2026-01-01T00:00',
  '2026-01-01x',
  ' ',
  '0',
  '-1',
  '\0',
  '٢٠٢٦-٠١-٠١',
  'x&day=2026-01-01',
]) {
  test(
    `the day ${JSON.stringify(day)} is refused`,
    withApp(async (world) => {
      const { ada, lobby } = await lobbyWith(world, 3);
      const answer = await ada.get(
        `/rooms/${lobby}?day=${encodeURIComponent(day).replace('%26day%3D', '&day=')}`,
      );
      assert.is(answer.status, 422);
      assert.match(
        words(answer.page.querySelector('main')),
        /There is no such day\. Enter it as year, month and day, like 2026-01-31\./,
      );
    }),
  );
}

test(
  'a refused day is kept in its field, on the page where it was typed',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyWith(world, 3);
    const answer = await ada.get(`/rooms/${lobby}?day=2026-02-30`);
    assert.is(titleOf(answer), 'Error: lobby – Rooms – Plainchat');
    const { top, beside } = problem(answer, 'Day');
    for (const place of [top, beside]) assert.match(place, /There is no such day/);
    assert.is(valueOf(labelled(answer, 'Day')), '2026-02-30');
    assert.equal(seqs(answer), [1, 2, 3]);
  }),
);

for (const day of ['0000-01-01', '0001-01-01', '1000-01-01', '1883-11-18', '9999-12-31']) {
  test(
    `the day ${day} gets an answer in every zone`,
    withApp(async (world) => {
      const { ada, lobby } = await lobbyWith(world, 1);
      for (const zone of ['UTC', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia']) {
        ada.cookies.set('zone', zone);
        assert.ok([200, 422].includes((await ada.get(`/rooms/${lobby}?day=${day}`)).status), zone);
      }
    }),
  );
}

/** Grace has read the lobby and left it, and ada has posted `count` messages since. */
async function unreadByGrace(world: World, count: number) {
  const [ada, grace] = [await world.cast('ada'), await world.cast('grace')];
  const lobby = await ada.createRoom('lobby');
  await ada.say(lobby, 'before');
  await grace.enter(lobby);
  await grace.get(`/rooms/${lobby}`);
  await grace.leave(lobby); // entry 4, a notice
  await ada.talk(lobby, count);
  return { ada, grace, lobby, first: 4 };
}

const counted = async (person: Visitor) =>
  /(\d+ unread messages?)\./.exec(words((await person.get('/rooms')).page.querySelector('main')))?.[1];
const unread = ({ page }: Answer) => words(page.querySelector('#unread'));

test(
  'the list counts unread messages until a page has shown them',
  withApp(async (world) => {
    const { ada, grace, lobby } = await unreadByGrace(world, 0);
    assert.is(await counted(grace), undefined, 'a notice is no message');
    await ada.talk(lobby, 1);
    assert.is(await counted(grace), '1 unread message');
    await ada.talk(lobby, 59);
    assert.is(await counted(grace), '60 unread messages');
    assert.is(await counted(grace), '60 unread messages', 'the list is not the log');
    await grace.send(`/rooms/${lobby}`, { method: 'HEAD' });
    await grace.get(`/rooms/${lobby}`, { 'Sec-Purpose': 'prefetch' });
    await grace.getJson(`/rooms/${lobby}/entries`);
    await grace.get(`/rooms/${lobby}?from=999`);
    assert.is(await counted(grace), '60 unread messages', 'no page has shown it');
    await grace.get(`/rooms/${lobby}`);
    assert.is(await counted(grace), '60 unread messages', 'it leaves out the first of them');
    await grace.get(`/rooms/${lobby}?from=4`);
    assert.is(await counted(grace), '11 unread messages');
    await grace.get(`/rooms/${lobby}`);
    assert.is(await counted(grace), undefined);
  }),
);

test(
  'the first unread message has a heading and a link to it, until it was read',
  withApp(async (world) => {
    const { grace, lobby, first } = await unreadByGrace(world, 3);
    const answer = await grace.get(`/rooms/${lobby}`);
    assert.is(unread(answer), '3 unread messages');
    const all = answer.page.querySelectorAll('#unread, li[id^="m-"]').map(({ id }) => id);
    assert.is(all[all.indexOf('unread') + 1], `m-${first}`);
    const to = answer.page.querySelectorAll('main a').find((one) => /unread/.test(words(one)));
    assert.is(to?.getAttribute('href'), '#unread');
    const again = await grace.get(`/rooms/${lobby}`);
    assert.is(again.page.querySelector('#unread'), null);
    assert.is(link(again, /unread/), undefined);
  }),
);

test(
  'the room links to the first unread message when it is on an earlier page',
  withApp(async (world) => {
    const { grace, lobby, first } = await unreadByGrace(world, 70);
    const answer = await grace.get(`/rooms/${lobby}`);
    assert.is(unread(answer), '70 unread messages');
    assert.equal(seqs(answer), range(25, 74));
    const to = answer.page
      .querySelectorAll('main a')
      .find((one) => /unread/.test(words(one)))!
      .getAttribute('href')!;
    assert.is(to, `/rooms/${lobby}?from=${first}#m-${first}`);
    assert.is(seqs(await grace.get(to.split('#')[0]!))[0], first);
  }),
);

test(
  'the unread count starts after the last entry that was shown',
  withApp(async (world) => {
    const { grace, lobby } = await unreadByGrace(world, 70);
    await grace.get(`/rooms/${lobby}?from=1`); // shows entries 1 to 50
    assert.is(await counted(grace), '24 unread messages');
    await grace.get(`/rooms/${lobby}?before=20`);
    assert.is(await counted(grace), '24 unread messages', 'an earlier page changes nothing');
  }),
);

test(
  'a user who has just joined has nothing unread',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyWith(world, 60);
    const [grace, linus] = [await world.cast('grace'), await world.cast('linus')];
    await grace.enter(lobby);
    await ada.post(`/rooms/${lobby}/members`, { username: 'linus' });
    for (const person of [grace, linus]) assert.is(await counted(person), undefined);
    await ada.talk(lobby, 2);
    for (const person of [grace, linus]) assert.is(await counted(person), '2 unread messages');
  }),
);

for (const [what, query, left] of [
  ['a page that polls', '', undefined],
  ['a page in the background that polls', '&unseen=1', '3 unread messages'],
] as const) {
  test(
    `${what} ${left ? 'does not mark' : 'marks'} messages as read`,
    withApp(async (world) => {
      const { ada, grace, lobby } = await unreadByGrace(world, 0);
      await grace.enter(lobby);
      await grace.get(`/rooms/${lobby}`);
      await ada.talk(lobby, 3);
      const poll = async (after: number) => grace.getJson(`/poll?room=${lobby}&after=${after}${query}`);
      const { after } = (await poll(5)).json() as Delta;
      assert.is(await counted(grace), '3 unread messages', 'an answer is read once the page has shown it');
      assert.is((await poll(after)).status, 204);
      assert.is(await counted(grace), left);
    }),
  );
}

test.run();
