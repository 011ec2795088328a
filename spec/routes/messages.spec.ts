import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withApp, type World } from '../support/app.ts';
import {
  buttons,
  labelled,
  problem,
  seqs,
  titleOf,
  valueOf,
  words,
  type Delta,
  type Visitor,
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
  'are sent by the form of the page, and lead to what is new since that page',
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
  'lead to an address that was not visited before, each of them',
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
  'are answered in JSON with what is new, the own one and its number',
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
  'are kept as typed: line breaks as LF, no space around, nothing else changed',
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
  'are the same by JSON and by form',
  withApp(async (world) => {
    const { ada, lobby, said } = await adaAndGraceInLobby(world);
    await ada.say(lobby, ' grüße,\nWelt 😀 ');
    await ada.sayJson(lobby, ' grüße,\r\nWelt 😀 ');
    assert.equal(await said(), ['ada: grüße,\nWelt 😀', 'ada: grüße,\nWelt 😀']);
  }),
);

const refused: [what: string, body: string, sentence: RegExp][] = [
  ['nothing', '', /Write a message/],
  ['space', ' \r\n\t\u00a0', /Write a message/],
  ['4,001 characters', 'x'.repeat(4001), /at most 4,000 characters.*4,001/],
  ['4,001 pictures', '😀'.repeat(4001), /at most 4,000 characters.*4,001/],
  ['NUL', 'a\0b', /cannot be kept/],
  ['NUL alone', '\0', /cannot be kept/],
];
for (const [what, body, sentence] of refused) {
  test(
    `are refused with ${what}, and the text is kept`,
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
  'are refused in JSON with half of a pair',
  withApp(async (world) => {
    const { ada, lobby, said } = await adaAndGraceInLobby(world);
    for (const body of ['a\ud800', '\udc00b', '\ud83d \ude00'])
      assert.is((await ada.sayJson(lobby, body)).status, 422);
    assert.equal(await said(), []);
  }),
);

test(
  'are refused without a key, and the page has a fresh one to send them with',
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
  'that are refused for a number that is none are not stored either',
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
  'are posted once, however often the form is sent',
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
  'are posted once by a script too, which gets the number of the first',
  withApp(async (world) => {
    const { ada, lobby, said } = await adaAndGraceInLobby(world);
    const key = crypto.randomUUID();
    const first = await Promise.all(Array.from({ length: 10 }, () => ada.sayJson(lobby, 'hello', { key })));
    assert.equal(first.map(({ status }) => status).sort(), [...Array<number>(9).fill(200), 201]);
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
  'are told apart by person and room, where keys are the same',
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
  'are not lost where the form of one is sent again with another text',
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
  'have web addresses as links, and nothing else',
  withApp(async (world) => {
    const { ada, lobby } = await adaAndGraceInLobby(world);
    await ada.say(
      lobby,
      'https://example.org/a?b=1&c=<d> javascript:alert(1) data:text/html,x ftp://example.org //example.org mailto:ada@example.org example.org http://example.org.',
    );
    const links = (await ada.get(`/rooms/${lobby}`)).page
      .querySelectorAll('#m-3 a')
      .map((link) => link.getAttribute('href'));
    assert.equal(links, ['https://example.org/a?b=1&c=', 'http://example.org']);
  }),
);

test(
  'from outside are refused, with the text kept and one button to enter and send',
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
    assert.is(sent.location, `/rooms/${lobby}?after=2#new`, 'after what their page had shown');
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
  'from outside say why: left, away, or in another room',
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
    await world.leases.tick();
    world.clock.pass(901_000);
    await ada.get('/help');
    await world.leases.tick();
    assert.is(await why(), 'away');
  }),
);

test(
  'from outside are sent by leaving the other room first',
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
  'to be sent on entering are kept where one is in another room by then',
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
  'to be sent on entering are refused as others are, and nobody has entered then',
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
  'to be sent on entering are answered in JSON as a post is',
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
  'by a stranger are refused, with the text kept',
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
  'are numbered in one order without a gap, when twenty people post at once',
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
      own.sort((a, b) => a - b),
      expected,
    );
    assert.equal(
      read,
      [...Array.from({ length: 20 }, (_, index) => 1 + index), ...expected],
      'who polls meanwhile misses none and sees none twice',
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
  'that were stored are answered for by their key also after leaving',
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
  'are no news to who posts them by script',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.sayJson(lobby, 'hello', { after: 1 });
    assert.not.match((await ada.get('/rooms')).text, /unread/);
  }),
);

test(
  'under a key that was used, sent from outside with another text, are kept to be sent on entering',
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
