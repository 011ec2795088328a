import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { parseBlocks } from '../../server/text/blocks.ts';
import { markup } from '../../server/view/markup.ts';
import { alwaysHolds, typedLine } from '../support/properties.ts';
import { NAMES, UNSPACED_NAMES } from '../support/scripts.ts';

const test = suite('marks');

/** The HTML of a text, without the elements around it. */
const htmlOf = (text: string) => markup(text).replace(/^<span class="body" dir="auto">([^]*)<\/span>$/, '$1');
const escaped = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '<br>');

/** Texts with marks that nobody meant. */
const plain = [
  '^_^ >_<',
  '^_^ hello ^_^',
  '*_*',
  '*_* wow *_*',
  '>_<',
  '-_-',
  'o_O and O_o',
  'T_T *-* T_T',
  '(*_*)',
  '(^_^)/',
  '*(^o^)*',
  '(*≧ω≦*)',
  '(*・ω・*)',
  '(*´ω｀*)',
  '(*ﾟoﾟ*)',
  '(*^3^*)',
  '(*￣3￣*)',
  '(*°▽°*)',
  '_(^o^)_',
  '\\(^_^)/',
  '¯\\_(ツ)_/¯',
  '*-*',
  '**',
  '_ _',
  '* * *',
  '_.._',
  'x_x',
  '^.^ _^_ ^.^',
  '*<|:-)',
  '=_= zzz =_=',
  '@_@',
  '._.',
  ';_;',
  '>.< *o',
  '*~*',
  '2*3*4',
  '2 * 3 * 4',
  'a*b',
  'a_b_c',
  'snake_case_name',
  '__init__',
  '__name__ == "__main__"',
  '_private and other',
  'self._x = _y',
  'MAX_SIZE _t',
  'f(*args, **kwargs)',
  'def f(*args, **kwargs):',
  'print(*a, *b)',
  'x = a*b + c*d',
  '(a*b)*(c*d)',
  'int *p = &x; int *q;',
  'char *a, *b;',
  '*p = *q;',
  '*p++ = *q++;',
  'int **pp, *p;',
  '&*x',
  'fn f(x: *mut T, y: *const T)',
  'func (s *Server) Run(w *Writer)',
  '[]*T and map[string]*T',
  '/* a comment */',
  '/** a comment **/',
  'a /* b */ c',
  'SELECT * FROM a WHERE b = *',
  'count(*) and sum(*)',
  '*/5 * * * *',
  '0 0 1 * *',
  'ls *.txt *.md',
  '*.txt, *.md',
  'src/*, lib/*',
  '**/*.ts',
  '**/*.ts and **/*.js',
  '.*foo.*',
  '^\\s*(\\w+)_*$',
  '"*", "*"',
  '"*" and "*"',
  '["*.js", "*.ts"]',
  'C:\\dir\\_x_',
  '\\*not\\*',
  '5* hotel, 4* hotel',
  'a* b*',
  '*a *b *c',
  'A* and B*',
  '5*',
  '***',
  '____',
  '*',
  '_',
  '`',
  '``',
  '*a',
  'a*',
  '_a',
  'a_',
  '* a *'.replace('* a', '*\u00a0a'),
  '*a*b',
  'a*b*',
  'a *b*c',
  'x_y_ z',
  '_a_b',
  'it`s fine, don`t worry',
  'a`b`c',
  '`a`b',
  'x `` y',
  'the `` and ``',
  '$_ and $_',
  '@_ @_',
  '#_a',
  '~_~',
  'ß*ß*ß',
  'на*род*ный',
  '서울*에서*는',
  'a‿b_c',
  'x = "a*b"; y = "c*d"',
  'git log --author=*ada* '.trim(),
  '--x=*y*',
  'https //*a*b',
  '1*2_3*4_5',
  'x*, y*',
  '=*=*=',
  '|*|*|',
  '+_+ *+* +_+',
  '{*}',
  '[*]',
  '(*)',
  '<*>',
  '(_)',
  '"_"',
  "'*'",
];
for (const text of new Set(plain))
  test(`${JSON.stringify(text)} stays as typed`, () => {
    assert.is(htmlOf(text), escaped(text));
    assert.is(htmlOf(`x ${text} y`), escaped(`x ${text} y`));
  });

/** Code of several lines that somebody pastes. */
for (const code of [
  '/**\n * @param x the *pointer\n * @returns nothing\n */\nint f(int *x);',
  'def f(*args, **kwargs):\n    return _g(*args) * _h(**kwargs)',
  '>>> x = 2\n>>> x ** 3\n8',
  'for (i = 0; i < n; i++)\n  a[i] *= b[i] * c[i];',
  'key:\n  - name: a\n  - name: b',
  'if (*p == *q) {\n    *r = _s;\n}',
  "SELECT *\nFROM a\nWHERE b LIKE '_x%'",
  '#define A(x) (*x)\n#define B(_x) (_x)',
  'a = b_c * d_e\n_f = g_ * _h',
])
  test(`code without a fence stays as typed: ${JSON.stringify(code)}`, () => {
    assert.is(htmlOf(code).replaceAll(/<span class="sign">[^<]*<\/span>/g, ''), escaped(code));
  });

/** What smileys are called. */
const smileys: [text: string, name: string][] = [
  [':-)', 'smile'],
  [':)', 'smile'],
  [';-)', 'wink'],
  [':-(', 'sad face'],
  [':D', 'laugh'],
  [':-p', 'tongue out'],
  [':o', 'surprise'],
  [':-|', 'straight face'],
  [':-/', 'unsure'],
  [":'(", 'tears'],
];
for (const [text, name] of smileys)
  test(`${text} stays as typed, and is called ${name}`, () => {
    const span = `<span class="smiley" role="img" title="${name}">${text}</span>`;
    assert.is(htmlOf(text), span);
    for (const [before, after] of [
      ['Good. ', ''],
      ['(', ' ha)'],
      ['', '.'],
      ['', ', then'],
    ])
      assert.is(htmlOf(before + text + after), before + span + after);
    assert.is(htmlOf(`*so ${text} good*`), `<strong>so ${span} good</strong>`);
    for (const code of [`\`${text}\``, `\`\`\`\nx ${text} y\n\`\`\``])
      assert.not.match(htmlOf(code), /smiley/, 'not in code');
  });

test('a smiley is also one at the end of strong text', () => {
  assert.match(htmlOf('*so :-)*'), /^<strong>so <span class="smiley"[^]*<\/strong>$/);
});

for (const text of [
  '1:) one',
  'a:D',
  'x;P',
  ':DDD',
  ':Path',
  ':-',
  ':/ and ;/',
  'C:\\x',
  'for (;;) {}',
  'std::map :: x',
  '10:00',
  'Note: (later)',
  '>:(',
  'https://example.org/:-)',
])
  test(`${JSON.stringify(text)} has no smiley`, () => {
    assert.not.match(htmlOf(text), /smiley/);
  });

/** What stands around a mark, with the mark itself as `M`. */
const around = [
  'M',
  'M.',
  'M,',
  'M: x',
  'M; x',
  'M!',
  'M?',
  'M…',
  'x M y',
  '(M)',
  '[M]',
  '{M}',
  '"M"',
  "'M'",
  '“M”',
  '‘M’',
  '«M»',
  '»M«',
  '„M“',
  '‹M›',
  '「M」',
  '『M』',
  '（M）',
  '【M】',
  '《M》',
  '你好，M。谢谢',
  '見てMね',
  '¿M?',
  '¡M!',
  'M،',
  'M؟',
  'M۔',
  'M।',
  'M॥',
  'M།',
  'M։',
  'M።',
  '\u00a0M\u3000',
  '\u200fM\u200f',
  "M's",
  'M’s',
  'M)',
  '(M),',
  'M\nM',
];
for (const text of around)
  test(`a mark stands in ${JSON.stringify(text)}`, () => {
    for (const [typed, html] of [
      ['*ab*', '<strong>ab</strong>'],
      ['**ab**', '<strong>ab</strong>'],
      ['_ab_', '<em>ab</em>'],
      ['`ab`', '<code>ab</code>'],
      ['*_ab_*', '<strong><em>ab</em></strong>'],
    ] as const)
      assert.is(htmlOf(text.replaceAll('M', typed)), escaped(text).replaceAll('M', html), typed);
  });

for (const [script, name] of Object.entries(NAMES))
  test(`a word in ${script} takes marks, and none inside it`, () => {
    assert.is(htmlOf(`*${name}*, _${name}_`), `<strong>${name}</strong>, <em>${name}</em>`);
    assert.is(htmlOf(`${name}*${name}*${name}`), `${name}*${name}*${name}`);
    assert.is(htmlOf(`^*${name}*`), `^*${name}*`);
  });

for (const [script, name] of Object.entries(UNSPACED_NAMES))
  test(`a word in ${script} takes marks, also inside a sentence without spaces`, () => {
    assert.is(htmlOf(`*${name}*`), `<strong>${name}</strong>`);
    assert.is(htmlOf(`${name}*${name}*${name}`), `${name}<strong>${name}</strong>${name}`);
  });

/** The line that the tokens of it were made of: marks may take away nothing else. */
function typedOf(line: string): string {
  const hrefs: string[] = [];
  const [, inline] = parseBlocks(`x ${line}`, new Map([['ada', 'ada']]));
  if (inline?.type !== 'inline') return inline?.content ?? '';
  return (inline.children ?? [])
    .map((token) => {
      if (token.type === 'code_inline') return token.markup + token.info + token.markup;
      if (token.type === 'host') return '';
      if (token.type === 'link_open') hrefs.push(String(token.attrGet('href')));
      if (token.type === 'link_open') return token.markup === 'address' ? '' : '[';
      if (token.type === 'link_close') return token.markup === 'address' ? '' : `](${hrefs.pop()})`;
      return token.nesting === 0 ? token.content : token.markup;
    })
    .join('');
}

test('marks take away no character that is not a mark, and always have a letter or digit inside', () => {
  alwaysHolds(
    typedLine,
    (line) => {
      assert.is(typedOf(line), `x ${line}`.replaceAll('\0', '\ufffd'));
      for (const [, inner = ''] of markup(`x ${line}`).matchAll(/<(?:strong|em)>(.*?)<\/(?:strong|em)>/gs))
        assert.match(inner.replaceAll(/&\w+;/g, ''), /[\p{L}\p{N}]/u);
    },
    1000,
  );
});

test.run();
