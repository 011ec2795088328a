import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Entry } from '../../server/chat/entry.ts';
import { STEPS } from '../../server/practice/steps.ts';
import { withApp } from '../support/app.ts';
import { type Answer, buttons, labelled, problem, seqs, valueOf, words } from '../support/visitor.ts';

const test = suite('practice room');

const log = ({ page }: Answer) =>
  page.querySelectorAll('.log li').map((item) => words(item).replace(/\d\d:\d\d/, 'now'));

test(
  'only a user who is logged in can practise, and the help links there',
  withApp(async ({ cast, visitor }) => {
    assert.is((await visitor().get('/practice')).location, '/login?next=%2Fpractice');
    assert.is((await visitor().post('/practice/one')).status, 303);
    const help = await (await cast('ada')).get('/help');
    assert.ok(help.page.querySelector('main a[href="/practice"]'));
  }),
);

test(
  'each step has a button, with what the screen reader will say beside it',
  withApp(async ({ cast }) => {
    const page = await (await cast('ada')).get('/practice');
    assert.equal(
      buttons(page).slice(2),
      Object.values(STEPS).map(({ name }) => name),
    );
    for (const { heard, name } of Object.values(STEPS)) {
      const item = page.page
        .querySelectorAll('main li')
        .find((one) => words(one.querySelector('button')) === name);
      for (const text of heard) assert.ok(words(item).includes(text.replace(/\s+/g, ' ')), text);
    }
  }),
);

test(
  'each press adds its entries below the earlier ones, the same for every user',
  withApp(async ({ cast }) => {
    const pages: string[][] = [];
    for (const name of ['ada', 'grace']) {
      const person = await cast(name);
      const first = await person.press(await person.get('/practice'), STEPS.three!.name);
      const second = await person.press(await person.get(first.location!), STEPS.one!.name);
      const page = await person.get(second.location!.split('#')[0]!);
      assert.is(words(page.page.querySelector('#new')), '1 new message');
      assert.equal(seqs(page), [1, 2, 3, 4, 5, 6, 7]);
      pages.push(log(page));
    }
    assert.equal(pages[0], pages[1]);
    assert.equal(pages[0]!.slice(-2), ['Cem, now: Hello to both.', 'Ana, now: See you at ten.']);
  }),
);

test(
  'a message of the reader is marked as their own, and stays in its place among the steps',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const follow = async (answer: Answer) => ada.get(answer.location!.split('#')[0]!);
    const one = await follow(await ada.press(await ada.get('/practice'), STEPS.one!.name));
    const said = await follow(await ada.press(one, 'Send', { body: ' Hello,\nall <b> ' }));
    assert.is(words(said.page.querySelector('#new')), '1 new message');
    const last = await follow(await ada.press(said, STEPS.comings!.name));
    assert.equal(log(last).slice(3), [
      'Ana, now: See you at ten.',
      'ada (you), now: Hello, all <b>',
      'Bo left the room. now',
      'Bo entered the room. now',
    ]);
    assert.equal(last.page.querySelectorAll('#present li').map(words), ['Ana', 'Cem', 'ada', 'Bo']);
    const { entries } = (await ada.postJson('/practice/say', { done: 'one', body: 'Hello' })).json() as {
      entries: Record<string, unknown>[];
    };
    assert.equal(
      entries.map(({ author, body, seq, second }) => [author, body, seq, second]),
      [['ada', 'Hello', 5, 0]],
    );
    assert.not.match(String(entries[0]!.html), /own/, 'which the script of its reader adds');
  }),
);

test(
  'an empty or long message is refused, and kept with the steps so far',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    for (const [body, sentence] of [
      ['  ', /Error: Write a message of 1 to 200 characters, then send it\./],
      ['x'.repeat(201), /Error: .*at most 200 characters/],
    ] as const) {
      const answer = await ada.post('/practice/say', { body, done: 'three' });
      assert.is(answer.status, 422);
      assert.match(problem(answer, 'Message').beside, sentence);
      assert.is(valueOf(labelled(answer, 'Message')), body);
      assert.is(log(answer).length, 6);
    }
  }),
);

test(
  'each press leads to an address that was not visited before',
  withApp(async ({ cast, clock }) => {
    const ada = await cast('ada');
    const addresses = new Set<string>();
    for (let press = 0; press < 25; press += 1) {
      clock.pass(1000);
      addresses.add((await ada.post('/practice/one', { done: 'one.'.repeat(30) })).location!);
    }
    assert.is(addresses.size, 25);
  }),
);

test(
  'the practice room shows a removal or deletion at the top of the page',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    for (const [step, sentence] of [
      ['removed', /You were removed from the room Practice\./],
      ['deleted', /The room Practice was deleted/],
    ] as const) {
      const answer = await ada.post(`/practice/${step}`, { done: 'one' });
      assert.match(
        words((await ada.get(answer.location!)).page.querySelector('main [role="status"]')),
        sentence,
      );
    }
  }),
);

test(
  'a script gets the entries of a step with their times, in the shape of a poll',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const { done, entries } = (await ada.postJson('/practice/rtl', { done: 'one' })).json() as {
      done: string;
      entries: Record<string, unknown>[];
    };
    assert.is(done, 'one.rtl');
    assert.equal(
      entries.map(({ seq, kind, author, second }) => ({ seq, kind, author, second })),
      [
        { seq: 5, kind: 'message', author: 'Cem', second: 1 },
        { seq: 6, kind: 'message', author: 'Ana', second: 3 },
      ],
    );
    assert.match(String(entries[0]!.html), /^<li id="m-5"[^>]* lang="he">/);
  }),
);

test(
  'the practice room stores nothing, and answers 404 for an unknown step',
  withApp(async ({ cast, em }) => {
    const ada = await cast('ada');
    for (const step of ['nothing', '__proto__', 'constructor'])
      assert.is((await ada.post(`/practice/${step}`)).status, 404);
    assert.is((await ada.get('/practice?done=%00&done=one&ended=x')).status, 200);
    await ada.post('/practice/burst');
    assert.is(await em().count(Entry), 0);
  }),
);

test.run();
