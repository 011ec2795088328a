import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp, type World } from '../support/app.ts';
import {
  buttons,
  type Delta,
  labelled,
  problem,
  seqs,
  titleOf,
  valueOf,
  type Visitor,
  words,
} from '../support/visitor.ts';

const test = suite('messages over HTTP');

async function adaAndGraceInLobby({ cast }: World) {
  const [ada, grace] = [await cast('ada'), await cast('grace')];
  const lobby = await ada.createRoom('lobby');
  await grace.enter(lobby);
  await Promise.all([ada.token(), grace.token()]);
  /** The messages alone, as a member reads them. */
  const said = async (reader: Visitor = ada) =>
    (await reader.log(lobby)).filter((line) => line.includes(': '));
  return { ada, grace, lobby, said };
}

test(
  'sending the form leads to what is new since its page',
  withApp(async (world) => {
    const { ada, grace, lobby } = await adaAndGraceInLobby(world);
    const page = await ada.get(`/rooms/${lobby}`);
    await grace.say(lobby, 'first');
    const answer = await ada.press(page, 'Send', { body: 'second' });
    assert.is(answer.status, 303);
    assert.is(answer.location, `/rooms/${lobby}?after=2#new`);
    const next = await ada.get(answer.location!.split('#')[0]!);
    assert.is(words(next.page.querySelector('#new')), '2 new messages');
    assert.equal(seqs(next), [1, 2, 3, 4]);
    assert.is(valueOf(labelled(next, 'Message')), '', 'the field is empty for the next');
  }),
);

test(
  'each message leads to an address that was not visited before',
  withApp(async (world) => {
    const { ada, grace, lobby } = await adaAndGraceInLobby(world);
    const visited = new Set<string>();
    let page = await ada.get(`/rooms/${lobby}`);
    for (const text of ['one', 'two', 'two', 'three']) {
      const { location } = await ada.press(page, 'Send', { body: text });
      assert.not.ok(visited.has(location!), location);
      visited.add(location!);
      page = await ada.get(location!.split('#')[0]!);
      assert.match(words(page.page.querySelector('#new')), /^\d new message/);
      await grace.say(lobby, 'hm');
    }
  }),
);

test(
  'a message in JSON is answered with what is new, itself included, and its seq',
  withApp(async (world) => {
    const { ada, grace, lobby } = await adaAndGraceInLobby(world);
    await grace.say(lobby, 'first');
    const answer = await ada.sayJson(lobby, 'second', { after: 2 });
    assert.is(answer.status, 201);
    const delta: Delta = answer.json();
    assert.is(delta.seq, 4);
    assert.is(delta.room, lobby);
    assert.is(delta.after, 4);
    assert.equal(
      delta.entries.map(({ seq, author, body }) => [seq, author, body]),
      [
        [3, 'grace', 'first'],
        [4, 'ada', 'second'],
      ],
    );
  }),
);

test(
  'a message is kept as typed, with line breaks as LF and without space around it',
  withApp(async (world) => {
    const { ada, lobby, said } = await adaAndGraceInLobby(world);
    const texts: [typed: string, kept: string][] = [
      ['one\r\ntwo\rthree\nfour', 'one\ntwo\nthree\nfour'],
      ['  \n around \t\n', 'around'],
      ['in  between\t\tall', 'in  between\t\tall'],
      ['<b>&amp;</b>', '<b>&amp;</b>'],
      ['ﬁ ａ e\u0301', 'ﬁ ａ e\u0301'],
      ['\u202eback', '\u202eback'],
      ['{{ 7 * 7 }}', '{{ 7 * 7 }}'],
      ['it\'s "so" \\ ? %s $1', 'it\'s "so" \\ ? %s $1'],
      ['😀'.repeat(4000), '😀'.repeat(4000)],
      [`${'x'.repeat(3999)}\r\n y`.slice(0, 4000), 'x'.repeat(3999)],
      [`${'a\r\n'.repeat(1999)}b `, `${'a\n'.repeat(1999)}b`],
    ];
    for (const [typed] of texts) assert.is((await ada.say(lobby, typed)).status, 303);
    assert.equal(
      await said(),
      texts.map(([, kept]) => `ada: ${kept}`),
    );
  }),
);

test(
  'a message is stored the same by JSON and by form',
  withApp(async (world) => {
    const { ada, lobby, said } = await adaAndGraceInLobby(world);
    await ada.say(lobby, ' grüße,\nWelt 😀 ');
    await ada.sayJson(lobby, ' grüße,\r\nWelt 😀 ');
    assert.equal(await said(), ['ada: grüße,\nWelt 😀', 'ada: grüße,\nWelt 😀']);
  }),
);

const refused: [what: string, body: string, sentence: RegExp][] = [
  ['nothing', '', /Write a message/],
  ['nothing but space', ' \r\n\t\u00a0', /Write a message/],
  ['4,001 characters', 'x'.repeat(4001), /at most 4,000 characters.*4,001/],
  ['4,001 emoji', '😀'.repeat(4001), /at most 4,000 characters.*4,001/],
  ['a NUL', 'a\0b', /invalid character/],
  ['nothing but a NUL', '\0', /invalid character/],
];
for (const [what, body, sentence] of refused) {
  test(
    `a message with ${what} is refused, and its text is kept`,
    withApp(async (world) => {
      const { ada, lobby, said } = await adaAndGraceInLobby(world);
      const answer = await ada.say(lobby, body);
      assert.is(answer.status, 422);
      assert.is(titleOf(answer), 'Error: lobby – Rooms – Plainchat');
      const { top, beside } = problem(answer, 'Message');
      assert.match(top, sentence);
      assert.match(beside, sentence);
      if (!/[\r\0]/.test(body)) assert.is(valueOf(labelled(answer, 'Message')), body);
      assert.equal(seqs(answer), [1, 2], 'on the page of the room');
      assert.is((await ada.press(answer, 'Send', { body: 'corrected' })).status, 303);
      assert.equal(await said(), ['ada: corrected']);
      const json = await ada.sayJson(lobby, body);
      assert.is(json.status, 422);
      assert.is(json.json().error.field, 'body');
      assert.match(json.json().error.message, sentence);
    }),
  );
}

test(
  'a message in JSON with a lone surrogate is refused',
  withApp(async (world) => {
    const { ada, lobby, said } = await adaAndGraceInLobby(world);
    for (const body of ['a\ud800', '\udc00b', '\ud83d \ude00'])
      assert.is((await ada.sayJson(lobby, body)).status, 422);
    assert.equal(await said(), []);
  }),
);

test(
  'a message without a valid key is refused, and the page has a new key',
  withApp(async (world) => {
    const { ada, lobby, said } = await adaAndGraceInLobby(world);
    for (const key of ['', 'short', 'k'.repeat(65), 'with space', 'schlüssel', '12345678\n', '1234567\0']) {
      const answer = await ada.say(lobby, 'hello', { key });
      assert.is(answer.status, 422, key);
      assert.is(valueOf(labelled(answer, 'Message')), 'hello');
      assert.match(
        answer.page.querySelector('form input[name="key"]')!.getAttribute('value') ?? '',
        /^[A-Za-z0-9_-]{8,64}$/,
      );
    }
    assert.equal(await said(), []);
    for (const key of ['12345678', 'k'.repeat(64), '-_-_-_-_'])
      assert.is((await ada.say(lobby, key, { key })).status, 303);
  }),
);

test(
  'a message with an invalid `after` is refused, and not stored',
  withApp(async (world) => {
    const { ada, lobby, said } = await adaAndGraceInLobby(world);
    for (const after of ['x', '-1', '1.5']) {
      assert.is((await ada.sayJson(lobby, 'hello', { after })).status, 422, after);
      assert.is((await ada.say(lobby, 'hello', { after })).status, 422, after);
    }
    assert.equal(await said(), []);
  }),
);

test(
  'a form that is sent ten times posts its message once',
  withApp(async (world) => {
    const { ada, lobby, said } = await adaAndGraceInLobby(world);
    const page = await ada.get(`/rooms/${lobby}`);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ada.press(page, 'Send', { body: 'hello' })),
    );
    for (const answer of answers) {
      assert.is(answer.status, 303);
      assert.is(answer.location, `/rooms/${lobby}?after=2#new`);
    }
    assert.equal(await said(), ['ada: hello']);
  }),
);

test(
  'a script that sends a message ten times posts it once, and gets its seq each time',
  withApp(async (world) => {
    const { ada, lobby, said } = await adaAndGraceInLobby(world);
    const key = crypto.randomUUID();
    const first = await Promise.all(Array.from({ length: 10 }, () => ada.sayJson(lobby, 'hello', { key })));
    assert.equal(first.map(({ status }) => status).toSorted(), [...Array<number>(9).fill(200), 201]);
    await ada.sayJson(lobby, 'next');
    for (const body of ['hello', ' hello\r\n', 'another']) {
      const again = await ada.sayJson(lobby, body, { key, after: 2 });
      assert.is(again.status, 200);
      const delta: Delta = again.json();
      assert.is(delta.seq, 3);
      assert.equal(
        delta.entries.map((entry) => entry.body),
        ['hello', 'next'],
      );
    }
    assert.equal(await said(), ['ada: hello', 'ada: next']);
  }),
);

test(
  'the same key by another user, or in another room, posts another message',
  withApp(async (world) => {
    const { ada, grace, lobby, said } = await adaAndGraceInLobby(world);
    const key = '12345678';
    for (const person of [ada, grace]) assert.is((await person.sayJson(lobby, 'hello', { key })).status, 201);
    assert.equal(await said(), ['ada: hello', 'grace: hello']);
    await ada.leave(lobby);
    const study = await ada.createRoom('study');
    assert.is((await ada.sayJson(study, 'hello', { key })).status, 201);
  }),
);

test(
  'a used form with another text posts nothing, keeps the text, and gets a new key',
  withApp(async (world) => {
    const { ada, lobby, said } = await adaAndGraceInLobby(world);
    const page = await ada.get(`/rooms/${lobby}`);
    await ada.press(page, 'Send', { body: 'first' });
    const answer = await ada.press(page, 'Send', { body: 'second\nthought' });
    assert.is(answer.status, 200);
    assert.is(valueOf(labelled(answer, 'Message')), 'second\nthought');
    assert.match(problem(answer, 'Message').beside, /not sent/);
    assert.equal(await said(), ['ada: first']);
    assert.is((await ada.press(answer, 'Send')).status, 303, 'the page has a key of its own');
    assert.equal(await said(), ['ada: first', 'ada: second\nthought']);
  }),
);

test(
  'only http and https addresses become links',
  withApp(async (world) => {
    const { ada, lobby } = await adaAndGraceInLobby(world);
    await ada.say(
      lobby,
      'https://example.org/a?b=1&c=<d> javascript:alert(1) data:text/html,x ftp://example.org //example.org mailto:ada@example.org example.org http://example.org.',
    );
    const links = (await ada.get(`/rooms/${lobby}`)).page
      .querySelectorAll('#m-3 .body a')
      .map((link) => link.getAttribute('href'));
    assert.equal(links, ['https://example.org/a?b=1&c=', 'http://example.org']);
  }),
);

test(
  'a message from outside the room is refused, with its text and one button to enter and send',
  withApp(async (world) => {
    const { ada, grace, lobby, said } = await adaAndGraceInLobby(world);
    const page = await grace.get(`/rooms/${lobby}`);
    await grace.leave(lobby);
    await ada.say(lobby, 'are you there?');
    const answer = await grace.press(page, 'Send', { body: 'yes,\n<here>' });
    assert.is(answer.status, 409);
    assert.match(titleOf(answer), /^Error: /);
    assert.is(valueOf(labelled(answer, 'Message')), 'yes,\n<here>');
    assert.equal(
      buttons(answer).filter((button) => button !== 'Log out'),
      ['Enter lobby and send'],
    );
    assert.equal(await said(), ['ada: are you there?']);
    const sent = await grace.press(answer, 'Enter lobby and send');
    assert.is(sent.status, 303);
    assert.is(sent.location, `/rooms/${lobby}?after=2#new`, 'after the last entry of the page');
    assert.equal((await ada.log(lobby)).slice(-3), [
      'ada: are you there?',
      'grace entered',
      'grace: yes,\n<here>',
    ]);
    const twice = await grace.press(answer, 'Enter lobby and send');
    assert.is(twice.status, 303);
    assert.equal((await ada.log(lobby)).length, 6, 'once');
  }),
);

test(
  'a message from outside the room says why its author is outside: left, moved or away',
  withApp(async (world) => {
    const { ada, grace, lobby } = await adaAndGraceInLobby(world);
    const why = async () => {
      const answer = await grace.sayJson(lobby, 'hello');
      assert.is(answer.status, 409);
      const { ended, message, location } = answer.json() as Record<string, string>;
      assert.is(location, '/rooms');
      assert.type(message, 'string');
      return ended;
    };
    await grace.leave(lobby);
    assert.is(await why(), 'left');
    const study = await grace.createRoom('study');
    assert.is(await why(), 'moved');
    await grace.leave(study);
    await grace.enter(lobby);
    await grace.token();
    await world.tick();
    world.clock.pass(901_000);
    await ada.get('/help');
    await world.tick();
    assert.is(await why(), 'away');
  }),
);

test(
  'entering and sending leaves the other room first',
  withApp(async (world) => {
    const { ada, grace, lobby } = await adaAndGraceInLobby(world);
    await grace.leave(lobby);
    const study = await grace.createRoom('study');
    const answer = await grace.say(lobby, 'hello', { after: '2' });
    assert.is(answer.status, 409);
    assert.match(words(answer.page.querySelector('main')), /study/);
    const sent = await grace.press(answer, 'Enter lobby and send');
    assert.is(sent.location, `/rooms/${lobby}?after=2#new`);
    assert.equal((await ada.log(lobby)).slice(-2), ['grace entered', 'grace: hello']);
    assert.is((await grace.poll(study, 0)).json().ended, 'moved');
  }),
);

test(
  'a text to send on entering is kept when its author is in another room meanwhile',
  withApp(async (world) => {
    const { ada, grace, lobby } = await adaAndGraceInLobby(world);
    await grace.leave(lobby);
    const answer = await grace.say(lobby, 'written for\nlong', { after: '2' });
    await grace.createRoom('study'); // in another tab
    const asked = await grace.press(answer, 'Enter lobby and send');
    assert.is(asked.status, 409);
    const fields = asked.page.querySelectorAll('main textarea, main input').map(valueOf);
    assert.ok(fields.includes('written for\nlong'), 'the text is on the page');
    const [button] = buttons(asked).filter((name) => name !== 'Log out');
    assert.is((await grace.press(asked, button!)).location, `/rooms/${lobby}?after=2#new`);
    assert.equal((await ada.log(lobby)).slice(-2), ['grace entered', 'grace: written for\nlong']);
  }),
);

test(
  'an invalid text to send on entering is refused, and its author does not enter',
  withApp(async (world) => {
    const { ada, grace, lobby } = await adaAndGraceInLobby(world);
    await grace.leave(lobby);
    const outside = await grace.say(lobby, 'hello');
    for (const body of ['', 'x'.repeat(4001)]) {
      const answer = await grace.press(outside, 'Enter lobby and send', { body });
      assert.is(answer.status, 422);
      assert.match(titleOf(answer), /^Error: /);
      assert.is(valueOf(labelled(answer, 'Message')), body);
      assert.ok(problem(answer, 'Message').beside);
      assert.ok(buttons(answer).includes('Enter lobby and send'));
      assert.equal(await ada.log(lobby), ['ada entered', 'grace entered', 'grace left']);
    }
  }),
);

test(
  'entering with a message in JSON is answered like a post',
  withApp(async (world) => {
    const { grace, lobby } = await adaAndGraceInLobby(world);
    await grace.leave(lobby);
    const fields = { body: 'hello', key: crypto.randomUUID(), after: 3 };
    const answer = await grace.postJson(`/rooms/${lobby}/enter`, fields);
    assert.is(answer.status, 201);
    const delta: Delta = answer.json();
    assert.is(delta.seq, 5);
    assert.equal(
      delta.entries.map(({ kind }) => kind),
      ['entered', 'message'],
    );
    assert.is((await grace.postJson(`/rooms/${lobby}/enter`, fields)).status, 200);
  }),
);

test(
  'a message by a stranger is refused, and its text is kept',
  withApp(async (world) => {
    const { lobby, said } = await adaAndGraceInLobby(world);
    const linus = await world.cast('linus');
    const answer = await linus.say(lobby, 'let me\nin');
    assert.is(answer.status, 403);
    assert.is(valueOf(answer.page.querySelector('textarea')!), 'let me\nin');
    const json = await linus.sayJson(lobby, 'let me in');
    assert.is(json.status, 403);
    assert.type(json.json().error.message, 'string');
    assert.equal(await said(), []);
  }),
);

test(
  'messages that twenty users post at once get seqs in one order without a gap',
  withApp(async ({ cast }) => {
    const people: Visitor[] = [];
    for (let number = 1; number <= 20; number += 1) people.push(await cast(`ada${number}`));
    const lobby = await people[0]!.createRoom('lobby');
    for (const person of people) await person.enter(lobby);
    await Promise.all(people.map((person) => person.token()));
    const reader = people[0]!;
    const read: number[] = [];
    let posting = true;
    const polling = (async () => {
      let after = 0;
      for (let last = false; !last;) {
        last = !posting;
        const answer = await reader.poll(lobby, after);
        if (answer.status === 204) continue;
        const delta: Delta = answer.json();
        read.push(...delta.entries.map(({ seq }) => seq));
        after = delta.after;
      }
    })();
    const answers = await Promise.all(
      people.flatMap((person) =>
        [1, 2, 3].map((time) => person.sayJson(lobby, `${person.username} ${time}`, { after: 1000 })),
      ),
    );
    posting = false;
    await polling;
    const own = answers.map((answer) => {
      assert.is(answer.status, 201);
      return (answer.json() as Delta).seq!;
    });
    const expected = Array.from({ length: 60 }, (_, index) => 21 + index);
    assert.equal(
      own.toSorted((a, b) => a - b),
      expected,
    );
    assert.equal(
      read,
      [...Array.from({ length: 20 }, (_, index) => 1 + index), ...expected],
      'polls meanwhile miss none and see none twice',
    );
    const { entries }: Delta = (await reader.getJson(`/rooms/${lobby}/entries?after=20`)).json();
    for (const [index, answer] of answers.entries()) {
      const { seq } = answer.json() as Delta;
      assert.is(
        entries.find((entry) => entry.seq === seq)?.body,
        `${people[Math.floor(index / 3)]!.username} ${(index % 3) + 1}`,
      );
    }
  }),
);

test(
  'a stored message is found by its key also after its author has left',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const key = 'a-key-of-ada';
    assert.is((await ada.sayJson(lobby, 'hello', { key })).status, 201);
    await ada.leave(lobby);
    const again = await ada.sayJson(lobby, 'hello', { key });
    assert.equal([again.status, again.json().seq], [200, 2]);
  }),
);

test(
  'a message posted by script is not unread for its author',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.sayJson(lobby, 'hello', { after: 1 });
    assert.not.match((await ada.get('/rooms')).text, /unread/);
  }),
);

test(
  'a used key with another text from outside the room keeps the text for entering',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const key = 'a-key-of-ada';
    await ada.say(lobby, 'hello', { key });
    await ada.leave(lobby);
    const answer = await ada.say(lobby, 'another thought', { key });
    assert.is(answer.status, 409);
    assert.match(valueOf(labelled(answer, 'Message')), /another thought/);
  }),
);

test.run();
