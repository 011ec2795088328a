import { connect } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { bare, labelled, valueOf, words, type Answer, type Delta } from '../support/visitor.ts';

const test = suite('hostile input');

const MARKUP = '"\'><img id=pwned src=x onerror=alert(1)>&lt;{{ 191919 * 777777 }}{% raw %}${191919*777777}<!-- ]]></textarea></title><script>alert(1)</script>';
const IDS = ['0', '-1', '+1', '1.5', '1e9', '0x1', '01', 'NaN', 'Infinity', '9007199254740993', '99999999999999999999999', 'null', 'undefined', 'true', '[object Object]', '%00', '1%00', '%0a1', '1%0d%0a', "1'--", '1;drop table room', '1 or 1=1', '٣', '%F0%9F%98%80', '%ED%A0%80', '__proto__', 'constructor', '..%2f..', '%2e%2e', '%252e', '%', '%zz', '%c3%28', 'x'.repeat(3000)];

const sane = ({ status, text }: { status: number; text: string }, what: string) => {
  assert.ok(status >= 200 && status < 500, `${what}: ${status}`);
  assert.not.match(text, /node_modules|\.ts:\d|\bat \w+ \(|SQLITE|DriverException|TypeError/);
};

/** That what was typed is shown as text, and became no part of the page. */
function isInert({ page, text }: Answer, what: string): void {
  assert.is(page.querySelector('#pwned'), null, what);
  assert.is(page.querySelectorAll('[onerror], [onfocus], [onload]').length, 0, what);
  assert.not.match(text, /<img id=pwned|<script>alert/);
  assert.not.match(text, String(191919 * 777777), 'templates are not typed by people');
}

test('as an id finds nothing', withApp(async ({ base, cast }) => {
  const ada = await cast('ada');
  const lobby = await ada.createRoom('lobby');
  const headers = { Cookie: ada.cookieHeader, 'X-CSRF-Token': await ada.token() };
  for (const id of IDS) {
    const path = encodeURI(id).replaceAll('%25', '%');
    for (const [method, address] of [['GET', `/rooms/${path}`], ['GET', `/rooms/${path}/delete`], ['GET', `/rooms/${path}/entries`], ['GET', `/poll?room=${path}`], ['POST', `/rooms/${path}/enter`], ['POST', `/rooms/${path}/messages`], ['POST', `/rooms/${path}/delete`]] as const) {
      const answer = await bare(base, { path: address, method, headers: { ...headers, Accept: 'application/json' } });
      sane(answer, `${method} ${address}`);
      assert.ok([400, 404].includes(answer.status), `${method} ${address}: ${answer.status}`);
    }
    for (const address of [`/rooms/${path}/leave`, `/rooms/${lobby}/enter`]) {
      sane(await bare(base, { path: address, method: 'POST', headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': `leave=${path}`.length }, body: `leave=${path}` }), `${address} leave=${path}`);
    }
  }
  assert.equal(await ada.log(lobby), ['ada entered']);
}));

test('as a seq is refused, or is past the end', withApp(async ({ base, cast }) => {
  const ada = await cast('ada');
  const lobby = await ada.createRoom('lobby');
  const headers = { Cookie: ada.cookieHeader, Accept: 'application/json' };
  for (const value of IDS) {
    const seq = encodeURI(value).replaceAll('%25', '%').replaceAll(';', '%3B').replaceAll('&', '%26');
    const isNumber = /^\d+$/.test(value);
    for (const path of [`/poll?room=${lobby}&after=${seq}`, `/rooms/${lobby}/entries?before=${seq}`, `/rooms/${lobby}/entries?after=${seq}`, `/rooms/${lobby}?before=${seq}`, `/rooms/${lobby}?from=${seq}`, `/rooms/${lobby}?after=${seq}`]) {
      const answer = await bare(base, { path, headers });
      sane(answer, path);
      assert.is(answer.status >= 400, !isNumber, `${path}: ${answer.status}`);
    }
  }
}));

test('as the name of a room is text wherever it is shown', withApp(async ({ cast }) => {
  const [ada, grace] = [await cast('ada'), await cast('grace')];
  const name = MARKUP.slice(0, 64);
  const [lobby, study] = [await ada.createRoom(name), await grace.createRoom(`${name.slice(0, 60)} b`)];
  assert.ok(lobby && study);
  for (const path of ['/rooms', `/rooms/${lobby}`, `/rooms/${study}`, `/rooms/${lobby}/delete`]) {
    const answer = await ada.get(path);
    isInert(answer, path);
    assert.match(words(answer.page), name.slice(0, 40), path);
  }
  isInert(await ada.enter(study), 'two rooms');
  isInert(await grace.say(lobby, 'x'), 'a stranger');
  await ada.leave(lobby);
  isInert(await ada.say(lobby, 'x'), 'from outside');
  isInert(await ada.get('/rooms'), 'told that they left');
  await ada.enter(lobby);
  await ada.post(`/rooms/${lobby}/delete`);
  isInert(await ada.say(lobby, 'x'), 'deleted');
  const told = await ada.get('/rooms');
  isInert(told, 'told');
  assert.match(words(told.page.querySelector('main')), name.slice(0, 40));
  isInert(await ada.post('/rooms', { name: MARKUP }), 'refused');
}));

test('as a message is text wherever it is shown', withApp(async ({ cast }) => {
  const [ada, grace] = [await cast('ada'), await cast('grace')];
  const lobby = await ada.createRoom('lobby');
  await ada.say(lobby, MARKUP);
  await ada.say(lobby, `https://example.org/${MARKUP}`);
  const page = await ada.get(`/rooms/${lobby}`);
  isInert(page, 'the page');
  assert.is(page.page.querySelector('#m-2 .body')!.text, MARKUP);
  const { entries }: Delta = (await ada.poll(lobby, 0)).json();
  assert.is(entries[1]!.body, MARKUP);
  for (const { html } of entries) assert.not.match(html, /<img|<script/);
  const again = await ada.say(lobby, MARKUP, { key: 'short' });
  isInert(again, 'refused');
  assert.is(valueOf(labelled(again, 'Message')), MARKUP);
  isInert(await grace.say(lobby, MARKUP), 'a stranger');
  isInert(await ada.send(`/rooms/${lobby}/messages`, { method: 'POST', body: new URLSearchParams({ body: MARKUP }) }), 'forged');
  await ada.leave(lobby);
  const outside = await ada.say(lobby, MARKUP, { key: MARKUP, after: MARKUP });
  isInert(outside, 'from outside');
  assert.is(valueOf(labelled(outside, 'Message')), MARKUP);
  isInert(await ada.say(999, MARKUP), 'to no room');
}));

test('in a form of a visitor is given back as text', withApp(async ({ visitor }) => {
  const person = visitor();
  const login = await person.post('/login', { login: MARKUP, password: MARKUP, next: `/rooms?${MARKUP.replaceAll('\\', '')}` });
  isInert(login, 'log-in');
  assert.is(valueOf(labelled(login, 'Username or email')), MARKUP);
  const account = await person.post('/register', { username: MARKUP, email: MARKUP, password: MARKUP });
  isInert(account, 'account');
  assert.is(valueOf(labelled(account, 'Username')), MARKUP);
  assert.is(valueOf(labelled(account, 'Email')), MARKUP);
  for (const path of [`/login?next=/${encodeURIComponent(MARKUP)}`, `/${encodeURIComponent(MARKUP)}`, `/rooms?${encodeURIComponent(MARKUP)}`, `/login?next[]=/rooms&next=/rooms`]) {
    const answer = await person.get(path);
    sane(answer, path);
    isInert(answer, path);
    assert.not.match(answer.location ?? '', /[<>"]/);
  }
}));

const values = ['\0', 'a\0b', '\u2028', '\ufffe', '\u0085', '\x1b[31m', '\x7f', '\u202e', 'a\u0300'.repeat(500), '𝒜'.repeat(64), "' or 1=1 --", "'); drop table room; --", '?', '??', ':a $1 @b', '\\', "\\'", '%', '_%', '__proto__', 'x'.repeat(60_000), '\r\nSet-Cookie: a=b', MARKUP];
/** What a form cannot carry. */
const shapes: unknown[] = [null, true, false, 0, -1, 1.5, 1e21, [], ['a'], [[]], {}, { length: 1 }, { toString: null }, '\ud800', 'a\udfff', '\0'];
for (const [path, fields] of [
  ['/register', ['username', 'email', 'password']], ['/login', ['login', 'password', 'next', '_csrf']], ['/rooms', ['name', 'access']],
  ['/rooms/1/messages', ['body', 'key', 'after', '_csrf']], ['/rooms/1/enter', ['leave', 'body', 'key', 'after']], ['/rooms/1/leave', ['closing']],
] as const) {
  test(`in any field sent to ${path} is taken or refused, and nothing breaks`, withApp(async ({ cast, visitor }) => {
    const ada = await cast('ada');
    await ada.createRoom('lobby');
    const good = { username: 'eve', email: 'eve@example.org', password: 'correct horse', login: 'ada', next: '/rooms', name: 'study', access: 'open', body: 'hello', key: '12345678', after: '0' };
    const isAnonymous = path === '/register' || path === '/login';
    for (const field of fields) {
      const person = isAnonymous ? visitor() : ada;
      for (const value of shapes) sane(await person.postJson(path, { ...good, [field]: value }), `${field} ${JSON.stringify(value)} in JSON`);
      for (const value of values) {
        const answer = await person.post(path, { ...good, [field]: value });
        sane(answer, `${field} ${JSON.stringify(value).slice(0, 40)}`);
        isInert(answer, field);
      }
    }
    assert.is((await ada.get('/rooms')).status, 200, 'still logged in, the tables still there');
  }, { rateLimits: false }));
}

test('in what counts attempts breaks nothing either', withApp(async ({ visitor }) => {
  for (const value of values) {
    for (const XForwardedFor of [',,,', value.replace(/[^\x20-\x7e]/g, '').slice(0, 2000)]) {
      const answer = await visitor().post('/login', { login: value, password: 'wrong horse' }, { 'X-Forwarded-For': XForwardedFor });
      sane(answer, `${value.slice(0, 20)} from ${XForwardedFor.slice(0, 20)}`);
      assert.ok([422, 429].includes(answer.status));
    }
  }
}, { trustProxy: 1 }));

test('in cookies and headers is passed over', withApp(async ({ base, cast }) => {
  const ada = await cast('ada');
  const cookies = ['sid', '=', ';;;', 'sid=', 'sid=%', 'sid=%00', 'sid=__proto__; sid.sig=__proto__', 'sid=a; sid=b; sid=c', 'zone=%00', 'zone=Mars/Phobos', 'zone=__proto__', `zone=${'x'.repeat(4000)}`, 'csrf=x', 'csrf=x; csrf.sig=x', `a=${'b'.repeat(12_000)}`, Array.from({ length: 500 }, (_, index) => `c${index}=1`).join('; ')];
  for (const cookie of cookies) {
    for (const Cookie of [cookie, `${ada.cookieHeader}; ${cookie}`]) sane(await bare(base, { path: '/rooms', headers: { Cookie } }), cookie.slice(0, 40));
  }
  for (const [name, value] of [['Accept', ';;,q=x'], ['Accept', '*'], ['Accept-Encoding', 'identity;q=0, *;q=0'], ['Accept-Encoding', 'x'], ['Content-Type', ';'], ['Content-Length', '0'], ['Host', 'evil.example'], ['Host', ''], ['Host', '[::1'], ['Origin', '\u00ff'], ['X-CSRF-Token', '\u00ff'], ['HX-Request', 'x'], ['Sec-Purpose', 'x'], ['Range', 'bytes=0-0'], ['If-None-Match', '*'], ['X-Forwarded-Host', 'evil.example'], ['X-Forwarded-Proto', 'https'], ['X-HTTP-Method-Override', 'DELETE'], ['Expect', 'nonsense'], ['Upgrade', 'websocket']] as const) {
    for (const path of ['/rooms', '/login', '/poll']) {
      const answer = await bare(base, { path, headers: { Cookie: ada.cookieHeader, [name]: value } });
      sane(answer, `${name}: ${value}`);
      assert.not.match(answer.text + String(answer.headers.location ?? ''), 'evil.example');
    }
  }
  sane(await bare(base, { path: '/rooms', headers: { Cookie: `a=${'b'.repeat(20_000)}` } }), 'a huge cookie');
}));

test('as an address is not found, or refused', withApp(async ({ base, cast }) => {
  const ada = await cast('ada');
  for (const path of ['/%', '/%zz', '/%00', '/%c3%28', '/%2e%2e/%2e%2e/etc/passwd', '/../../etc/passwd', '//', '///rooms', '//evil.example', '/\\evil.example', '/rooms/', '/rooms//', '/ROOMS', '/rooms?', '/rooms?%', '/rooms?a=%zz&a[]=1&a[b]=2', '/rooms#x', '/rooms;x=1', '*', 'http://evil.example/rooms', 'rooms', `/${'x'.repeat(10_000)}`, `/rooms?${'x'.repeat(10_000)}`, `/${'../'.repeat(2000)}`, '/static/%', '/static/..%00', '/healthz/', '/__proto__', '/constructor']) {
    for (const Cookie of ['', ada.cookieHeader]) {
      const answer = await bare(base, { path, headers: { Cookie } });
      sane(answer, path.slice(0, 60));
      assert.not.match(String(answer.headers.location ?? '/'), /^(https?:)?\/\/evil|^\/\\/);
    }
  }
}));

test('as a method is refused', withApp(async ({ base, cast }) => {
  const ada = await cast('ada');
  const lobby = await ada.createRoom('lobby');
  for (const method of ['PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'OPTIONS', 'SEARCH', 'MKCOL', 'PURGE', 'QUERY']) {
    for (const path of ['/', '/rooms', `/rooms/${lobby}`, '/poll', '/nowhere', '/static/x']) {
      for (const token of ['', await ada.token()]) sane(await bare(base, { path, method, headers: { Cookie: ada.cookieHeader, 'X-CSRF-Token': token } }), `${method} ${path}`);
    }
  }
  assert.equal(await ada.log(lobby), ['ada entered']);
}));

/** Sends bytes as they are, and returns what comes back until the connection ends. */
function raw(base: string, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(new URL(base).port), '127.0.0.1', () => void socket.end(bytes, 'latin1'));
    socket.setEncoding('latin1').on('data', (chunk: string) => void (text += chunk)).on('error', () => resolve(text)).on('close', () => resolve(text));
  });
}

test('that is no HTTP is refused, and the next request is answered', withApp(async ({ base }) => {
  const close = 'Connection: close\r\n';
  for (const bytes of [
    'nonsense\r\n\r\n', 'FOO / HTTP/1.1\r\nHost: x\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', `GET /rooms HTTP/1.1\r\n${close}\r\n`, 'GET /rooms HTTP/1.0\r\n\r\n', 'GET  /  HTTP/1.1\r\n\r\n', '\0\0\0\0',
    `GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n${close}\r\n`, `POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n${close}\r\n`, `POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n${close}\r\n0\r\n\r\n`,
    `POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n${close}\r\nzz\r\n`, `POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n${close}\r\n{`,
    `GET / HTTP/1.1\r\nHost: x\r\nCookie: sid=\xff\xfe\r\n${close}\r\n`, `CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n${close}\r\n`,
  ]) {
    const answer = await raw(base, bytes);
    assert.not.match(answer, /^HTTP\/1\.\d 5|node_modules|\.ts:\d/);
    assert.is((await bare(base, { path: '/healthz' })).status, 200, JSON.stringify(bytes));
  }
}));

test.run();
