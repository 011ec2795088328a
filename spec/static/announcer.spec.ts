import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { type Announcements, type Entry, createAnnouncer } from '../../static/announcer.ts';

const test = suite('the announcer');

const EVERYTHING: Announcements = { messages: 'everything', notices: false, first: 'sender', time: false };

/** A room whose clock only `pass` moves. `heard` lists what is spoken, each text after its second. */
function room(chosen: Partial<Announcements> = {}) {
  let time = 0;
  const due: { at: number; act: () => void }[] = [];
  const heard: string[] = [];
  const clock = {
    now: () => time,
    later: (act: () => void, ms: number) => void due.push({ at: time + ms, act }),
  };
  const announcer = createAnnouncer(
    'ada',
    { ...EVERYTHING, ...chosen },
    (text) => void heard.push(`${time / 1000} ${text}`),
    clock,
  );
  const pass = (seconds: number) => {
    const end = time + seconds * 1000;
    for (;;) {
      const next = due.toSorted((a, b) => a.at - b.at)[0];
      if (!next || next.at > end) break;
      due.splice(due.indexOf(next), 1);
      time = next.at;
      next.act();
    }
    time = end;
  };
  /** Brings the entries of one poll: `grace: hello`, or `grace entered the room.` */
  const come = (...lines: (string | Entry)[]) =>
    announcer.receive(lines.map((line) => (typeof line === 'string' ? entry(line) : line)));
  return { ...announcer, heard, pass, come };
}

function entry(line: string): Entry {
  const [author = '', body] = line.split(/: (.*)/s);
  return body === undefined
    ? { kind: 'entered', author: line.split(' ')[0]!, body: line }
    : { kind: 'message', author, body, time: '14:05' };
}

const toAda = (line: string): Entry => ({
  ...entry(line),
  mentions: [{ username: 'linus' }, { username: 'ada' }],
});
const many = (count: number, author = 'grace') =>
  Array.from({ length: count }, (_, index) => `${author}: ${index + 1}`);

test('says one message, its sender first, and only once', () => {
  const { come, pass, heard } = room();
  come('grace: hello');
  pass(60);
  assert.equal(heard, ['2.5 grace: hello']);
});

test('says a conversation whole, once and in order, at 5 s intervals', () => {
  const { come, pass, heard } = room();
  for (const line of many(30)) {
    come(line);
    pass(5);
  }
  assert.equal(
    heard,
    many(30).map((line, index) => `${index * 5 + 2.5} ${line}`),
  );
});

test('says what came as soon as a poll has brought no more', () => {
  const { come, pass, heard } = room();
  come('grace: hello');
  pass(1);
  come();
  assert.equal(heard, ['1 grace: hello']);
});

test('says three that come at once in order, as one', () => {
  const { come, pass, heard } = room();
  come('grace: one', 'linus: two', 'grace: three');
  pass(60);
  assert.equal(heard, ['2.5 grace: one. linus: two. grace: three']);
});

test('says more than three as a number, with who they are of', () => {
  const { come, pass, heard } = room();
  come(...many(4), ...many(3, 'linus'));
  pass(60);
  assert.equal(heard, ['2.5 7 new messages from grace and linus']);
});

test('says a burst that comes with several polls as one number', () => {
  for (const parts of [
    [12, 8],
    [2, 18],
    [18, 2],
    [3, 16, 1],
    [7, 7, 6],
    [1, 19],
    [1, 1, 18],
  ]) {
    const { come, pass, heard } = room();
    for (const part of parts) {
      come(...many(part));
      pass(1.8);
    }
    pass(60);
    assert.equal(
      heard.map((line) => line.replace(/^\S+ /, '')),
      ['20 new messages from grace'],
      parts.join(),
    );
  }
});

test('is not behind where messages come each second: it says a number, at most each five', () => {
  const { come, pass, heard } = room();
  for (const line of many(60)) {
    come(line);
    pass(1);
  }
  pass(10);
  const digests = heard.map((line) =>
    /^(\S+) (\d+) new messages from grace$/.exec(line)!.slice(1).map(Number),
  );
  assert.is(
    digests.reduce((sum, [, count]) => sum + count!, 0),
    60,
    'nothing is left out',
  );
  for (const [index, [at]] of digests.entries())
    assert.ok(at! - (digests[index - 1]?.[0] ?? 0) >= 5, heard.join());
});

test('says no more names than can be kept in mind', () => {
  const said = (...names: string[]) => {
    const { come, pass, heard } = room();
    come(...names.flatMap((name) => many(4, name)));
    pass(5);
    return heard[0]!.replace(/^.* from /, '');
  };
  assert.equal(
    [said('eve'), said('eve', 'bo', 'cy'), said('eve', 'bo', 'cy', 'di')],
    ['eve', 'eve, bo and cy', '4 people'],
  );
});

test('says nothing within two seconds of a key, and then what came as one', () => {
  const { come, pass, heard, typed } = room();
  typed();
  pass(1);
  come('grace: one');
  typed();
  pass(1.5);
  come('linus: two');
  typed();
  pass(1.9);
  assert.equal(heard, []);
  pass(60);
  assert.equal(heard, ['4.5 2 new messages from grace and linus']);
});

test('says one message that came while its reader typed itself', () => {
  const { come, pass, heard, typed } = room();
  typed();
  come('grace: one');
  pass(60);
  assert.equal(heard, ['2 grace: one']);
});

test('answers what its reader sends with "Sent", and then says what came meanwhile', () => {
  const { come, pass, heard, typed, sent } = room();
  typed();
  come('grace: one', 'linus: two');
  pass(1);
  sent();
  pass(60);
  assert.equal(heard, ['1 Sent. 2 new messages from grace and linus']);
});

test('says of a connection that was lost and came back while its reader typed the last word alone', () => {
  const { pass, heard, typed, say } = room();
  typed();
  say('The connection is lost.', 'connection');
  pass(1);
  say('The connection is back.', 'connection');
  pass(60);
  say('The connection is lost.', 'connection');
  assert.equal(heard, ['2 The connection is back.', '61 The connection is lost.']);
});

test('says what comes after a key that has done what it was for, and holds nothing because of it', () => {
  const { come, pass, heard, typed, endQuiet } = room();
  typed();
  endQuiet();
  pass(1);
  come('grace: one', 'linus: two');
  pass(60);
  assert.equal(heard, ['3.5 grace: one. linus: two']);
});

test('says nothing while the page is hidden, and what came as one a second after it is seen again', () => {
  const { come, pass, heard, hide, say } = room();
  hide(true);
  come('grace: one');
  pass(30);
  come(...many(6, 'linus'));
  say('The connection is lost.', 'connection');
  pass(30);
  assert.equal(heard, []);
  hide(false);
  pass(60);
  assert.equal(heard, ['61 The connection is lost. 7 new messages from grace and linus']);
});

test('says what is due a moment after a text when that has been spoken, as one', () => {
  const { come, pass, heard, sent, say } = room();
  come('grace: one');
  pass(1);
  sent();
  pass(0.1);
  come();
  say('The connection is lost.', 'connection');
  pass(60);
  assert.equal(heard, ['1 Sent', '1.25 The connection is lost. grace: one']);
});

test('says two equal messages that wait for each other both', () => {
  const { come, pass, heard, sent } = room();
  sent();
  come('grace: yes', 'grace: yes');
  come();
  pass(60);
  assert.equal(heard, ['0 Sent', '0.25 grace: yes. grace: yes']);
});

test('says nothing of messages while it is paused, and then what came as one', () => {
  const { come, pass, heard, pause, sent } = room();
  pause(true);
  come('grace: one');
  pass(10);
  come('grace: two');
  sent();
  pass(10);
  pause(false);
  pass(60);
  assert.equal(heard, [
    '0 Announcements are paused.',
    '10 Sent',
    '20 Announcements are on again. 2 new messages from grace',
  ]);
});

test('says notices only where they are wanted, among the messages and in their number', () => {
  const said = (chosen: Partial<Announcements>, ...lines: string[]) => {
    const { come, pass, heard } = room(chosen);
    come(...lines);
    pass(60);
    return heard.map((line) => line.replace(/^\S+ /, ''));
  };
  const lines = ['grace entered the room.', 'grace: hello', 'linus left the room.'];
  assert.equal(said({}, ...lines), ['grace: hello']);
  assert.equal(said({ notices: true }, ...lines), [
    'grace entered the room. grace: hello. linus left the room.',
  ]);
  assert.equal(said({ notices: true, messages: 'nothing' }, ...lines), [`${lines[0]} ${lines[2]}`]);
  assert.equal(said({ notices: true }, ...lines, ...many(3)), ['4 new messages from grace, 2 notices']);
  assert.equal(said({ notices: true, messages: 'nothing' }, ...lines, ...lines), ['4 notices']);
});

/** What the user has chosen, what is said of one message, and of four. */
const CHOICES: [Partial<Announcements>, string[], string[]][] = [
  [{}, ['grace: at ten?'], ['4 new messages from grace, 1 of them to you']],
  [{ time: true }, ['grace, 14:05: at ten?'], ['4 new messages from grace, 1 of them to you']],
  [{ first: 'text' }, ['at ten?, from grace'], ['4 new messages from grace, 1 of them to you']],
  [
    { first: 'text', time: true },
    ['at ten?, from grace, 14:05'],
    ['4 new messages from grace, 1 of them to you'],
  ],
  [{ messages: 'sender' }, ['Message from grace'], ['4 new messages from grace, 1 of them to you']],
  [
    { messages: 'sender', time: true },
    ['Message from grace, 14:05'],
    ['4 new messages from grace, 1 of them to you'],
  ],
  [{ messages: 'count' }, ['1 new message'], ['4 new messages, 1 of them to you']],
  [{ messages: 'mentions' }, [], ['grace: look']],
  [{ messages: 'nothing' }, [], []],
];

for (const [chosen, one, four] of CHOICES) {
  test(`says what is chosen: ${JSON.stringify(chosen)}`, () => {
    const { come, pass, heard } = room(chosen);
    const said = () => heard.splice(0).map((line) => line.replace(/^\S+ /, ''));
    come('grace: at ten?');
    pass(10);
    assert.equal(said(), one);
    come(...many(3), toAda('grace: look'));
    pass(10);
    assert.equal(said(), four);
  });
}

test('says only the count of what mentions its reader, where there is much of it', () => {
  const { come, pass, heard } = room({ messages: 'mentions' });
  come(...many(5).map(toAda), ...many(3, 'linus'));
  pass(10);
  assert.equal(heard, ['2.5 5 new messages from grace']);
});

test('says nothing of whom its reader has blocked, and does not count it', () => {
  const { come, pass, heard } = room();
  come(...many(5).map((line) => ({ ...entry(line), folded: true })), 'linus: hello');
  pass(60);
  assert.equal(heard, ['2.5 linus: hello']);
});

test('says what is attached in its words, after the text where there is one', () => {
  const attachment = { words: 'Image: a cat on a keyboard' };
  for (const [chosen, body, said] of [
    [{}, 'look', 'grace: look. Image: a cat on a keyboard'],
    [{}, '', 'grace: Image: a cat on a keyboard'],
    [{ first: 'text' }, 'look', 'look. Image: a cat on a keyboard, from grace'],
  ] as const) {
    const { come, pass, heard } = room(chosen);
    come({ ...entry('grace: x'), body, attachment });
    pass(10);
    assert.equal(heard, [`2.5 ${said}`]);
  }
});

test('says a long message whole, with its lines', () => {
  const { come, pass, heard } = room();
  const long = 'word '.repeat(800).trim();
  come(`grace: two\n${long}`);
  pass(10);
  assert.equal(heard, [`2.5 grace: two\n${long}`]);
});

/** A message with all that can be said of one. */
const FULL: Entry = {
  kind: 'message',
  seq: 12,
  author: 'grace',
  body: 'look: https://example.org/a and https://example.org/b',
  time: '14:05',
  reply: { author: 'ada' },
  attachment: { words: 'Image: a cat' },
};
const PARTS: [Announcements['parts'], string][] = [
  [['sender', 'text'], `grace: ${FULL.body}`],
  [['text', 'sender'], `${FULL.body}, from grace`],
  [['text', 'sender', 'image'], `${FULL.body}, from grace: Image: a cat`],
  [
    ['sender', 'to', 'time', 'text', 'image', 'links'],
    `grace to you, 14:05: ${FULL.body}. Image: a cat, 2 links`,
  ],
  [['number', 'sender', 'to'], 'number 12, grace to you'],
  [['time'], '14:05'],
  [['to', 'links'], 'to you, 2 links'],
  [['image', 'text'], `Image: a cat. ${FULL.body}`],
];
for (const [parts, said] of PARTS) {
  test(`says the parts that are chosen, in their order: ${parts!.join(', ')}`, () => {
    const { come, pass, heard } = room({ parts: parts! });
    come(FULL);
    pass(10);
    assert.equal(heard, [`2.5 ${said}`]);
  });
}

test('says no part that a message does not have, and of one without any of them nothing but its sender', () => {
  const { come, pass, heard } = room({ parts: ['sender', 'to', 'text', 'image', 'links'] });
  come('grace: hello');
  pass(10);
  const { come: comeTo, pass: passBy, heard: links } = room({ parts: ['links', 'image'] });
  comeTo('grace: hello', 'linus: hi');
  passBy(10);
  assert.equal([heard, links], [['2.5 grace: hello'], ['2.5 Message from grace. Message from linus']]);
});

test('says messages at most every so many seconds where that is chosen, each once', () => {
  for (const every of [5, 15, 30, 60]) {
    const { come, pass, heard } = room({ every });
    come('grace: first');
    pass(3);
    for (const line of many(2)) {
      come(line);
      pass(1);
    }
    come('linus: 3');
    pass(every);
    pass(every);
    come('grace: last');
    pass(120);
    const times = heard.map((line) => Number(line.split(' ')[0]));
    assert.equal(
      heard.map((line) => line.replace(/^\S+ /, '')),
      ['grace: first', '3 new messages from grace and linus', 'grace: last'],
      String(every),
    );
    assert.is(times[1], 2.5 + Math.max(every, 5), String(every));
  }
});

test('says the messages of its reader only where that is chosen, and notices of them never', () => {
  for (const [chosen, said] of [
    [{ notices: true }, []],
    [{ notices: true, own: true }, ['2.5 ada: hello']],
  ] as const) {
    const { come, pass, heard } = room(chosen);
    come('ada entered the room.', 'ada: hello');
    pass(10);
    assert.equal(heard, said);
  }
});

test.run();
