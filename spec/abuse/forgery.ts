import type { Row } from '../support/hostile.ts';

// Posts that another site, another session, or nobody has made; and ways out to another site.

/** Each changes something, where its token and its origin are right. */
const ACTS: [path: string, form: Record<string, string>][] = [
  ['/rooms', { name: 'parlour' }],
  ['/rooms/LOBBY/messages', { body: 'hello', key: '12345678' }],
  ['/rooms/LOBBY/leave', {}],
  ['/rooms/LOBBY/enter', {}],
  ['/rooms/LOBBY/rename', { name: 'parlour' }],
  ['/rooms/LOBBY/topic', { topic: 'tea' }],
  ['/rooms/LOBBY/mail-text', { mailText: 'no' }],
  ['/rooms/LOBBY/messages/2/pin', {}],
  ['/rooms/read', {}],
  ['/rooms/LOBBY/invitations', { days: '7', uses: '1' }],
  ['/rooms/LOBBY/members', { username: 'linus' }],
  ['/rooms/LOBBY/members/grace/remove', {}],
  ['/rooms/LOBBY/members/grace/role', { role: 'admin' }],
  ['/rooms/LOBBY/delete', {}],
  ['/people/linus/message', {}],
  ['/people/linus/note', { body: 'hello', key: '12345678' }],
  ['/people/linus/friend', {}],
  ['/people/linus/block', {}],
  ['/settings', { zone: 'Europe/Berlin' }],
  ['/style', { style: 'y2k' }],
  ['/settings/password', { current: 'correct horse', password: 'battery staple' }],
  ['/settings/username', { username: 'countess' }],
  ['/settings/email', { email: 'c@example.org', current: 'correct horse' }],
  ['/settings/away', { mail: 'never' }],
  ['/rooms/LOBBY/away', { what: 'nothing' }],
  ['/rooms/LOBBY/away/clear', {}],
  ['/settings/sound', { set: 'soft' }],
  ['/settings/said', { 'place-text': '1' }],
  ['/settings/reading', { 'place-text': '1' }],
  ['/rooms/LOBBY/said', { 'place-text': '1' }],
  ['/rooms/LOBBY/reading', { 'place-text': '1' }],
  ['/rooms/LOBBY/reading/clear', {}],
  ['/settings/said/brief', {}],
  ['/settings/reading/brief', {}],
  ['/rooms/LOBBY/said/brief', {}],
  ['/rooms/LOBBY/reading/brief', {}],
  ['/practice/runs', { reader: 'Orca', browser: 'Firefox' }],
  ['/logout', {}],
  ['/groups', { name: 'group' }],
  ['/people/away', { away: 'brb' }],
  ['/people', { q: 'grace' }],
];

const TOKENS: [string, string | null][] = [
  ['no token', null],
  ['an empty token', ''],
  ['a wrong token', 'x'.repeat(32)],
  ['the token null', 'null'],
  ["a token that was another's", 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
];
const ORIGINS = [
  'null',
  'http://evil.example',
  'https://127.0.0.1',
  'http://127.0.0.1',
  'http://127.0.0.1:1',
  'http://127.0.0.1.evil.example',
  'http://evil.example#127.0.0.1',
  'chrome-extension://x',
  'file://',
  'x',
];

const tokens: Row[] = ACTS.flatMap(([path, form]) =>
  TOKENS.map(([what, token]): Row => ({ what: `${path} with ${what}`, path, form, token, status: [403] })),
);
const fields: Row[] = ACTS.map(([path, form]) => ({
  what: `${path} with the token twice in the form`,
  path,
  token: null,
  form: [...Object.entries(form), ['_csrf', 'x'], ['_csrf', 'y']],
  status: [403],
}));
const origins: Row[] = ORIGINS.flatMap((Origin) =>
  ACTS.slice(0, 6).map(([path, form]): Row => ({
    what: `${path} from ${Origin}`,
    path,
    form,
    headers: { Origin },
    status: [403],
  })),
);

/** Log-in and account forms have a token too: nobody is logged in as somebody else by a page elsewhere. */
const anonymous: Row[] = TOKENS.flatMap(([what, token]): Row[] => [
  {
    what: `a log-in with ${what}`,
    by: 'nobody',
    path: '/login',
    form: { login: 'ada', password: 'correct horse' },
    token,
    status: [403],
  },
  {
    what: `an account with ${what}`,
    by: 'nobody',
    path: '/register',
    form: { username: 'mallory', email: 'm@example.org', password: 'correct horse' },
    token,
    status: [403],
  },
]);

/** A wrong password gives the page again, with `next` where it is a path of ours and without it where it is not. */
const NEXTS = [
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '\\/evil.example',
  'https://evil.example',
  'http:evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  '/\t/evil.example',
  '/\n/evil.example',
  '/%0a/evil.example\r\nX: y',
  ' //evil.example',
  'evil.example',
  '@evil.example',
  '.evil.example',
  '/\u0000/evil.example',
  '/\u2028\\evil.example',
];

const nexts: Row[] = NEXTS.flatMap((next): Row[] => [
  {
    what: `log-in with next=${JSON.stringify(next)}`,
    by: 'nobody',
    path: `/login?next=${encodeURIComponent(next)}`,
    status: [200],
    never: /name="next" value="(?!\/[^/\\])/,
  },
  {
    what: `a wrong log-in with next=${JSON.stringify(next)}`,
    by: 'nobody',
    path: '/login',
    form: { login: 'ada', password: 'wrong horse', next },
    status: [422],
    never: /name="next" value="(?!\/[^/\\])/,
  },
]);

export const forgery: Row[] = [...tokens, ...fields, ...origins, ...anonymous, ...nexts];
