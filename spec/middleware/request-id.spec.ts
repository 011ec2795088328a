import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { suite } from '../support/suite.ts';

const test = suite('request id');

const GIVEN = '0123456789abcdef';
const idOf = ({ headers }: { headers: Headers }) => headers.get('X-Request-Id');

test(
  'each answer has an id of its own, and one that a client gives is ignored',
  withApp(async ({ visitor, cast }) => {
    const ada = await cast('ada');
    const ids = [
      idOf(await ada.get('/rooms')),
      idOf(await visitor().get('/rooms')),
      idOf(await visitor().get('/nowhere')),
      idOf(await visitor().get('/healthz', { 'X-Request-Id': GIVEN })),
    ];
    for (const id of ids) assert.match(id ?? '', /^[0-9a-f-]{36}$/);
    assert.is(new Set(ids).size, ids.length);
  }),
);

test(
  'the id of a trusted proxy is kept, if it is one',
  withApp(
    async ({ visitor }) => {
      assert.is(idOf(await visitor().get('/help', { 'X-Request-Id': GIVEN })), GIVEN);
      for (const wrong of ['short', 'a'.repeat(200), 'with a space in it'])
        assert.match(idOf(await visitor().get('/help', { 'X-Request-Id': wrong })) ?? '', /^[0-9a-f-]{36}$/);
    },
    { trustProxy: 1 },
  ),
);

test.run();
