import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { type Answer, bare } from '../support/visitor.ts';

const test = suite('security headers');

test(
  'pages may load only our own files, and nothing inline',
  withApp(async ({ cast, visitor }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.say(lobby, 'hello');
    const study = await ada.createRoom('study');
    const answers: Answer[] = [
      ...(await Promise.all(
        ['/rooms', `/rooms/${lobby}`, `/rooms/${study}`, `/rooms/${lobby}/delete`, '/help', '/nowhere'].map(
          (path) => ada.get(path),
        ),
      )),
      ...(await Promise.all(['/', '/login', '/register'].map((path) => visitor().get(path)))),
      await ada.enter(study),
      await ada.say(study, 'outside'),
      await ada.say(lobby, ''),
      await ada.post('/rooms', { name: '' }),
    ];
    for (const { headers, page } of answers) {
      const policy = new Map(
        (headers.get('Content-Security-Policy') ?? '')
          .split(';')
          .map((part) => part.trim().split(/ (.*)/) as [string, string]),
      );
      assert.is(policy.get('default-src'), "'none'");
      for (const name of ['script-src', 'style-src', 'connect-src', 'form-action'])
        assert.is(policy.get(name), "'self'", name);
      for (const name of ['base-uri', 'object-src', 'frame-ancestors'])
        assert.is(policy.get(name), "'none'", name);
      for (const script of page.querySelectorAll('script')) {
        assert.match(script.getAttribute('src') ?? '', /^\/static\//);
        assert.is(script.text.trim(), '');
      }
      assert.is(page.querySelectorAll('style, [style]').length, 0);
      for (const element of page.querySelectorAll('*')) {
        const handlers = Object.keys(element.attributes).filter((name) =>
          /^(on|hx-on|hx-vals|hx-headers)/.test(name),
        );
        assert.equal(handlers, [], element.tagName);
      }
      assert.is(headers.get('X-Content-Type-Options'), 'nosniff');
      assert.is(headers.get('Referrer-Policy'), 'same-origin');
      assert.is(headers.get('Cache-Control'), 'no-store');
      assert.match(headers.get('Content-Type') ?? '', /^text\/html; charset=utf-8$/i);
      for (const name of ['X-Powered-By', 'Server', 'Strict-Transport-Security'])
        assert.is(headers.get(name), null, name);
    }
  }),
);

test(
  'under https the headers keep browsers on https',
  withApp(
    async ({ visitor, base }) => {
      for (const answer of [await visitor().get('/'), await visitor().get('/nowhere')])
        assert.is(answer.headers.get('Strict-Transport-Security'), 'max-age=31536000');
      const { headers } = await bare(base, { path: '/login' });
      for (const cookie of headers['set-cookie'] ?? []) assert.match(cookie, /^__Host-.*; secure/i);
    },
    { publicUrl: new URL('https://chat.example') },
  ),
);

test(
  'JSON answers are never stored, and never sniffed as another type',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    for (const answer of [
      await ada.poll(lobby, 0),
      await ada.poll(lobby, 1),
      await ada.getJson(`/rooms/${lobby}/entries`),
      await ada.sayJson(lobby, 'hello'),
      await ada.sayJson(lobby, ''),
    ]) {
      assert.is(answer.headers.get('Cache-Control'), 'no-store');
      if (answer.status === 204) continue; // has no body
      assert.is(answer.headers.get('X-Content-Type-Options'), 'nosniff');
      assert.match(answer.headers.get('Content-Type') ?? '', /^application\/json/);
    }
  }),
);

test(
  'no other site may embed an answer of the fast path, and no browser keeps one',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const answers = [
      await ada.poll(lobby, 1),
      await ada.sayJson(lobby, 'hello', { after: 1 }),
      await ada.poll(lobby, 1),
    ];
    assert.equal(
      answers.map(({ status }) => status),
      [204, 201, 200],
    );
    for (const { headers, status } of answers) {
      assert.not.ok(headers.has('Content-Security-Policy'), 'the fast path has answered');
      assert.is(headers.get('Cross-Origin-Resource-Policy'), 'same-origin');
      assert.is(headers.get('Cache-Control'), 'no-store');
      assert.is(headers.get('X-Content-Type-Options'), status === 204 ? null : 'nosniff');
    }
  }),
);

test(
  'static files may be cached for a year',
  withApp(async ({ base, visitor }) => {
    const { page } = await visitor().get('/');
    const files = [
      ...page.querySelectorAll('script').map((script) => script.getAttribute('src')),
      ...page.querySelectorAll('link').map((link) => link.getAttribute('href')),
    ];
    assert.ok(files.length >= 3);
    for (const path of files) {
      const answer = await bare(base, { path: path! });
      assert.is(answer.status, 200, path);
      assert.is(answer.headers['cache-control'], 'public, max-age=31536000, immutable');
      assert.is(answer.headers['x-content-type-options'], 'nosniff');
      assert.match(answer.headers['content-type'] ?? '', /^(text\/javascript|text\/css|image\/svg\+xml)/);
      assert.is(answer.headers['set-cookie'], undefined);
      const packed = await bare(base, { path: path!, headers: { 'Accept-Encoding': 'br, gzip' } });
      assert.is(packed.headers['content-encoding'], 'br');
      assert.match(packed.headers.vary ?? '', /accept-encoding/i);
    }
  }),
);

test(
  '/static serves only known files',
  withApp(async ({ base }) => {
    for (const path of [
      '/static/',
      '/static/app.css',
      '/static/../package.json',
      '/static/%2e%2e/package.json',
      '/static/..%2fpackage.json',
      '/static/chat.ts',
      '/static/app-000000000000.css',
    ]) {
      assert.is((await bare(base, { path })).status, 404, path);
    }
  }),
);

test(
  'HEAD answers with the headers of GET, and no body',
  withApp(async ({ base, cast, visitor }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const style = (await visitor().get('/')).page
      .querySelector('link[rel="stylesheet"]')!
      .getAttribute('href')!;
    for (const path of ['/rooms', `/rooms/${lobby}`, '/help', '/healthz', style, '/nowhere', '/']) {
      const headers = { Cookie: ada.cookieHeader, Accept: 'text/html' };
      const [head, get] = [
        await bare(base, { path, headers, method: 'HEAD' }),
        await bare(base, { path, headers }),
      ];
      assert.is(head.status, get.status, path);
      assert.is(head.text, '');
      for (const name of ['content-type', 'cache-control', 'content-security-policy', 'location'] as const)
        assert.is(head.headers[name], get.headers[name], `${path} ${name}`);
    }
  }),
);

test.run();
