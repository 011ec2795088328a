import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { titleOf } from '../support/visitor.ts';

const test = suite('help');

test('is there for everybody, logged in or not', withApp(async ({ visitor, cast }) => {
  for (const person of [visitor(), await cast('ada')]) {
    const answer = await person.get('/help');
    assert.is(answer.status, 200);
    assert.is(titleOf(answer), 'Help – Plainchat');
    assert.match(answer.page.querySelector('main')!.text, /at most 4,000 characters/);
  }
}));

test.run();
