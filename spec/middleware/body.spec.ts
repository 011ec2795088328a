import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp, type World } from '../support/app.ts';
import { bare } from '../support/visitor.ts';

const test = suite('request body');

const KIB = 1024;
const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

/** Sends any body to the messages of a room that ada is in, with her token in the header. */
async function inLobby({ cast }: World) {
  const ada = await cast('ada');
  const lobby = await ada.createRoom('lobby');
  const token = await ada.token();
  const send = (
    type: string,
    body: string | Uint8Array<ArrayBuffer>,
    Accept = type === JSON_TYPE ? JSON_TYPE : 'text/html',
    path = `/rooms/${lobby}/messages`,
  ) =>
    ada.send(path, {
      method: 'POST',
      body,
      headers: { 'Content-Type': type, Accept, 'X-CSRF-Token': token },
    });
  return { ada, lobby, token, send };
}

for (const bytes of [64 * KIB + 1, 300 * KIB, 20_480 * KIB]) {
  test(
    `a body of ${bytes} bytes is refused, with and without a Content-Length`,
    withApp(async (world) => {
      const { ada, lobby, token } = await inLobby(world);
      const headers = {
        Cookie: ada.cookieHeader,
        'Content-Type': FORM,
        'X-CSRF-Token': token,
        Accept: 'text/html',
      };
      const body = `body=${'x'.repeat(bytes - 5)}`;
      for (const length of [{ 'Content-Length': `${bytes}` }, { 'Transfer-Encoding': 'chunked' }] as Record<
        string,
        string
      >[]) {
        const answer = await bare(world.base, {
          path: `/rooms/${lobby}/messages`,
          method: 'POST',
          headers: { ...headers, ...length },
          body,
        });
        assert.is(answer.status, 413);
        assert.match(answer.text, /64 KiB/);
      }
      assert.equal(await ada.log(lobby), ['ada entered']);
    }),
  );
}

test(
  'a body of 64 KiB is read, and its message then refused as too long',
  withApp(async (world) => {
    const { send } = await inLobby(world);
    const answer = await send(FORM, `body=${'x'.repeat(64 * KIB - 5)}`);
    assert.is(answer.status, 422);
    assert.match(answer.text, /at most 4,000 characters/);
  }),
);

test(
  'a script gets the refusal of a large body in JSON',
  withApp(async (world) => {
    const { send } = await inLobby(world);
    const answer = await send(JSON_TYPE, JSON.stringify({ body: 'x'.repeat(65 * KIB) }));
    assert.is(answer.status, 413);
    assert.match(answer.json().error.message, /64 KiB/);
  }),
);

for (const type of [
  'text/plain',
  'multipart/form-data; boundary=x',
  'application/xml',
  'application/octet-stream',
  'application/jsonp',
  'nonsense',
  '',
]) {
  test(
    `a body with the type ${type || '(none)'} is refused`,
    withApp(async (world) => {
      const { ada, lobby, token } = await inLobby(world);
      const body = 'body=hello&key=12345678';
      const headers = {
        Cookie: ada.cookieHeader,
        'X-CSRF-Token': token,
        'Content-Length': body.length,
        ...(type && { 'Content-Type': type }),
      };
      assert.is(
        (await bare(world.base, { path: `/rooms/${lobby}/messages`, method: 'POST', headers, body })).status,
        415,
      );
      assert.equal(await ada.log(lobby), ['ada entered']);
    }),
  );
}

for (const type of [
  'application/x-www-form-urlencoded; charset=utf-8',
  'Application/X-WWW-Form-Urlencoded',
  'application/json; charset=utf-8',
]) {
  test(
    `the type ${type} is accepted`,
    withApp(async (world) => {
      const { ada, lobby, send } = await inLobby(world);
      const body = type.includes('json')
        ? JSON.stringify({ body: 'grüße', key: '12345678' })
        : 'body=gr%C3%BC%C3%9Fe&key=12345678';
      assert.ok([201, 303].includes((await send(type, body)).status));
      assert.equal(await ada.log(lobby), ['ada entered', 'ada: grüße']);
    }),
  );
}

for (const text of [
  '',
  '{',
  '{"body":',
  '"hello"',
  '[]',
  '[{"body":"x"}]',
  'null',
  '42',
  'body=hello',
  '{"body":"x"}}',
  "{'body':'x'}",
]) {
  test(
    `a JSON body of ${text || 'nothing'} is refused`,
    withApp(async (world) => {
      const { ada, lobby, send } = await inLobby(world);
      const answer = await send(JSON_TYPE, text);
      assert.is(answer.status, 400);
      assert.type(answer.json().error.message, 'string');
      assert.equal(await ada.log(lobby), ['ada entered']);
    }),
  );
}

const shapes: [what: string, type: string, body: string][] = [
  ['an array', JSON_TYPE, '{"body":["hello"],"key":"12345678"}'],
  ['an object', JSON_TYPE, '{"body":{"toString":"hello"},"key":"12345678"}'],
  ['a boolean', JSON_TYPE, '{"body":true,"key":"12345678"}'],
  ['null', JSON_TYPE, '{"body":null,"key":"12345678"}'],
  ['missing', JSON_TYPE, '{"key":"12345678"}'],
  ['inherited from __proto__', JSON_TYPE, '{"__proto__":{"body":"hello","key":"12345678"},"key":"12345678"}'],
  ['given twice in a form', FORM, 'body=hello&body=world&key=12345678'],
  ['given as body[] in a form', FORM, 'body[]=hello&key=12345678'],
  ['given as body[text] in a form', FORM, 'body[text]=hello&key=12345678'],
  [
    'given through __proto__ in a form',
    FORM,
    '__proto__[body]=hello&constructor[prototype][body]=hello&key=12345678',
  ],
];
for (const [what, type, body] of shapes) {
  test(
    `a message is refused when its text is ${what}`,
    withApp(async (world) => {
      const { ada, lobby, send } = await inLobby(world);
      const answer = await send(type, body);
      assert.is(answer.status, 422);
      if (type === JSON_TYPE) assert.is(answer.json().error.field, 'body');
      assert.equal(await ada.log(lobby), ['ada entered']);
      assert.is(({} as Record<string, unknown>).body, undefined, 'no prototype is touched');
    }),
  );
}

test(
  'a message is refused when its key is no valid string',
  withApp(async (world) => {
    const { ada, lobby, send } = await inLobby(world);
    for (const key of [
      '["12345678"]',
      '{"a":1}',
      'true',
      'null',
      '""',
      '"short"',
      '"not allowed!"',
      `"${'k'.repeat(65)}"`,
      '"1234567\\u0000"',
      '"12345678\\n"',
    ]) {
      assert.is((await send(JSON_TYPE, `{"body":"hello","key":${key}}`)).status, 422, key);
    }
    assert.is((await send(FORM, 'body=hello&key=12345678&key=12345678')).status, 422);
    assert.equal(await ada.log(lobby), ['ada entered']);
  }),
);

test(
  'unknown fields are ignored',
  withApp(async (world) => {
    const { ada, lobby, send } = await inLobby(world);
    assert.is(
      (
        await send(
          JSON_TYPE,
          '{"body":"hello","key":"12345678","__proto__":{"a":1},"constructor":"x","author":"grace","room":7,"seq":99}',
        )
      ).status,
      201,
    );
    assert.equal(await ada.log(lobby), ['ada entered', 'ada: hello']);
  }),
);

test(
  'a body with bytes that are no UTF-8 is refused, and percent signs that are no escapes are kept',
  withApp(async (world) => {
    const { ada, lobby, send } = await inLobby(world);
    assert.is(
      (await send(FORM, new Uint8Array([...Buffer.from('key=12345678&body=a'), 0xff, 0xc3]))).status,
      422,
    );
    assert.is(
      (
        await send(
          JSON_TYPE,
          new Uint8Array([...Buffer.from('{"key":"12345678","body":"a'), 0xff, ...Buffer.from('"}')]),
        )
      ).status,
      400,
    );
    for (const body of ['a%ED%A0%80b', 'a%ffb'])
      assert.is((await send(FORM, `key=12345678&body=${body}`)).status, 422, body);
    assert.is((await send(FORM, 'key=12345679&body=%zz%')).status, 303);
    assert.is(
      (await send(FORM, 'key=12345680&body=%EF%BF%BD')).status,
      303,
      'the replacement character itself',
    );
    assert.equal(await ada.log(lobby), ['ada entered', 'ada: %zz%', 'ada: \ufffd']);
  }),
);

/** Sends a request by chunks until the server answers or closes. Returns the status, how much was sent, and whether the connection has ended. */
async function sendWithoutEnd(
  base: string,
  {
    path,
    headers,
    begin,
    stopsAtAnswer,
  }: { path: string; headers: Record<string, string>; begin: string; stopsAtAnswer: boolean },
): Promise<{ status: number; sent: number }> {
  const { hostname, port } = new URL(base);
  const socket = connect(Number(port), hostname);
  const parts: string[] = [];
  const mostParts = stopsAtAnswer ? 1 : Infinity;
  let sent = 0;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('data', (data) => parts.push(data.toString('latin1'))).on('error', () => {});
  const lines = Object.entries({ Host: `${hostname}:${port}`, 'Transfer-Encoding': 'chunked', ...headers });
  socket.write(
    `POST ${path} HTTP/1.1\r\n${lines.map((line) => line.join(': ')).join('\r\n')}\r\n\r\n${begin && `${begin.length.toString(16)}\r\n${begin}\r\n`}`,
  );
  const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
  while (!socket.destroyed && sent < 80 * KIB * KIB && parts.length < mostParts) {
    sent += 0x4000;
    await nextTurn();
    if (!socket.write(chunk))
      await Promise.race([new Promise((drained) => socket.once('drain', drained)), closed]);
  }
  socket.destroy();
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(parts.join(''))?.[1]), sent };
}

const MULTIPART = { 'Content-Type': 'multipart/form-data; boundary=cut' };
const part = (name: string, value: string) =>
  `--cut\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

/** What is sent without end, by somebody who is logged in or not; and the most that leaves the client, in KiB: what lies in the buffers of the sockets is in it. */
const ENDLESS: [
  what: string,
  isMember: boolean,
  begin: string,
  headers: Record<string, string>,
  status: number,
  most: number,
][] = [
  ['a preamble of a form with a file', false, '', MULTIPART, 403, 16 * KIB],
  ['a preamble of a form with a file', true, '', MULTIPART, 413, 76 * KIB],
  ['a field of a form with a file', true, part('a', '').trimEnd() + '\r\n\r\n', MULTIPART, 413, 70 * KIB],
  [
    'the twenty-first field of a form with a file',
    true,
    Array.from({ length: 20 }, (_, index) => part(`a${index}`, '')).join('') +
      part('b', '').trimEnd() +
      '\r\n\r\n',
    MULTIPART,
    413,
    70 * KIB,
  ],
  ['a form', false, 'a=', { 'Content-Type': FORM }, 413, 16 * KIB],
  ['JSON', false, '"', { 'Content-Type': JSON_TYPE, Accept: JSON_TYPE }, 413, 16 * KIB],
];

for (const [what, isMember, begin, headers, status, most] of ENDLESS) {
  test(
    `${what} without end is refused with ${status}, and the connection ends: from ${isMember ? 'a member' : 'a stranger'}`,
    withApp(async (world) => {
      const { ada, lobby } = await inLobby(world);
      const path = `/rooms/${lobby}/attachments`;
      const cookie: Record<string, string> = isMember ? { Cookie: ada.cookieHeader } : {};
      const given = {
        path,
        headers: { ...headers, ...cookie },
        begin,
        stopsAtAnswer: isMember && begin !== '',
      };
      const answer = await sendWithoutEnd(world.base, given);
      assert.is(answer.status, status);
      assert.ok(answer.sent <= most * KIB, `${answer.sent} bytes were sent`);
    }),
  );
}

test(
  'a stranger who stops in the middle of a refused form is let go soon',
  withApp(async (world) => {
    const { lobby } = await inLobby(world);
    const { hostname, port } = new URL(world.base);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (data) => void (answer += data.toString('latin1')));
    const begun = performance.now();
    socket.write(
      `POST /rooms/${lobby}/attachments HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: multipart/form-data; boundary=cut\r\nContent-Length: 1000000\r\n\r\nx`,
    );
    await new Promise((closed) => socket.once('close', closed));
    assert.match(answer, /^HTTP\/1\.1 403/);
    assert.ok(performance.now() - begun < 20_000);
  }),
);

for (const [how, typed, bytes] of [
  ['as Latin-1, encoded', 'café au lait', 'caf%E9+au+lait'],
  ['as Latin-1, as bytes', 'café', 'caf\xe9'],
  ['as windows-1252', '“naïve”', '%93na%EFve%94'],
  ['as Shift_JIS, as bytes', 'ƒAƒ_', '\x83A\x83_'],
  ['as UTF-8 that is cut off', 'aÃ', 'a%C3'],
] as const) {
  test(
    `a form ${how} is refused with its true cause, and gives back all that was typed`,
    withApp(async (world) => {
      const { send } = await inLobby(world);
      const { status, page } = await send(
        FORM,
        new Uint8Array(Buffer.from(`key=12345678&body=${bytes}`, 'latin1')),
      );
      assert.is(status, 422);
      assert.match(
        page.querySelector('#body-problem')!.text,
        'Your browser did not send this text in UTF-8, so some letters may be wrong now. Correct them here, and send it again; or set your browser to UTF-8.',
      );
      assert.is(page.querySelector('#body')!.text.trim(), typed);
    }),
  );
}

test(
  'a form with a file in another encoding gives back what was typed, too',
  withApp(async (world) => {
    const { ada, lobby, send } = await inLobby(world);
    const part = (name: string, value: string) =>
      `--cut\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const fields = {
      _csrf: await ada.token(),
      key: '12345678',
      after: '1',
      description: 'caf\xe9',
      body: 'hello',
    };
    const form = `${Object.entries(fields)
      .map(([name, value]) => part(name, value))
      .join(
        '',
      )}--cut\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello\r\n--cut--\r\n`;
    const { status, page } = await send(
      'multipart/form-data; boundary=cut',
      new Uint8Array(Buffer.from(form, 'latin1')),
      'text/html',
      `/rooms/${lobby}/attachments`,
    );
    assert.is(status, 422);
    assert.match(page.querySelector('#description-problem')!.text, 'did not send this text in UTF-8');
    assert.is(page.querySelector('#description')!.text.trim(), 'café');
  }),
);

test.run();
