import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { toYaml } from '../../server/text/yaml.ts';
import { alwaysHolds, typedText } from '../support/properties.ts';

const test = suite('YAML');

test('objects and lists are written in blocks, and what is undefined is left out', () => {
  const value = {
    title: 'A',
    none: undefined,
    parts: [{ num: '1.1.1', on: true, inner: { list: [1, 2] } }, 'two', []],
    empty: {},
  };
  assert.is(
    toYaml(value),
    [
      'title: "A"',
      'parts:',
      '  - num: "1.1.1"',
      '    on: true',
      '    inner:',
      '      list:',
      '        - 1',
      '        - 2',
      '  - "two"',
      '  - []',
      'empty: {}',
      '',
    ].join('\n'),
  );
});

test('signs that YAML takes for the end of a line are escaped', () => {
  assert.is(toYaml({ a: '\u0085\u2028\ufeff\u007f"\n' }), 'a: "\\u0085\\u2028\\ufeff\\u007f\\"\\n"\n');
});

test('each text stays on one line, in quotes, and is read again as it was', () =>
  alwaysHolds(typedText, (text) => {
    const [line, end] = toYaml({ text }).split('\n');
    assert.is(end, '');
    assert.is(JSON.parse(line!.slice('text: '.length)), text);
  }));

test.run();
