import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';

const test = suite('first page');

test(
  'the first page tells a visitor what this is, and links to log-in and registration',
  withApp(async ({ visitor }) => {
    const answer = await visitor().get('/');
    assert.is(answer.status, 200);
    assert.match(answer.page.querySelector('main')!.text, /chat rooms/i);
    for (const address of ['/login', '/register'])
      assert.ok(answer.page.querySelector(`main a[href="${address}"]`), address);
  }),
);

test(
  'the first page redirects a user who is logged in to the list of rooms',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const answer = await ada.get('/');
    assert.is(answer.status, 303);
    assert.is(answer.location, '/rooms');
  }),
);

test.run();
