import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { titleOf } from '../support/visitor.ts';

const test = suite('help');

test(
  'everybody can read the help, logged in or not',
  withApp(async ({ visitor, cast }) => {
    for (const person of [visitor(), await cast('ada')]) {
      const answer = await person.get('/help');
      assert.is(answer.status, 200);
      assert.is(titleOf(answer), 'Help – Plainchat');
      assert.match(answer.page.querySelector('main')!.text, /at most 4,000 characters/);
    }
  }),
);

test(
  'the help shows how to type every mark',
  withApp(async ({ visitor }) => {
    const { page } = await visitor().get('/help');
    const marks = page.querySelectorAll('.marks dt code').map(({ text }) => text);
    assert.equal(marks, [
      '*strong*',
      '**strong**',
      '_emphasis_',
      '`code`',
      '@username',
      'https://example.org',
      '[the words of a link](https://example.org)',
      '> quote',
      '- item',
      '* item',
      '1. item',
      ':-)',
      ';-)',
      ':-(',
      ':-D',
      ':-P',
      '```',
    ]);
  }),
);

test.run();
