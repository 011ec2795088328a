import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withApp, type World } from '../support/app.ts';
import { bare } from '../support/visitor.ts';

const test = suite('what a post may carry');

const KIB = 1024;
const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

/** Sends anything at all to the messages of a room that ada is in, with her token in the header. */
async function inLobby({ cast }: World) {
  const ada = await cast('ada');
  const lobby = await ada.createRoom('lobby');
  const token = await ada.token();
  const send = (
    type: string,
    body: string | Uint8Array<ArrayBuffer>,
    Accept = type === JSON_TYPE ? JSON_TYPE : 'text/html',
  ) =>
    ada.send(`/rooms/${lobby}/messages`, {
      method: 'POST',
      body,
      headers: { 'Content-Type': type, Accept, 'X-CSRF-Token': token },
    });
  return { ada, lobby, token, send };
}

for (const bytes of [64 * KIB + 1, 300 * KIB, 20_480 * KIB]) {
  test(
    `is at most 64 KiB, so ${bytes} bytes are refused, announced or not`,
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
  'of 64 KiB is read, and then measured as a message',
  withApp(async (world) => {
    const { send } = await inLobby(world);
    const answer = await send(FORM, `body=${'x'.repeat(64 * KIB - 5)}`);
    assert.is(answer.status, 422);
    assert.match(answer.text, /at most 4,000 characters/);
  }),
);

test(
  'is told in JSON to a script where it is too large',
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
    `is a form or JSON, and not ${type || 'of no type'}`,
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
    `may say ${type}`,
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
    `is a JSON object, and not ${text || 'nothing'}`,
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
  ['a truth value', JSON_TYPE, '{"body":true,"key":"12345678"}'],
  ['null', JSON_TYPE, '{"body":null,"key":"12345678"}'],
  ['missing', JSON_TYPE, '{"key":"12345678"}'],
  ['inherited', JSON_TYPE, '{"__proto__":{"body":"hello","key":"12345678"},"key":"12345678"}'],
  ['given twice', FORM, 'body=hello&body=world&key=12345678'],
  ['given as an array', FORM, 'body[]=hello&key=12345678'],
  ['given as an object', FORM, 'body[text]=hello&key=12345678'],
  ['inherited by a form', FORM, '__proto__[body]=hello&constructor[prototype][body]=hello&key=12345678'],
];
for (const [what, type, body] of shapes) {
  test(
    `has one text for each field, so a message that is ${what} is refused`,
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
  'has a key that is one text too',
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
  'may have fields that nobody asked for',
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
  'is refused with bytes that are no UTF-8, and taken with percent signs that are no escapes',
  withApp(async (world) => {
    const { ada, lobby, send } = await inLobby(world);
    assert.is(
      (await send(FORM, new Uint8Array([...Buffer.from('key=12345678&body=a'), 0xff, 0xc3]))).status,
      400,
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

test.run();
