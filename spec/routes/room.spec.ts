import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import {
  type Answer,
  buttons,
  type Delta,
  labelled,
  seqs,
  titleOf,
  withoutToken,
  words,
} from '../support/visitor.ts';

const test = suite('page of a room');

const DAY_MS = 86_400_000;
const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
const heading = ({ page }: Answer) => words(page.querySelector('#new'));

/** The first entry after the heading of what is new; 0 if there is none. */
function firstNew({ page }: Answer): number {
  const all = page.querySelectorAll('#new, li[id^="m-"]');
  return Number(all[all.findIndex(({ id }) => id === 'new') + 1]?.id.slice(2) ?? 0);
}

test(
  'a user in the room sees the log, who is in the room, the message form and the buttons to leave',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await ada.say(lobby, 'hello <b>\nthere &amp;');
    const answer = await ada.get(`/rooms/${lobby}`);
    assert.is(answer.status, 200);
    assert.is(titleOf(answer), 'lobby – Rooms – Plainchat');
    assert.is(answer.page.querySelectorAll('h1').length, 1);
    assert.equal(seqs(answer), [1, 2, 3]);
    assert.match(words(answer.page.querySelector('#m-1')), /ada entered/);
    assert.match(answer.page.querySelector('#m-3 .body')!.innerHTML, 'hello &lt;b&gt;<br>there &amp;amp;');
    assert.match(words(answer.page.querySelector('#m-3')), /^ada/);
    assert.is(labelled(answer, 'Message').tagName, 'TEXTAREA');
    for (const button of ['Send', 'Leave room', 'Log out'])
      assert.is(buttons(answer).filter((one) => one === button).length, 1, button);
    assert.ok(answer.page.querySelector(`a[href="/rooms/${lobby}/manage"]`));
    assert.not.ok(buttons(answer).some((button) => button.startsWith('Enter')));
    assert.equal(answer.page.querySelectorAll('#present li').map(words), ['ada', 'grace']);
  }),
);

test(
  'the signs beside the link of a message are for the eye alone: a screen reader hears the link',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.say(lobby, 'hello');
    const line = (await ada.get(`/rooms/${lobby}`)).page.querySelector('#m-2')!;
    const read = () => words(line).replace(/\d\d:\d\d/, '12:00');
    assert.is(read(), 'ada (you), 12:00: hello');
    for (const sign of line.querySelectorAll('[aria-hidden]')) sign.remove();
    assert.is(read(), 'ada (you) 12:00 hello');
  }),
);

test(
  'each entry has its time in UTC, and each day a heading',
  withApp(async ({ cast, clock }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const first = clock.now();
    clock.pass(DAY_MS);
    await ada.say(lobby, 'a day later');
    const answer = await ada.get(`/rooms/${lobby}`);
    const times = answer.page
      .querySelectorAll('li[id^="m-"] time')
      .map((time) => time.getAttribute('datetime'));
    assert.equal(times, [first.toISOString(), clock.now().toISOString()]);
    const days = answer.page
      .querySelectorAll('h3')
      .map(words)
      .filter((text) => /^[A-Z][a-z]+day,? \d{1,2} [A-Z][a-z]+ \d{4}$/.test(text));
    assert.is(days.length, 2);
    assert.is.not(days[0], days[1]);
    assert.match(days[0]!, new RegExp(`\\b${first.getUTCDate()} `));
  }),
);

test(
  'the page shows the latest 50 entries, and links to the earlier ones, back to the first',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.talk(lobby, 119);
    const latest = await ada.get(`/rooms/${lobby}`);
    assert.equal(seqs(latest), range(71, 120));
    const earlier = await ada.get(latest.page.querySelector('#earlier a')!.getAttribute('href')!);
    assert.equal(seqs(earlier), range(21, 70));
    const first = await ada.get(earlier.page.querySelector('#earlier a')!.getAttribute('href')!);
    assert.equal(seqs(first), range(1, 20));
    assert.is(first.page.querySelector('#earlier'), null);
  }),
);

for (const [query, expected] of [
  ['before=3', [1, 2]],
  ['before=1', []],
  ['before=0', []],
  ['before=61', range(11, 60)],
  ['before=9999999999', range(13, 62)],
  ['from=5', range(5, 54)],
  ['from=1', range(1, 50)],
  ['from=60', [60, 61, 62]],
  ['from=63', []],
  ['from=9999999999', []],
  ['after=60', range(13, 62)],
  ['after=0', range(1, 62)],
  ['after=5', range(6, 62)],
  ['after=62', range(13, 62)],
  ['after=9999999999', range(13, 62)],
] as const) {
  test(
    `the page with ${query} shows the right entries of 62`,
    withApp(async ({ cast }) => {
      const ada = await cast('ada');
      const lobby = await ada.createRoom('lobby');
      await ada.talk(lobby, 61);
      const answer = await ada.get(`/rooms/${lobby}?${query}`);
      assert.is(answer.status, 200);
      assert.equal(seqs(answer), expected);
    }),
  );
}

for (const value of ['x', '-1', '1.5', '1e3', '%00', '1&before=2', '٣', '0x10', ' 1', "1'"]) {
  test(
    `the page refuses to begin at ${value}`,
    withApp(async ({ cast }) => {
      const ada = await cast('ada');
      const lobby = await ada.createRoom('lobby');
      for (const name of ['before', 'from', 'after'].slice(0, value.includes('&') ? 1 : 3)) {
        const answer = await ada.get(`/rooms/${lobby}?${name}=${value}`);
        assert.is(answer.status, 422, name);
        assert.match(titleOf(answer), /^Error: /);
      }
    }),
  );
}

test(
  'new entries are set apart, under a heading that counts messages and no notices',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    const at = async (after: number) => ada.get(`/rooms/${lobby}?after=${after}`);
    assert.is(heading(await at(1)), 'No new messages');
    await grace.enter(lobby);
    assert.is(heading(await at(1)), 'No new messages', 'a notice is none');
    assert.is(firstNew(await at(1)), 2);
    await ada.say(lobby, 'hello');
    assert.is(heading(await at(1)), '1 new message');
    await grace.say(lobby, 'hello yourself');
    await grace.leave(lobby);
    assert.is(heading(await at(1)), '2 new messages');
    assert.is(firstNew(await at(1)), 2);
    assert.is(heading(await at(3)), '1 new message');
    assert.is(firstNew(await at(3)), 4);
    assert.is(heading(await at(5)), 'No new messages');
    assert.is(heading(await at(999)), 'No new messages');
    assert.is(
      (await ada.get(`/rooms/${lobby}`)).page.querySelector('#new'),
      null,
      'nothing is set apart without `after`',
    );
    assert.equal(seqs(await at(3)), [1, 2, 3, 4, 5], 'after the entries before it');
  }),
);

test(
  'the page shows up to 200 new entries, and a link to the first when there are more',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.talk(lobby, 219);
    const most = await ada.get(`/rooms/${lobby}?after=20`);
    assert.equal(seqs(most), range(21, 220));
    assert.is(heading(most), '200 new messages');
    assert.is(firstNew(most), 21);
    const more = await ada.get(`/rooms/${lobby}?after=10`);
    assert.equal(seqs(more), range(21, 220));
    const gap = more.page.querySelector('main a[href*="from=11"]');
    assert.ok(gap, 'the rest has a link');
    assert.equal(seqs(await ada.get(gap.getAttribute('href')!.split('#')[0]!)), range(11, 60));
  }),
);

test(
  'later pages lead from history to the latest entry without a gap',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.talk(lobby, 129);
    let page = await ada.get(`/rooms/${lobby}?from=1`);
    const read = seqs(page);
    for (let link = page.page.querySelector('#later a'); link; link = page.page.querySelector('#later a')) {
      page = await ada.get(link.getAttribute('href')!);
      read.push(...seqs(page));
    }
    assert.equal(read, range(1, 130));
  }),
);

test(
  'each check for new messages has a new address, so that text browsers ask again',
  withApp(async ({ cast, clock }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const check = (answer: Answer) =>
      answer.page.querySelector(`main a[href*="after=1"]`)!.getAttribute('href')!;
    const first = check(await ada.get(`/rooms/${lobby}`));
    clock.pass(1000);
    const next = await ada.get(first.split('#')[0]!);
    assert.is(heading(next), 'No new messages');
    assert.is.not(check(next), first);
  }),
);

test(
  'the page and a poll have the same HTML for entries of others',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await ada.say(lobby, 'see https://example.org/?a=1&b=2\n<i>');
    await grace.enter(lobby);
    const page = await grace.get(`/rooms/${lobby}`);
    const { entries }: Delta = (await grace.poll(lobby, 0)).json();
    const others = entries.filter(({ author }) => author === 'ada');
    assert.is(others.length, 2);
    for (const { seq, html } of others) assert.is(page.page.querySelector(`#m-${seq}`)!.toString(), html);
  }),
);

test(
  'a member outside the room sees the log, with Enter in place of the message form',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await grace.leave(lobby);
    await ada.say(lobby, 'are you there?');
    const answer = await grace.get(`/rooms/${lobby}`);
    assert.is(answer.status, 200);
    assert.equal(seqs(answer), [1, 2, 3, 4]);
    assert.equal(buttons(answer), ['Log out', 'Enter lobby'], 'one button for one act');
    for (const button of ['Send', 'Leave room']) assert.not.ok(buttons(answer).includes(button), button);
    assert.is(answer.page.querySelector('textarea'), null);
    assert.equal(
      await ada.log(lobby),
      ['ada entered', 'grace entered', 'grace left', 'ada: are you there?'],
      'reading does not enter',
    );
    assert.is((await grace.press(answer, 'Enter lobby')).location, `/rooms/${lobby}`);
    assert.ok(buttons(await grace.get(`/rooms/${lobby}`)).includes('Send'));
  }),
);

test(
  'a stranger sees the name of an open room, its creator and Enter, and nothing of the log',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await ada.say(lobby, 'among ourselves');
    for (const query of ['', '?after=0', '?before=3', '?from=1']) {
      const answer = await grace.get(`/rooms/${lobby}${query}`);
      assert.is(answer.status, 200);
      assert.is(titleOf(answer), 'lobby – Rooms – Plainchat');
      assert.match(words(answer.page.querySelector('main')), /ada/);
      assert.equal(
        buttons(answer).filter((button) => button !== 'Log out'),
        ['Enter lobby'],
      );
      assert.equal(seqs(answer), []);
      assert.not.match(answer.text, /among ourselves/);
      assert.is(answer.page.querySelector('time'), null);
    }
  }),
);

test(
  'for strangers the addresses of an invite room answer exactly as those of an unknown room',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const study = await ada.createRoom('study', 'invite');
    const none = study + 1;
    const asks: ((room: number) => Promise<Answer>)[] = [
      (room) => grace.get(`/rooms/${room}`),
      (room) => grace.poll(room, 0),
      (room) => grace.getJson(`/rooms/${room}/entries`),
      (room) => grace.getJson(`/rooms/${room}`),
      (room) => grace.get(`/rooms/${room}/delete`),
      (room) => grace.post(`/rooms/${room}/delete`),
      (room) => grace.say(room, 'hello'),
      (room) => grace.sayJson(room, 'hello'),
      (room) => grace.enter(room),
      (room) => grace.enter(room, { body: 'hello', key: '12345678' }),
    ];
    for (const ask of asks) {
      const [hidden, missing] = [await ask(study), await ask(none)];
      assert.is(hidden.status, 404);
      assert.is(missing.status, 404);
      assert.is(withoutToken(hidden), withoutToken(missing), 'to the letter');
    }
    assert.not.match((await grace.get('/rooms')).text, 'study');
    assert.equal(await ada.log(study), ['ada entered']);
  }),
);

for (const id of [
  '0',
  '-1',
  '01',
  '1.0',
  '1e0',
  'x',
  '١',
  '99999999999',
  '2147483648',
  '%00',
  '%27',
  '__proto__',
  '1;drop',
]) {
  test(
    `the address /rooms/${id} names no room`,
    withApp(async ({ cast }) => {
      const ada = await cast('ada');
      await ada.createRoom('lobby');
      assert.is((await ada.get(`/rooms/${id}`)).status, 404);
      assert.is((await ada.getJson(`/poll?room=${id}`)).status, 404);
      assert.is((await ada.post(`/rooms/${id}/enter`)).status, 404);
    }),
  );
}

test.run();
