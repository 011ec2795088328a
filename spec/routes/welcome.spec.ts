import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';

const test = suite('the first page');

test(
  'tells a visitor what this is, and leads to log-in and to a new account',
  withApp(async ({ visitor }) => {
    const answer = await visitor().get('/');
    assert.is(answer.status, 200);
    assert.match(answer.page.querySelector('main')!.text, /chat rooms/i);
    for (const address of ['/login', '/register'])
      assert.ok(answer.page.querySelector(`main a[href="${address}"]`), address);
  }),
);

test(
  'sends ada, who is logged in, on to the rooms',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const answer = await ada.get('/');
    assert.is(answer.status, 303);
    assert.is(answer.location, '/rooms');
  }),
);

test.run();
