import { suite } from './support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp, type World } from './support/app.ts';
import type { Answer, Visitor } from './support/visitor.ts';

const test = suite('refusals');

interface Cast {
  world: World;
  /** The administrator of the lobby, who is in it. */
  ada: Visitor;
  /** A member, who is in it too, and has said something: message 3. */
  grace: Visitor;
  /** Neither a member nor in it. */
  linus: Visitor;
}

type Act = (cast: Cast) => Promise<Answer>;

const LOBBY = '/rooms/1';
const key = () => crypto.randomUUID();
const say = (person: Visitor, body: string, fields: Record<string, string> = {}) =>
  person.post(`${LOBBY}/messages`, { body, key: key(), after: '0', ...fields });
const register =
  (fields: Record<string, string>): Act =>
  ({ world }) =>
    world
      .visitor()
      .post('/register', { username: 'new', email: 'new@example.org', password: 'correct horse', ...fields });
const logIn =
  (fields: Record<string, string>): Act =>
  ({ world }) =>
    world.visitor().post('/login', { login: 'ada', password: 'correct horse', ...fields });
const image = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const attach =
  (file: Uint8Array | Uint8Array[] | undefined, fields: Record<string, string> = {}): Act =>
  ({ ada }) =>
    ada.attach(1, file, fields);

/** What somebody does, the status, and the whole sentence that answers it. */
const TABLE: [what: string, act: Act, status: number, sentence: string][] = [
  ['a taken username', register({ username: 'ADA' }), 422, 'This username is taken. Choose another.'],
  [
    'a taken email',
    register({ email: 'Ada@example.org' }),
    422,
    'There is an account with this email already. Log in, or use another address.',
  ],
  ['no username', register({ username: ' ' }), 422, 'Enter a username of 1 to 32 characters.'],
  [
    'a long username',
    register({ username: 'x'.repeat(33) }),
    422,
    'Choose a username of at most 32 characters.',
  ],
  [
    'a username with a space',
    register({ username: 'a b' }),
    422,
    'Use only letters, digits, and the marks _ - . in the username.',
  ],
  [
    'a username of marks',
    register({ username: '_-_' }),
    422,
    'Use at least one letter or digit in the username.',
  ],
  ['no email', register({ email: '' }), 422, 'Enter an email address.'],
  ['an email that is none', register({ email: 'ada' }), 422, 'Enter an email address like name@example.org.'],
  [
    'a long email',
    register({ email: `${'x'.repeat(250)}@example.org` }),
    422,
    'Use an email address of at most 254 characters.',
  ],
  ['a short password', register({ password: 'short' }), 422, 'Choose a password of at least 8 characters.'],
  [
    'a long password',
    register({ password: 'x'.repeat(257) }),
    422,
    'Choose a password of at most 256 characters.',
  ],
  [
    'a common password',
    register({ password: 'password1' }),
    422,
    'This password is too common, so it is easy to guess. Choose another password.',
  ],
  [
    'a password with NUL',
    register({ password: 'correct\0horse' }),
    422,
    'The password has an invalid character. Choose another password.',
  ],
  [
    'a wrong password',
    logIn({ password: 'wrong password' }),
    422,
    'The username, email or password is wrong. Check them, and try again.',
  ],
  [
    'an unknown user',
    logIn({ login: 'nobody' }),
    422,
    'The username, email or password is wrong. Check them, and try again.',
  ],
  [
    'an empty message',
    ({ ada }) => say(ada, ' \n'),
    422,
    'Write a message of 1 to 4,000 characters, then send it.',
  ],
  [
    'a message that shows nothing',
    ({ ada }) => say(ada, '\u200b'),
    422,
    'This message shows nothing: it has only invisible characters. Write a message of 1 to 4,000 characters, then send it.',
  ],
  [
    'a long message',
    ({ ada }) => say(ada, 'x'.repeat(4001)),
    422,
    'A message has at most 4,000 characters, and this one has 4,001. Shorten it, or send it in parts.',
  ],
  [
    'a message with NUL',
    ({ ada }) => say(ada, 'a\0b'),
    422,
    'The text has an invalid character (NUL, or half of a character). Remove it.',
  ],
  [
    'a message without a key',
    ({ ada }) => say(ada, 'hello', { key: 'x' }),
    422,
    'The form has lost its key (8 to 64 letters, digits, - and _), so the message was not sent. Send it again.',
  ],
  [
    'a body that is too large',
    ({ ada }) => say(ada, 'x'.repeat(65_536)),
    413,
    'This is too large: you can send at most 64 KiB at once. Shorten it, or send it in parts.',
  ],
  [
    'a message from outside',
    ({ linus }) => say(linus, 'hello'),
    403,
    'You are not a member of lobby. Enter it to read and write.',
  ],
  [
    'a message of somebody who has left',
    async ({ grace }) => (await grace.leave(1), say(grace, 'hello')),
    409,
    'You left lobby.',
  ],
  [
    'a room that does not exist',
    ({ ada }) => ada.get('/rooms/999'),
    404,
    'There is no such room. Choose one from the list of rooms.',
  ],
  [
    'a page that does not exist',
    ({ ada }) => ada.get('/nowhere'),
    404,
    'There is no such page. Check the address, or start from the list of rooms.',
  ],
  [
    'an act of an administrator',
    ({ grace }) => grace.post(`${LOBBY}/rename`, { name: 'x' }),
    403,
    'Only an administrator of lobby can do this. Ask one of them.',
  ],
  [
    'a room without a name',
    ({ ada }) => ada.post('/rooms', { name: ' ' }),
    422,
    'Enter a name for the room, of 1 to 64 characters.',
  ],
  [
    'a room with a long name',
    ({ ada }) => ada.post('/rooms', { name: 'x'.repeat(65) }),
    422,
    'Choose a room name of at most 64 characters.',
  ],
  [
    'a room of two lines',
    ({ ada }) => ada.post('/rooms', { name: 'a\nb' }),
    422,
    'Choose a room name of one line, without control characters.',
  ],
  [
    'a member who is there',
    ({ ada }) => ada.post(`${LOBBY}/members`, { username: 'grace' }),
    422,
    'grace is already a member. Add somebody else.',
  ],
  [
    'a member who is nobody',
    ({ ada }) => ada.post(`${LOBBY}/members`, { username: 'nobody' }),
    422,
    'There is nobody with this username or email. Check it, and try again.',
  ],
  [
    'the last administrator',
    ({ ada }) => ada.post(`${LOBBY}/members/ada/role`, { role: 'member' }),
    422,
    'ada is the only administrator of lobby. Make somebody else an administrator first.',
  ],
  [
    'a role that is none',
    ({ ada }) => ada.post(`${LOBBY}/members/grace/role`, { role: 'king' }),
    422,
    'There is no such role. Choose administrator or member.',
  ],
  [
    'an administrator who gives up',
    ({ ada }) => ada.post(`${LOBBY}/quit`),
    422,
    'You are an administrator of lobby. Make yourself a member first. If you are the only administrator, make somebody else an administrator before that.',
  ],
  [
    'nobody to find',
    ({ ada }) => ada.post('/people', { q: ' ' }),
    422,
    'Enter an email address or a username.',
  ],
  [
    'an email of nobody',
    ({ ada }) => ada.post('/people', { q: 'x@example.org' }),
    422,
    'Nobody can be found by this email address. Check it, or ask for their username.',
  ],
  [
    'a username of nobody',
    ({ ada }) => ada.post('/people', { q: 'nobody' }),
    422,
    'There is nobody with this username. Check it, or try their email address.',
  ],
  [
    'oneself to write to',
    ({ ada }) => ada.post('/people/ada/message'),
    422,
    'You cannot write to yourself. Choose somebody else.',
  ],
  [
    'oneself as a friend',
    ({ ada }) => ada.post('/people/ada/friend'),
    422,
    'You cannot be your own friend. Choose somebody else.',
  ],
  [
    'oneself to block',
    ({ ada }) => ada.post('/people/ada/block'),
    422,
    'You cannot block yourself. Choose somebody else.',
  ],
  [
    'a report without a reason',
    ({ ada }) => ada.post(`${LOBBY}/messages/3/report`, { reason: '\u2800' }),
    422,
    'Say what is wrong with this message.',
  ],
  [
    'a report of one’s own',
    ({ grace }) => grace.post(`${LOBBY}/messages/3/report`, { reason: 'x' }),
    422,
    'You cannot report your own message. Report a message by somebody else.',
  ],
  [
    'no file',
    attach(undefined),
    422,
    'Choose an image (JPEG, PNG, GIF or WebP), a PDF or a text file to send.',
  ],
  [
    'two files',
    attach([image('one'), image('two')]),
    422,
    'These are several files, and a message takes one. Choose one of them, and send the others after it.',
  ],
  [
    'an empty file',
    attach(image('')),
    422,
    'Choose a file that is not empty: an image (JPEG, PNG, GIF or WebP), a PDF or a text file.',
  ],
  [
    'a file without a description',
    attach(image('text'), { description: '\u200b' }),
    422,
    'Describe what it shows or says, for people who cannot see or open it.',
  ],
  [
    'a file that is too large',
    attach(new Uint8Array(8 * 1024 * 1024 + 1)),
    422,
    'This file is too large: you can send at most 8 MiB. Make it smaller, and choose it again.',
  ],
  [
    'a day that is none',
    ({ ada }) => ada.get(`${LOBBY}?day=2026-02-30`),
    422,
    'There is no such day. Enter it as year, month and day, like 2026-01-31.',
  ],
  [
    'a number that is none',
    ({ ada }) => ada.get(`${LOBBY}?from=x`),
    422,
    'The number of an entry must be a whole number of at least 0, as in from=50.',
  ],
];

for (const [what, act, status, sentence] of TABLE) {
  test(
    `${what} is refused with its whole sentence`,
    withApp(
      async (world) => {
        const [ada, grace, linus] = [
          await world.cast('ada'),
          await world.cast('grace'),
          await world.cast('linus'),
        ];
        await ada.createRoom('lobby');
        await grace.enter(1);
        await grace.say(1, 'hello');
        const answer = await act({ world, ada, grace, linus });
        assert.is(answer.status, status);
        const [alert] = answer.page.querySelectorAll('main .problems li, main p[role=alert]');
        assert.is(alert!.text.trim(), sentence);
      },
      { rateLimits: false },
    ),
  );
}

test.run();
