import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { unlikeLatin } from '../../server/text/scripts.ts';
import { NAMES, UNSPACED_NAMES } from '../support/scripts.ts';

const test = suite('scripts');

for (const [script, name] of Object.entries({ ...NAMES, ...UNSPACED_NAMES }))
  test(`a name in ${script} looks like no other script’s`, () => assert.is(unlikeLatin(name), undefined));

for (const [name, told] of [
  ['admin', undefined],
  ['аdmin', 'Latin and Cyrillic letters'],
  ['adмin', 'Latin and Cyrillic letters'],
  ['аԁаm', 'Latin and Cyrillic letters'],
  ['сосо', 'Cyrillic letters'],
  ['аԁа', 'Cyrillic letters'],
  ['ΝΙΚΟ', 'Greek letters'],
  ['νικo', 'Latin and Greek letters'],
  ['аλα', 'Cyrillic and Greek letters'],
  ['ada-太郎', undefined],
  ['ada1', undefined],
] as const)
  test(`${name} ${told ? `is told to have ${told}` : 'is told apart by nothing'}`, () =>
    assert.is(unlikeLatin(name), told));

test.run();
