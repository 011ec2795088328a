import { routes } from '../../server/routes/index.ts';
import type { Row } from '../support/hostile.ts';

// Values of every wrong kind, in addresses and in bodies.

const IDS = [
  '0',
  '-1',
  '+1',
  '1.5',
  '1e9',
  '0x1',
  '01',
  'NaN',
  'Infinity',
  '2147483648',
  '9007199254740993',
  '99999999999999999999999',
  'null',
  'undefined',
  'true',
  '%5Bobject%20Object%5D',
  '%00',
  '1%00',
  '%0a1',
  '1%0d%0a',
  "1'--",
  '1;drop%20table%20room',
  '1%20or%201=1',
  '%D9%A3',
  '%F0%9F%98%80',
  '%ED%A0%80',
  '__proto__',
  'constructor',
  '..%2f..',
  '%2e%2e',
  '%252e',
  '%',
  '%zz',
  '%c3%28',
  'x'.repeat(3000),
];

const ids: Row[] = IDS.flatMap((id): Row[] => [
  { what: `a room with the id ${id}`, path: `/rooms/${id}`, status: [400, 404] },
  {
    what: `a poll of the room ${id}`,
    path: `/poll?room=${id}&after=0`,
    status: [400, 404],
    headers: { Accept: 'application/json' },
  },
  { what: `entering the room ${id}`, path: `/rooms/${id}/enter`, method: 'POST', status: [400, 404] },
  {
    what: `posting into the room ${id}`,
    path: `/rooms/${id}/messages`,
    json: { body: 'hello', key: '12345678' },
    status: [400, 404],
  },
  { what: `deleting the room ${id}`, path: `/rooms/${id}/delete`, method: 'POST', status: [400, 404] },
]);

/** Those that differ most, and what a statement of SQL may take for its own. */
const IN_ADDRESSES = [
  ...IDS.filter((id) => !/^(\+|0x|01|1\.5|1e9|NaN|Inf|true|undef|null|900|%5B|%D9|%2e|%25|1;|1%20)/.test(id)),
  '%EF%BF%BF',
  '%5C%27',
  '%3F%3F',
  '%241',
  '%1B%5D0;x%07',
];

/** A value of each parameter that is well-formed. */
const PARAMETERS: Record<string, string> = {
  id: 'LOBBY',
  seq: '1',
  name: '0'.repeat(32),
  username: 'grace',
  token: 'x'.repeat(32),
  step: 'say',
  report: '1',
  session: 'x'.repeat(43),
  number: '1',
};

/** Every parameter of every address, one at a time. */
const parameters: Row[] = routes().stack.flatMap(({ methods, path: route }) =>
  [...String(route).matchAll(/:(\w+)/g)].flatMap(([, tried]) =>
    IN_ADDRESSES.map((value): Row => {
      const method = methods.includes('POST') ? 'POST' : 'GET';
      const path = String(route).replace(/:(\w+)/g, (_, name: string) =>
        name === tried ? value : PARAMETERS[name]!,
      );
      return {
        what: `${method} ${route} with ${value} as its ${tried}`,
        by: path.startsWith('/operator') ? 'opal' : 'ada',
        method,
        path,
        status: [303, 400, 403, 404, 409, 422],
      };
    }),
  ),
);

/** Not one of them is a whole number of at least 0. */
const SEQS = IDS.filter((id) => !/^\d+$/.test(id) && id !== '%').map((id) =>
  id.replace(/[;&]/g, encodeURIComponent),
);

const seqs: Row[] = SEQS.flatMap((seq): Row[] => [
  {
    what: `a poll after ${seq}`,
    path: `/poll?room=LOBBY&after=${seq}`,
    status: [400, 422],
    headers: { Accept: 'application/json' },
  },
  {
    what: `entries before ${seq}`,
    path: `/rooms/LOBBY/entries?before=${seq}`,
    status: [400, 422],
    headers: { Accept: 'application/json' },
  },
  { what: `a page from ${seq}`, path: `/rooms/LOBBY?from=${seq}`, status: [400, 422] },
]);

const SEARCHES: [what: string, query: string, status: number[]][] = [
  ['NUL', 'q=a%00b', [422]],
  ['a lone surrogate', 'q=%ED%A0%80', [200]], // the address has no such bytes left
  ['words beyond number', `q=${'a+'.repeat(700)}`, [422]],
  ['one long word', `q=${'x'.repeat(1000)}`, [200]],
  ['what a database might read as a pattern', "q=%25_'--", [200]],
  ['what an index might read as an operator', 'q=%22a+NEAR+b%22+OR+*', [200]],
  ['a name with NUL', 'author=a%00', [422]],
  ['the day 0000-00-00', 'since=0000-00-00', [422]],
  ['a day beyond all', 'until=9999-12-31', [200, 422]],
  ['a list of days', 'since[]=2026-01-01&q=hello', [200]],
  ['two days', 'since=2026-01-01&since=2026-01-02', [422]],
  ['an unknown thing', 'has=__proto__', [422]],
  ['a page beyond all', 'q=hello&page=2147483647', [200]],
  ['a page that is none', 'q=hello&page=-1', [200]],
];

const searches: Row[] = SEARCHES.flatMap(([what, query, status]): Row[] =>
  ['/search', '/rooms/LOBBY/search'].map((path) => ({
    what: `a search at ${path} for ${what}`,
    path: `${path}?${query}`,
    status,
  })),
);

const transcripts: Row[] = (
  [
    ['no day', 'since=2026-02-30', [422]],
    ['the day with NUL', 'until=2026-01-01%00', [422]],
    ['two days', 'since=2026-01-01&since=2026-01-02', [422]],
    ['a day beyond all', 'until=9999-12-31', [303, 422]],
    ['an unknown kind', 'as=__proto__', [422]],
    ['two kinds', 'as=txt&as=html', [422]],
  ] satisfies [what: string, query: string, status: number[]][]
).map(([what, query, status]) => ({
  what: `a transcript of ${what}`,
  path: `/rooms/LOBBY/transcript?${query}`,
  status,
}));

const twice: Row[] = [
  'after=1&after=2',
  'after[]=1',
  'after[a]=1',
  'room=1&room=1',
  'after=1,2',
  '__proto__[after]=1',
  'constructor.prototype.after=1',
].map((query) => ({
  what: `a poll with ${query}`,
  path: `/poll?room=LOBBY&${query}`,
  headers: { Accept: 'application/json' },
  status: [200, 204, 404, 422],
}));

/** What is no text, where JSON has it. */
const KINDS: [string, unknown][] = [
  ['true', true],
  ['a number', 1],
  ['a fraction', 1.5],
  ['a huge number', 1e21],
  ['a list', ['a']],
  ['an empty list', []],
  ['lists in lists', [[['a']]]],
  ['an object', { a: 1 }],
  ['a length', { length: 8 }],
  ['a toString', { toString: 'x' }],
  ['a high surrogate', '\ud800hello-hello'],
  ['a low surrogate', 'hello-hello\udfff'],
  ['NUL', 'hello\0hello'],
];

const FIELDS: [path: string, fields: Record<string, string>, by?: Row['by']][] = [
  ['/rooms', { name: 'parlour', access: 'open' }],
  ['/rooms/LOBBY/messages', { body: 'hello', key: '12345678' }],
  ['/rooms/LOBBY/rename', { name: 'parlour' }],
  ['/rooms/LOBBY/members', { username: 'linus' }],
  ['/rooms/LOBBY/members/grace/role', { role: 'admin' }],
  ['/register', { username: 'mallory', email: 'mallory@example.org', password: 'correct horse' }, 'nobody'],
  ['/login', { login: 'ada', password: 'correct horse' }, 'nobody'],
  ['/settings/username', { username: 'countess' }],
  ['/settings/email', { email: 'countess@example.org', current: 'correct horse' }],
  ['/settings/password', { current: 'correct horse', password: 'battery staple' }],
  ['/people', { q: 'grace' }],
];

const kinds: Row[] = FIELDS.flatMap(([path, fields, by]) =>
  Object.keys(fields).flatMap((field) =>
    KINDS.map(([kind, value]): Row => ({
      what: `${kind} as ${field} to ${path}`,
      path,
      by: by ?? 'ada',
      json: { ...fields, [field]: value },
      status: [422],
    })),
  ),
);

/** What a form can carry: the name twice, brackets, bytes that are no UTF-8. */
const SHAPES: [string, (name: string, value: string) => string][] = [
  ['twice', (name, value) => `${name}=${value}&${name}=${value}`],
  ['in brackets', (name, value) => `${name}[]=${value}`],
  ['as a key', (name, value) => `${name}[a]=${value}`],
  ['with NUL', (name, value) => `${name}=${value}%00${value}`],
  ['half a pair', (name, value) => `${name}=${value}%ED%A0%80`],
  ['no UTF-8', (name, value) => `${name}=${value}%FF%FE`],
  ['overlong', (name, value) => `${name}=${value}%C0%AF`],
];

const shapes: Row[] = FIELDS.flatMap(([path, fields, by]) =>
  Object.keys(fields)
    .filter((field) => field !== 'access')
    .flatMap((field) =>
      SHAPES.map(([shape, written]): Row => ({
        what: `${field} ${shape} to ${path}`,
        path,
        by: by ?? 'ada',
        status: [422],
        form: Object.entries(fields)
          .map(([name, value]) =>
            name === field
              ? written(name, encodeURIComponent(value))
              : `${name}=${encodeURIComponent(value)}`,
          )
          .join('&'),
      })),
    ),
);

const BODIES: [string, string][] = [
  ['__proto__', '{"__proto__":{"username":"linus","isAdmin":true,"role":"admin"}}'],
  ['constructor', '{"constructor":{"prototype":{"username":"linus"}}}'],
  ['deep __proto__', `${'{"__proto__":'.repeat(500)}{}${'}'.repeat(500)}`],
  ['a list', '[]'],
  ['a text', '"hello"'],
  ['null', 'null'],
  ['a number', '1'],
  ['nothing', ''],
  ['half', '{"username":'],
  ['two objects', '{}{}'],
  ['a comment', '{/**/}'],
  ['single quotes', "{'username':'linus'}"],
  ['NaN', '{"username":NaN}'],
  ['a byte order mark', '\ufeff{"username":"nobody-here"}'],
  ['deep lists', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
  ['a name twice', '{"username":"nobody","username":[]}'],
];

const bodies: Row[] = BODIES.flatMap(([what, body]): Row[] =>
  ['/rooms/LOBBY/members', '/rooms', '/rooms/LOBBY/messages', '/login'].map((path) => ({
    what: `${what} as JSON to ${path}`,
    path,
    body,
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    status: [400, 422],
  })),
);

const prototypes: Row[] = [
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  'valueOf',
  '__defineGetter__',
].flatMap((name): Row[] => [
  { what: `${name} as a field`, path: '/rooms', form: `${name}=x&${name}[name]=x`, status: [422] },
  { what: `${name} as a username in an address`, path: `/people/${name}`, status: [404] },
  {
    what: `${name} as a member in an address`,
    path: `/rooms/LOBBY/members/${name}/remove`,
    method: 'POST',
    status: [404, 422],
  },
  { what: `${name} as a query`, path: `/rooms?${name}=x&${name}[name]=x&${name}.name=x`, status: [200] },
  { what: `${name} as a search`, path: '/people', form: { q: name }, status: [422] },
  { what: `${name} as an address`, path: `/${name}`, status: [404] },
]);

export const values: Row[] = [
  ...ids,
  ...parameters,
  ...seqs,
  ...twice,
  ...searches,
  ...transcripts,
  ...kinds,
  ...shapes,
  ...bodies,
  ...prototypes,
];
