import { HtmlValidate } from 'html-validate';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { DEFAULTS } from '../../server/chat/away.ts';
import type { Claim } from '../../server/chat/telling.ts';
import type { ToldLog } from '../../server/chat/told-log.ts';
import { Assets } from '../../server/view/assets.ts';
import { type Around, toldMail, toldNotification, toldPost } from '../../server/view/away-told.ts';
import { View } from '../../server/view/index.ts';

const test = suite('mails about what waits');

const view = new View(new Assets());
const AROUND: Around = { origin: 'https://chat.example', withText: true };
const CLAIM: Claim = {
  user: 2,
  username: 'grace',
  email: 'grace@example.org',
  way: 'mail',
  messageId: 'an-id@chat.example',
  choices: { ...DEFAULTS, zone: 'Europe/Berlin' },
  hourCycle: 'h12',
  stopKey: 'a-key',
  until: 0,
};

/** A message of ada's. */
const message = (seq: number, body: string, why = {}): ToldLog['messages'][number] => ({
  record: {
    room: { id: 7 },
    seq,
    kind: 'message',
    author: { id: 1, username: 'ada' },
    body,
    at: new Date('2026-01-01T12:00:00Z'),
  },
  isMention: false,
  isReply: false,
  ...why,
});
const logOf = (messages: ToldLog['messages'], changes: Partial<ToldLog> = {}): ToldLog => ({
  id: 7,
  name: 'lobby',
  access: 'open',
  isBare: false,
  messages,
  count: messages.length,
  ...changes,
});

const SUBJECTS: [logs: ToldLog[], subject: string][] = [
  [[logOf([message(1, 'hello', { isMention: true })])], 'ada mentioned you in lobby'],
  [[logOf([message(1, 'hello', { isReply: true })])], 'ada answered you in lobby'],
  [[logOf([message(1, 'hello')])], 'ada wrote in lobby'],
  [[logOf([message(1, 'hello'), message(2, 'hello')])], '2 messages in lobby'],
  [[logOf([message(1, 'hello')], { name: 'ada', access: 'direct' })], 'ada wrote to you'],
  [
    [logOf([message(1, 'hello')], { name: 'ada', access: 'direct', count: 3 })],
    'ada wrote to you: 3 messages',
  ],
  [[logOf([message(1, 'hello')]), logOf([message(1, 'hello')], { count: 1500 })], '999+ messages in 2 rooms'],
];

for (const [logs, subject] of SUBJECTS)
  test(`the subject alone says what a mail is about: ${subject}`, () => {
    assert.is(toldMail(view, CLAIM, logs, AROUND).subject, subject);
  });

test('the text of a mail is read from top to bottom: who wrote, when, what, and where to answer', () => {
  const { text } = toldMail(
    view,
    CLAIM,
    [logOf([message(3, 'hello @grace\n> quoted', { isMention: true })], { count: 2 })],
    AROUND,
  );
  assert.is(
    text,
    `In lobby

ada mentioned you. Thursday 1 January 2026, 1:00 pm:
  hello @grace
  > quoted

And 1 more.

Read and answer in lobby:
https://chat.example/rooms/7?from=3#m-3

-- 
This has waited unread for grace at https://chat.example.
Times are in Europe/Berlin.
Choose what you are told, and when:
https://chat.example/settings/away
End all these mails:
https://chat.example/away/stop/a-key
`,
  );
});

test('lines of a mail are at most 72 characters long, and a long message is cut', () => {
  const { text } = toldMail(view, CLAIM, [logOf([message(3, 'a word '.repeat(1000))])], AROUND);
  const lines = text.split('\n').filter((line) => line.startsWith('  '));
  assert.ok(lines.length < 20 && lines.every((line) => line.length <= 72));
});

test('a web address stays whole, and no line begins as the head of a mail in a mailbox does', () => {
  const address = `https://example.org/${'long/'.repeat(20)}`;
  const direct = logOf([message(3, `From here: ${address} and back\n\n${'字'.repeat(100)}`)], {
    name: 'ada',
    access: 'direct',
  });
  const { text } = toldMail(view, CLAIM, [direct], AROUND);
  assert.match(text, `\n  ${address}\n  and back\n\n  字`);
  assert.not.match(text, /^From |字{71}| $(?<!^-- )/m);
});

test('the HTML of a mail says the same, is valid, and has nothing that a user wrote as markup', async () => {
  const { html } = toldMail(
    view,
    { ...CLAIM, username: '<b>' },
    [
      logOf([message(3, '<script>alert(1)</script>\n& more')], { name: '<i>lobby' }),
      logOf([message(4, 'bare')], { isBare: true }),
    ],
    AROUND,
  );
  assert.not.match(html, /<script|<b>|<i>/);
  assert.match(html, /&lt;script&gt;alert\(1\)&lt;\/script&gt;<br>&amp; more/);
  assert.not.match(html, /bare/);
  const report = await new HtmlValidate({
    extends: ['html-validate:standard', 'html-validate:a11y'],
  }).validateString(html);
  assert.equal(
    report.results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${ruleId}: ${message}`)),
    [],
  );
});

test('a post is short, whatever was written', () => {
  const long = logOf([message(3, '😀'.repeat(4000))], { name: 'M'.repeat(64) });
  const text = toldPost(view, CLAIM, Array<ToldLog>(20).fill(long), AROUND);
  assert.ok(Buffer.byteLength(text) <= 3600);
  assert.not.match(text, /�/);
  assert.is(
    toldPost(view, CLAIM, [logOf([message(3, 'hello', { isMention: true })])], {
      ...AROUND,
      withText: false,
    }),
    'ada mentioned you in lobby\nhttps://chat.example/rooms/7?from=3#m-3',
  );
});

test('a notification of the browser has the beginning of the first message, or how many there are in each room', () => {
  const told = (...logs: ToldLog[]) => Object.values(toldNotification(view, logs, true));
  const [one, two] = [message(3, `one\n${'x'.repeat(400)}`), message(4, 'two')];
  assert.equal(told(logOf([two])), ['ada wrote in lobby', 'two', '/rooms/7?from=4#m-4']);
  const [title, body] = told(logOf([one, two]));
  assert.is(title, '2 messages in lobby');
  assert.match(body, /^ada: one\nx{296}…$/);
  assert.equal(told(logOf([two]), logOf([one, two], { name: 'study' })), [
    '3 messages in 2 rooms',
    'In lobby: 1 message\nIn study: 2 messages',
    '/rooms',
  ]);
});

test.run();
