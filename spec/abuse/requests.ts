import type { Row } from '../support/abuse.ts';

// Methods, content types, headers, cookies and addresses that no browser sends.

const PATHS = ['/', '/rooms', '/rooms/LOBBY', '/rooms/LOBBY/delete', '/poll', '/settings', '/static/x', '/healthz'];

const methods: Row[] = ['PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'OPTIONS', 'SEARCH', 'MKCOL', 'PURGE', 'QUERY'].flatMap((method) => PATHS.map((path): Row => ({
  what: `${method} ${path}`, path, method, status: path === '/healthz' || method === 'OPTIONS' ? [200, 403, 404, 405] : [403, 404, 405],
})));

const gets: Row[] = ['/logout', '/rooms/LOBBY/enter', '/rooms/LOBBY/leave', '/rooms/LOBBY/messages?body=hello&key=12345678', '/rooms/LOBBY/rename?name=x', '/rooms/LOBBY/members?username=linus', '/rooms/LOBBY/members/grace/remove', '/rooms/LOBBY/members/grace/role?role=admin', '/rooms/LOBBY/quit', '/people/grace/message', '/people/grace/block', '/people/linus/friend', '/groups?name=x', '/settings/password?current=correct+horse&password=battery+staple', '/settings/username?username=x', '/settings/email?email=x@example.org'].map((path) => ({
  what: `GET ${path}`, path, status: [404, 405],
}));

const overrides: Row[] = ['X-HTTP-Method-Override', 'X-Method-Override', 'X-HTTP-Method'].map((header) => ({
  what: `${header} on a GET`, path: '/rooms/LOBBY/delete', headers: { [header]: 'POST' }, status: [200],
}));

const types: Row[] = ['text/plain', 'text/xml', 'application/xml', 'multipart/form-data', 'multipart/form-data; boundary=x', 'application/octet-stream', 'text/html', 'image/svg+xml', 'application/x-yaml', 'x', ';', '/', '*/*', 'application/x-www-form-urlencoded-x', 'text/plain; application/json'].flatMap((type): Row[] => ['/rooms', '/rooms/LOBBY/messages'].map((path) => ({
  what: `${type} to ${path}`, path, body: 'name=parlour&body=hello&key=12345678', headers: { 'Content-Type': type }, status: [400, 415, 422],
})));

const big: Row[] = [
  { what: 'a body over 64 KiB', path: '/rooms', form: `name=${'x'.repeat(70_000)}`, status: [413] },
  { what: 'a JSON body over 64 KiB', path: '/rooms/LOBBY/messages', json: { body: 'x'.repeat(70_000), key: '12345678' }, status: [413] },
  { what: 'ten thousand fields', path: '/rooms', form: Array.from({ length: 10_000 }, (_, index) => `a${index}=`).join('&'), status: [413, 422] },
  { what: 'a message over its limit', path: '/rooms/LOBBY/messages', form: { body: 'x'.repeat(4001), key: '12345678' }, status: [422] },
  { what: 'a password of 60,000 characters', by: 'nobody', path: '/login', form: { login: 'ada', password: 'x'.repeat(60_000) }, status: [422] },
  { what: 'an account with a password of 60,000 characters', by: 'nobody', path: '/register', form: { username: 'mallory', email: 'mallory@example.org', password: 'x'.repeat(60_000) }, status: [422] },
  { what: 'a search of 60,000 characters', path: '/people', form: { q: 'x'.repeat(60_000) }, status: [422] },
  { what: 'a room name of marks without end', path: '/rooms', form: { name: `a${'\u0300'.repeat(9000)}` }, status: [422] },
  { what: 'a username that grows in NFKC', path: '/settings/username', form: { username: '\ufdfa'.repeat(32) }, status: [422] },
];

const cookies: Row[] = ['sid', '=', ';;;', 'sid=', 'sid=%', 'sid=%00', 'sid=__proto__; sid.sig=__proto__', 'sid=a; sid=b; sid=c', 'sid=eyJ1c2VySWQiOjF9; sid.sig=x', 'csrf=x', 'csrf=x; csrf.sig=x', 'csrf=; csrf.sig=', 'zone=%00', 'zone=Mars/Phobos', 'zone=__proto__', 'zone=../../etc/passwd', 'zone=<script>alert(1)</script>', `zone=${'x'.repeat(4000)}`, `a=${'b'.repeat(12_000)}`, Array.from({ length: 500 }, (_, index) => `c${index}=1`).join('; '), '__proto__=x; constructor=y', '\xff\xfe=\xff'].flatMap((Cookie): Row[] => [
  { what: `the cookie ${Cookie.slice(0, 40)} on a page`, by: 'nobody', path: '/rooms', headers: { Cookie }, status: [303], never: /ada/ },
  { what: `the cookie ${Cookie.slice(0, 40)} on a post`, by: 'nobody', path: '/rooms', headers: { Cookie }, form: { name: 'parlour' }, status: [403] },
]);

const bombs: Row[] = [
  { what: 'a cookie of 20,000 characters', path: '/rooms', headers: { Cookie: `a=${'b'.repeat(20_000)}` }, status: [431] },
  { what: 'a header of 20,000 characters', path: '/rooms', headers: { 'X-Long': 'b'.repeat(20_000) }, status: [431] },
  { what: 'a thousand headers', path: '/healthz', headers: Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`X-${index}`, 'x'])), status: [200, 431] },
  { what: 'an address of 20,000 characters', path: `/${'x'.repeat(20_000)}`, status: [431] },
  { what: 'an address of 10,000 characters', path: `/${'x'.repeat(10_000)}`, status: [404] },
];

const headers: Row[] = ([['Accept', ';;,q=x'], ['Accept', '*'], ['Accept', 'x'.repeat(5000)], ['Accept-Encoding', 'identity;q=0, *;q=0'], ['Accept-Language', '*;q=x'], ['Content-Type', ';'], ['Host', 'evil.example'], ['Host', ''], ['Host', '[::1'], ['Host', 'a b'], ['Origin', '\xff'], ['X-CSRF-Token', '\xff'], ['HX-Request', 'x'], ['HX-Redirect', '//evil.example'], ['Sec-Purpose', 'x'], ['Range', 'bytes=0-0'], ['Range', 'bytes=-1-'], ['If-None-Match', '*'], ['If-Modified-Since', 'x'], ['X-Forwarded-Host', 'evil.example'], ['X-Forwarded-For', '<script>'], ['X-Forwarded-Proto', 'https'], ['Forwarded', 'for=evil.example;host=evil.example'], ['X-Original-URL', '/rooms/STUDY'], ['X-Rewrite-URL', '/rooms/STUDY'], ['Expect', 'nonsense'], ['Upgrade', 'websocket'], ['Upgrade', 'h2c'], ['Referer', 'http://evil.example/"><script>'], ['User-Agent', '"><script>alert(1)</script>'], ['User-Agent', ''], ['Authorization', 'Basic YWRhOng='], ['TE', 'trailers'], ['Via', '1.1 evil.example']] as const).flatMap(([name, value]): Row[] => ['/rooms', '/poll?room=LOBBY&after=0'].map((path) => ({
  what: `${name}: ${value.slice(0, 40)} on ${path}`, path, headers: { [name]: value }, status: [200, 400, 417], never: /evil\.example|<script>alert/,
})));

const addresses: Row[] = ['/%', '/%zz', '/%00', '/%c3%28', '/%2e%2e/%2e%2e/etc/passwd', '/../../etc/passwd', '//', '///rooms', '//evil.example', '/\\evil.example', '/rooms//', '/rooms;x=1', '*', 'rooms', `/${'../'.repeat(2000)}`, '/static/%', '/static/..%00', '/static/..%2f..%2fpackage.json', '/static/%2e%2e/package.json', '/static/chat.ts', '/healthz/', '/.git/config', '/.env', '/chat.db', '/chat.db.keys', '/package.json', '/server/index.ts', '/debug', '/metrics/../rooms/STUDY', '/rooms/STUDY%2f', '/rooms/STUDY;/messages'].map((path) => ({
  what: `the address ${path.slice(0, 40)}`, path, status: [301, 303, 400, 404, 405], never: /root:|"dependencies"|repositoryformatversion|SQLite format/,
}));

export const requests: Row[] = [...methods, ...gets, ...overrides, ...types, ...big, ...cookies, ...bombs, ...headers, ...addresses];
