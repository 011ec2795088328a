import type { Row } from '../support/hostile.ts';

// Names that look like another's, or like nothing, and texts that reach into mails and logs.

const u = (code: number) => `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;

/** What shows nothing, or turns what follows around. */
const UNSEEN = [
  0x00, 0x08, 0x09, 0x0a, 0x0d, 0x1b, 0x7f, 0x85, 0xa0, 0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x180b,
  0x180e, 0x2000, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202d, 0x202e, 0x2060,
  0x2062, 0x2066, 0x2067, 0x2069, 0x206a, 0x2800, 0x3000, 0x3164, 0xfe0f, 0xfeff, 0xffa0, 0xfff9, 0xe0001,
  0xe0061, 0xe0100,
];

const unseen: Row[] = UNSEEN.flatMap((code): Row[] => [
  {
    what: `${u(code)} within a username`,
    path: '/settings/username',
    json: { username: `gr${String.fromCodePoint(code)}ace` },
    status: [422],
  },
  {
    what: `${u(code)} within the username of a new account`,
    by: 'nobody',
    path: '/register',
    json: {
      username: `gr${String.fromCodePoint(code)}ace`,
      email: 'mallory@example.org',
      password: 'correct horse',
    },
    status: [422],
  },
  {
    what: `${u(code)} alone as a username`,
    path: '/settings/username',
    json: { username: String.fromCodePoint(code) },
    status: [422],
  },
  {
    what: `${u(code)} alone as a room name`,
    path: '/rooms',
    json: { name: String.fromCodePoint(code) },
    status: [422],
  },
]);

/** The same name as grace's to a person's eye, or by case, width, or composition. */
const same: Row[] = [
  'grace',
  'GRACE',
  'Grace',
  'ｇｒａｃｅ',
  'ⓖⓡⓐⓒⓔ',
  '𝐠𝐫𝐚𝐜𝐞',
  '𝔤𝔯𝔞𝔠𝔢',
  'ᵍʳᵃᶜᵉ',
  ' grace ',
  'graＣe',
].flatMap((username): Row[] => [
  { what: `${username} as a new username`, path: '/settings/username', form: { username }, status: [422] },
  {
    what: `${username} as a new account`,
    by: 'nobody',
    path: '/register',
    form: { username, email: 'mallory@example.org', password: 'correct horse' },
    status: [422],
  },
]);

/** What a mail, a header or a log would take for more than one line, or for a command. */
const LINES = [
  'a@example.org\r\nBcc: b@example.org',
  'a@example.org\nSubject: x',
  'a@example.org%0d%0aBcc: b@example.org',
  'a@example.org\u2028b@example.org',
  '"a\r\n"@example.org',
  'a@example.org, b@example.org',
  'a@example.org; b@example.org',
  '<a@example.org>',
  'A <a@example.org>',
  'a@example.org\0',
  'a@b@example.org',
  '@example.org',
  'a@',
  'a b@example.org',
  'a@exa mple.org',
  'a@example..org',
  'a@.org',
  'a@example.org.',
  'a@[127.0.0.1]',
  'a@-',
  `${'a'.repeat(250)}@example.org`,
  'a@example.org\x1b[2J',
  'mailto:a@example.org?bcc=b@example.org',
];

const lines: Row[] = LINES.flatMap((email): Row[] => [
  {
    what: `${JSON.stringify(email).slice(0, 40)} as an email`,
    path: '/settings/email',
    form: { email, current: 'correct horse' },
    status: [422],
  },
  {
    what: `${JSON.stringify(email).slice(0, 40)} as the email of a new account`,
    by: 'nobody',
    path: '/register',
    form: { username: 'mallory', email, password: 'correct horse' },
    status: [422],
  },
  {
    what: `${JSON.stringify(email).slice(0, 40)} as a search`,
    path: '/people',
    form: { q: email },
    status: [422],
  },
]);

/** What a database or a template would take for its own. */
const CODE = [
  "' or 1=1 --",
  "'); drop table room; --",
  '" or ""="',
  '?',
  '??',
  ':a $1 @b',
  '\\',
  "\\'",
  '%',
  '_%',
  '{{ 7*7 }}',
  '{% raw %}',
  '${7*7}',
  '#{7*7}',
  '<%= 7*7 %>',
  '$(id)',
  '`id`',
  '; id',
  '../../etc/passwd',
  '%s%n%x',
  '\x1b]0;x\x07',
];

const code: Row[] = CODE.flatMap((text): Row[] => [
  {
    what: `${text} as a log-in`,
    by: 'nobody',
    path: '/login',
    form: { login: text, password: text },
    status: [422],
  },
  { what: `${text} as a search`, path: '/people', form: { q: text }, status: [422] },
  { what: `${text} as a member`, path: '/rooms/LOBBY/members', form: { username: text }, status: [422] },
  { what: `${text} as a username`, path: '/settings/username', form: { username: text }, status: [422] },
  {
    what: `${text} as a key`,
    path: '/rooms/LOBBY/messages',
    form: { body: 'hello', key: text },
    status: [422],
  },
  { what: `${text} as a role`, path: '/rooms/LOBBY/members/grace/role', form: { role: text }, status: [422] },
  {
    what: `${text} as who may enter`,
    path: '/rooms',
    form: { name: 'parlour', access: text },
    status: [422],
  },
]);

export const names: Row[] = [...unseen, ...same, ...lines, ...code];
