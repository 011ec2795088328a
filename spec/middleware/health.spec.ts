import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { bare } from '../support/visitor.ts';

const test = suite('/healthz');

test('says ok to anybody, and begins no session', withApp(async ({ base }) => {
  const answer = await bare(base, { path: '/healthz' });
  assert.is(answer.status, 200);
  assert.equal(JSON.parse(answer.text), { status: 'ok' });
  assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
  assert.is(answer.headers['set-cookie'], undefined);
  assert.is((await bare(base, { path: '/healthz', headers: { Cookie: 'sid=nonsense; sid.sig=nonsense' } })).status, 200);
}));

test.run();
