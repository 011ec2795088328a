import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { markup } from '../../server/view/markup.ts';

const test = suite('markup');

const MENTIONED = ['ada', 'grace.', 'élan', '太郎', 'أحمد'].map((name) => ({ name, username: name }));

/** The HTML of a text, shortened: without the span around a text without blocks, and without the attributes that are always the same. */
function shown(text: string): string {
  const html = markup(text, MENTIONED);
  const [, plain = html.replaceAll(' dir="auto"', '').replaceAll('\n', '')] =
    /^<span class="body" dir="auto">([^]*)<\/span>$/.exec(html) ?? [];
  return plain
    .replaceAll(/ rel="noopener nofollow"( dir="auto")?/g, '')
    .replaceAll(/<span class="sign">(?:&gt;|\|) (?:&gt; )*<\/span>/g, '')
    .replaceAll('<pre role="group" aria-label="Code" tabindex="0"', '<pre')
    .replaceAll(/<bdi class="mention" data-username="([^"]*)">/g, '<bdi $1>');
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '<br>',
};

/** The HTML of a text that has no marks. */
const asTyped = (text: string) => text.replaceAll(/[&<>"\n]/g, (character) => ESCAPES[character]!);

/** Texts with their HTML; without one, the text has no marks. */
const table: Record<string, [typed: string, html?: string][]> = {
  'text without marks': [
    ['hello'],
    ['  two  spaces  '],
    ['a\nb'],
    ['a\n\n\nb'],
    ['tab\there'],
    ['1*2*3'],
    ['2 * 3 * 4'],
    ['snake_case_word'],
    ['__init__'],
    ['***'],
    ['**'],
    ['_'],
    ['C:\\dir\\_x_'],
    ['¯\\_(ツ)_/¯'],
    ['\\*not\\*'],
    ['🐘 👩\u200d👩\u200d👧'],
    ['e\u0301'],
    ['\u0001\u0007\u000b'],
    ['\u202eabc\u202c'],
    ['\u200b'],
  ],
  'strong and emphasis': [
    ['*a*', '<strong>a</strong>'],
    ['**a**', '<strong>a</strong>'],
    ['_a_', '<em>a</em>'],
    ['a *b* c', 'a <strong>b</strong> c'],
    ['*a b*', '<strong>a b</strong>'],
    ['(*a*), "_b_"!', '(<strong>a</strong>), &quot;<em>b</em>&quot;!'],
    ['*_a_*', '<strong><em>a</em></strong>'],
    ['_*a*_', '<em><strong>a</strong></em>'],
    ['**_a_**', '<strong><em>a</em></strong>'],
    ['*a _b* c_', '<strong>a _b</strong> c_'],
    ['*a*b'],
    ['a*b*'],
    ['a *b*c'],
    ['* a*', '<div class="body"><ul><li>a*</li></ul></div>'],
    ['*a *'],
    ['*a\nb*'],
    ['***a***'],
    ['__a__'],
    ['*a* *b*', '<strong>a</strong> <strong>b</strong>'],
    ['*a**', '<strong>a</strong>*'],
    ['**a*', '*<strong>a</strong>'],
    ['这是*重点*内容', '这是<strong>重点</strong>内容'],
    ['نص *مهم* هنا', 'نص <strong>مهم</strong> هنا'],
    ['*a `*` b*', '<strong>a <code>*</code> b</strong>'],
    ['*_*_*_*_*x*_*_*_*_*_*', '<strong><em><strong><em>*_*_*x*_*_*_*</em></strong></em></strong>'],
    ["*it's* <b>", "<strong>it's</strong> &lt;b&gt;"],
  ],
  code: [
    ['`a`', '<code>a</code>'],
    ['`*a* @ada https://x.org`', '<code>*a* @ada https://x.org</code>'],
    ['`` ` ``', '<code>`</code>'],
    ['`` a`b ``', '<code>a`b</code>'],
    ['`'],
    ['``'],
    ['`a'],
    ['a`b'],
    ['`a\nb`'],
    ['`<b>&amp;`', '<code>&lt;b&gt;&amp;amp;</code>'],
    ['```a```', '<code>a</code>'],
    ['```\na\n  *b*\n```', '<div class="body"><pre><code>a  *b*</code></pre></div>'],
    ['```js\nx < y\n```', '<div class="body"><pre data-language="js"><code>x &lt; y</code></pre></div>'],
    ['```\na\n````', '<div class="body"><pre><code>a</code></pre></div>'],
    ['````\n```\n````', '<div class="body"><pre><code>```</code></pre></div>'],
    ['a\n```\nb\n```\nc', '<div class="body"><p>a</p><pre><code>b</code></pre><p>c</p></div>'],
    ['```\na'],
    ['``` two words\na\n```'],
    ['```\n```'],
    ['```\na ```'],
    ['~~~\na\n~~~'],
    ['    a'],
    ['- a\n  ```\n  b\n  ```', '<div class="body"><ul><li>a<pre><code>b</code></pre></li></ul></div>'],
  ],
  quotes: [
    ['> a', '<div class="body"><blockquote><p>a</p></blockquote></div>'],
    ['>a'],
    ['> a\nb', '<div class="body"><blockquote><p>a</p></blockquote><p>b</p></div>'],
    ['> a\n> b', '<div class="body"><blockquote><p>a<br>b</p></blockquote></div>'],
    ['> a\n>\n> b', '<div class="body"><blockquote><p>a<br><br>b</p></blockquote></div>'],
    ['> a\n\nb', '<div class="body"><blockquote><p>a</p></blockquote><p>b</p></div>'],
    ['a\n> b', '<div class="body"><p>a</p><blockquote><p>b</p></blockquote></div>'],
    [
      '> > a\n> b',
      '<div class="body"><blockquote><blockquote><p>a</p></blockquote><p>b</p></blockquote></div>',
    ],
    ['>> a', '<div class="body"><blockquote><blockquote><p>a</p></blockquote></blockquote></div>'],
    [
      '> *a*\n> - b\n> - c',
      '<div class="body"><blockquote><p><strong>a</strong></p><ul><li>b</li><li>c</li></ul></blockquote></div>',
    ],
    ['>'],
    ['> '],
    ['>:('],
    ['>_<'],
    [
      '> > > > > > > a',
      '<div class="body"><blockquote><blockquote><blockquote><blockquote><blockquote><blockquote><p>&gt; a</p></blockquote></blockquote></blockquote></blockquote></blockquote></blockquote></div>',
    ],
    ['  > a', '<div class="body"><blockquote><p>a</p></blockquote></div>'],
    ['> ```\n> a\n> ```', '<div class="body"><blockquote><pre><code>a</code></pre></blockquote></div>'],
  ],
  lists: [
    ['- a', '<div class="body"><ul><li>a</li></ul></div>'],
    ['* a', '<div class="body"><ul><li>a</li></ul></div>'],
    ['- a\n- b', '<div class="body"><ul><li>a</li><li>b</li></ul></div>'],
    ['- a\n\n- b', '<div class="body"><ul><li>a</li><li>b</li></ul></div>'],
    ['- a\n- b\nc', '<div class="body"><ul><li>a</li><li>b</li></ul><p>c</p></div>'],
    ['- a\n  b', '<div class="body"><ul><li>a<br>b</li></ul></div>'],
    ['- a\n  - b\n- c', '<div class="body"><ul><li>a<ul><li>b</li></ul></li><li>c</li></ul></div>'],
    ['1. a\n2. b', '<div class="body"><ol><li value="1">a</li><li value="2">b</li></ol></div>'],
    [
      '3. yes\n5. no',
      '<div class="body"><ol start="3"><li value="3">yes</li><li value="5">no</li></ol></div>',
    ],
    ['0. a', '<div class="body"><ol start="0"><li value="0">a</li></ol></div>'],
    ['a\n1. b', '<div class="body"><p>a</p><ol><li value="1">b</li></ol></div>'],
    ['a\n2. b'],
    [
      '1. a\n   - b\n2. c',
      '<div class="body"><ol><li value="1">a<ul><li>b</li></ul></li><li value="2">c</li></ol></div>',
    ],
    ['-a'],
    ['-'],
    ['- '],
    ['--'],
    ['- - -'],
    ['* * *'],
    ['---'],
    ['+ a'],
    ['1) a'],
    ['01. a'],
    ['1.a'],
    ['1.'],
    [
      '- *a* `b`\n- [c](https://x.org)',
      '<div class="body"><ul><li><strong>a</strong> <code>b</code></li><li><a href="https://x.org">c</a> (<bdi>x.org</bdi>)</li></ul></div>',
    ],
    ['24. Dezember', '<div class="body"><ol start="24"><li value="24">Dezember</li></ol></div>'],
    ['1234567890. a'],
    ['- - - - - a', '<div class="body"><ul><li><ul><li><ul><li>- - a</li></ul></li></ul></li></ul></div>'],
    ['- a\n* b', '<div class="body"><ul><li>a</li></ul><ul><li>b</li></ul></div>'],
  ],
  links: [
    ['https://example.org', '<a href="https://example.org">https://example.org</a>'],
    [
      'see https://example.org/x?q=1&r=2#top now',
      'see <a href="https://example.org/x?q=1&amp;r=2#top">https://example.org/x?q=1&amp;r=2#top</a> now',
    ],
    ['HTTPS://Example.Org/X', '<a href="HTTPS://Example.Org/X">HTTPS://Example.Org/X</a>'],
    ['https://例え.jp/パス', '<a href="https://例え.jp/パス">https://例え.jp/パス</a>'],
    ['http://localhost:3000/x', '<a href="http://localhost:3000/x">http://localhost:3000/x</a>'],
    [
      'https://a.example https://b.example',
      '<a href="https://a.example">https://a.example</a> <a href="https://b.example">https://b.example</a>',
    ],
    ['https://example.org/x.', '<a href="https://example.org/x">https://example.org/x</a>.'],
    ['https://example.org, I think', '<a href="https://example.org">https://example.org</a>, I think'],
    ['(see https://example.org/x)', '(see <a href="https://example.org/x">https://example.org/x</a>)'],
    ['https://example.org/a_(b)', '<a href="https://example.org/a_(b)">https://example.org/a_(b)</a>'],
    ['"https://example.org/x"', '&quot;<a href="https://example.org/x">https://example.org/x</a>&quot;'],
    ['https://x.org/a_b_c/*d', '<a href="https://x.org/a_b_c/*d">https://x.org/a_b_c/*d</a>'],
    ['*https://x.org*', '<strong><a href="https://x.org">https://x.org</a></strong>'],
    ['**https://x.org/a**', '<strong><a href="https://x.org/a">https://x.org/a</a></strong>'],
    ['<https://x.org>', '&lt;<a href="https://x.org">https://x.org</a>&gt;'],
    ['http://[::1]/', '<a href="http://[::1]/">http://[::1]/</a>'],
    ['[the rules](https://x.org/r)', '<a href="https://x.org/r">the rules</a> (<bdi>x.org</bdi>)'],
    ['[https://x.org/](https://x.org/)', '<a href="https://x.org/">https://x.org/</a>'],
    ['[x.org](https://evil.example/)', '<a href="https://evil.example/">x.org</a> (<bdi>evil.example</bdi>)'],
    [
      '[a](https://good.com@evil.example/)',
      '<a href="https://good.com@evil.example/">a</a> (<bdi>evil.example</bdi>)',
    ],
    ['[a](https://例え.jp)', '<a href="https://例え.jp">a</a> (<bdi>xn--r8jz45g.jp</bdi>)'],
    [
      '[*a* `b` @ada](https://x.org)',
      '<a href="https://x.org"><strong>a</strong> <code>b</code> @ada</a> (<bdi>x.org</bdi>)',
    ],
    ['[a](https://x.org/a_(b))', '<a href="https://x.org/a_(b)">a</a> (<bdi>x.org</bdi>)'],
    ['a[b](https://x.org)c', 'a<a href="https://x.org">b</a> (<bdi>x.org</bdi>)c'],
    ['[a\nb](https://x.org)', '[a<br>b](<a href="https://x.org">https://x.org</a>)'],
    ['[a](https://x.org', '[a](<a href="https://x.org">https://x.org</a>'],
    ['[a] (https://x.org)', '[a] (<a href="https://x.org">https://x.org</a>)'],
    ['[a][b]'],
    ['[](https://x.org)', '[](<a href="https://x.org">https://x.org</a>)'],
    ['[ ](https://x.org)', '[ ](<a href="https://x.org">https://x.org</a>)'],
    [
      '[[a](https://x.org)](https://y.org)',
      '[<a href="https://x.org">a</a> (<bdi>x.org</bdi>)](<a href="https://y.org">https://y.org</a>)',
    ],
    ['[a](https://x.org "t")', '[a](<a href="https://x.org">https://x.org</a> &quot;t&quot;)'],
    ['[a](<https://x.org>)', '[a](&lt;<a href="https://x.org">https://x.org</a>&gt;)'],
    ['[a](http://)'],
    ['[a](https://[)'],
  ],
  'harmful text': [
    ['javascript:alert(1)'],
    ['JavaScript:alert(1)//example.org'],
    ['java\tscript:alert(1)'],
    ['[a](javascript:alert(1))'],
    ['[a](JaVaScRiPt:alert(1))'],
    ['[a](java&#115;cript:alert(1))'],
    ['[a](\u0001javascript:alert(1))'],
    ['[a](data:text/html,<script>alert(1)</script>)'],
    ['data:text/html,<script>alert(1)</script>'],
    ['vbscript:msgbox(1)'],
    ['file:///etc/passwd'],
    ['ftp://example.org'],
    ['mailto:ada@example.org'],
    ['//example.org'],
    ['[a](//example.org)'],
    ['[a](/rooms/1/delete)'],
    ['www.example.org'],
    ['https:javascript:alert(1)'],
    ['javascript:https://example.org/', 'javascript:<a href="https://example.org/">https://example.org/</a>'],
    ['https://x"onmouseover="alert(1)', '<a href="https://x">https://x</a>&quot;onmouseover=&quot;alert(1)'],
    [
      '[a](https://x"onmouseover="alert(1))',
      '[a](<a href="https://x">https://x</a>&quot;onmouseover=&quot;alert(1))',
    ],
    ["[a](https://x/'><img>)", '[a](<a href="https://x/">https://x/</a>\'&gt;&lt;img&gt;)'],
    ["[a](https://x/'b)", '<a href="https://x/\'b">a</a> (<bdi>x</bdi>)'],
    ['[a"><b>](https://x.org)', '<a href="https://x.org">a&quot;&gt;&lt;b&gt;</a> (<bdi>x.org</bdi>)'],
    ['![a](https://x.org/y.png)', '![a](<a href="https://x.org/y.png">https://x.org/y.png</a>)'],
    ['![a](data:image/png;base64,AAAA)'],
    ['<script>alert(1)</script>'],
    ['<img src=x onerror=alert(1)>'],
    ['<!-- a -->'],
    ['</span></li><li id="m-1">'],
    ['&lt;b&gt; &amp; &#60;'],
    ['{{ 7 * 7 }}{% raw %}'],
    ['```"><img>\na\n```'],
    [
      '```\n</code></pre><script>\n```',
      '<div class="body"><pre><code>&lt;/code&gt;&lt;/pre&gt;&lt;script&gt;</code></pre></div>',
    ],
    ['[a\u202e](https://x.org)', '<a href="https://x.org">a\u202e</a> (<bdi>x.org</bdi>)'],
    ['[a]: javascript:alert(1)'],
    ['# a'],
    ['a\n==='],
    ['| a | b |\n|---|---|\n| c | d |'],
    ['~~a~~'],
    [
      '<https://x.org/"onclick="b">',
      '&lt;<a href="https://x.org/">https://x.org/</a>&quot;onclick=&quot;b&quot;&gt;',
    ],
  ],
  mentions: [
    ['@ada', '<bdi ada>@ada</bdi>'],
    ['@Ada, hello', '<bdi ada>@Ada</bdi>, hello'],
    ['hello @ada.', 'hello <bdi ada>@ada</bdi>.'],
    ['@ada-', '<bdi ada>@ada</bdi>-'],
    ['@ada...', '<bdi ada>@ada</bdi>...'],
    ['@ada_', '<bdi ada>@ada</bdi>_'],
    ['(@ada)', '(<bdi ada>@ada</bdi>)'],
    ['"@ada"', '&quot;<bdi ada>@ada</bdi>&quot;'],
    ['_@ada_', '<em><bdi ada>@ada</bdi></em>'],
    ['*@ada*', '<strong><bdi ada>@ada</bdi></strong>'],
    ["@ada's", "<bdi ada>@ada</bdi>'s"],
    ['@ada and @ada', '<bdi ada>@ada</bdi> and <bdi ada>@ada</bdi>'],
    ['@grace.', '<bdi grace.>@grace.</bdi>'],
    ['@grace..', '<bdi grace.>@grace.</bdi>.'],
    ['@grace'],
    ['@ÉLAN', '<bdi élan>@ÉLAN</bdi>'],
    ['@ｅ\u0301lan', '<bdi élan>@ｅ\u0301lan</bdi>'],
    ['@e\u0301lan', '<bdi élan>@e\u0301lan</bdi>'],
    ['@太郎さん', '<bdi 太郎>@太郎</bdi>さん'],
    ['は@太郎', 'は<bdi 太郎>@太郎</bdi>'],
    ['@أحمد، مرحبا', '<bdi أحمد>@أحمد</bdi>، مرحبا'],
    ['@linus'],
    ['@adalove'],
    ['@lovelace.ada'],
    ['ada@ada'],
    ['1@ada'],
    ['@@ada', '@<bdi ada>@ada</bdi>'],
    ['@'],
    ['@ ada'],
    ['@ada@example.org'],
    ['`@ada`', '<code>@ada</code>'],
    ['[@ada](https://x.org)', '<a href="https://x.org">@ada</a> (<bdi>x.org</bdi>)'],
    ['https://x.org/@ada', '<a href="https://x.org/@ada">https://x.org/@ada</a>'],
    [
      '> @ada\n- @ada',
      '<div class="body"><blockquote><p><bdi ada>@ada</bdi></p></blockquote><ul><li><bdi ada>@ada</bdi></li></ul></div>',
    ],
    ['\\@ada', '\\<bdi ada>@ada</bdi>'],
    ['@<b>'],
  ],
};

for (const [kind, texts] of Object.entries(table)) {
  for (const [typed, html = asTyped(typed)] of texts) {
    test(`${kind}: ${JSON.stringify(typed)} ${html === asTyped(typed) ? 'stays as typed' : 'becomes HTML'}`, () => {
      assert.is(shown(typed), html);
    });
  }
}

test('a link has rel="noopener nofollow"', () => {
  for (const text of ['https://x.org', '[a](https://x.org)'])
    assert.match(markup(text), '<a href="https://x.org" rel="noopener nofollow" dir="auto">');
});

test('a text without blocks is one span, and each block has the direction of its own text', () => {
  assert.is(markup('a *b*\n\nc'), '<span class="body" dir="auto">a <strong>b</strong><br><br>c</span>');
  assert.is(
    markup('> א\na').replaceAll('\n', ''),
    '<div class="body"><blockquote dir="auto"><p><span class="sign">&gt; </span>א</p></blockquote><p dir="auto">a</p></div>',
  );
});

test('a block of code has a name and takes the focus, because it scrolls', () => {
  assert.match(
    markup('```js\nx\n```'),
    '<pre role="group" aria-label="Code" tabindex="0" data-language="js"><code>x\n</code></pre>',
  );
});

test('a mention of the reader is set apart, by their current name', () => {
  const mentioned = [
    { name: 'ada', username: 'Ada <b>' },
    { name: 'grace', username: 'grace' },
  ];
  assert.is(
    markup('@ada @grace', mentioned, 'Ada <b>'),
    '<span class="body" dir="auto"><bdi class="mention own" data-username="Ada &lt;b&gt;">@ada</bdi> <bdi class="mention" data-username="grace">@grace</bdi></span>',
  );
  assert.not.match(markup('@ada @grace', mentioned), 'own');
});

/** Parts that the longest hostile texts repeat. */
const PARTS = [
  '*',
  '_',
  '`',
  '>',
  '[',
  '(',
  '@',
  '<',
  '&',
  '\\',
  '\n',
  ' ',
  '\t',
  '![',
  '](',
  '*a ',
  '_a ',
  '**a ',
  '*_',
  '*a*',
  '_*a*_ ',
  '* ',
  '- ',
  '> ',
  '1. ',
  '>\n',
  '> \n',
  '-\n',
  '- a\n',
  '1. a\n',
  '- a\n  ',
  '> a\n\n',
  '> - ',
  '> 1. - ',
  '```\n',
  '```a\n',
  '> ```a\n',
  '`a``b```c````',
  '[a](',
  '[a](https://x',
  '[a](https://x.y)',
  '[_a_](https://x.y) ',
  '://',
  'a://',
  'http://',
  'https://x/*',
  'a.',
  '@ada ',
  '@a.',
  '@太',
  '太*',
  '@太郎太郎太郎太郎太郎太郎',
  '.-_',
];
const hostile = [
  ...PARTS.map((part) => part.repeat(Math.floor(4000 / part.length))),
  `${'*_'.repeat(999)}x${'_*'.repeat(999)}`,
  `http://${'('.repeat(1900)}${')'.repeat(1900)}`,
  Array.from({ length: 80 }, (_, depth) => `${' '.repeat(depth)}- a`).join('\n'),
  Array.from({ length: 80 }, (_, length) => `${'`'.repeat(length + 3)}a`).join('\n'),
];

/** The greatest depth of nested elements. */
function depthOf(html: string): number {
  let [depth, deepest] = [0, 0];
  for (const [, close, name] of html.matchAll(/<(\/?)(\w+)/g)) {
    if (name !== 'br') depth += close ? -1 : 1;
    deepest = Math.max(deepest, depth);
  }
  assert.is(depth, 0, 'every element ends');
  return deepest;
}

test('hostile texts nest at most 15 levels deep, and lose no letter', () => {
  for (const text of hostile) {
    const html = markup(text, MENTIONED);
    assert.ok(depthOf(html) <= 15, `${depthOf(html)} levels: ${text.slice(0, 20)}`);
    assert.ok(html.length < 100 + 70 * text.length, `${html.length} bytes: ${text.slice(0, 20)}`);
    const letters = (some: string) => some.replaceAll(/\P{L}/gu, '');
    if (!text.includes('](h')) assert.is(letters(html.replaceAll(/<[^>]*>|&\w+;/g, '')), letters(text)); // the address of a link is not in its text
  }
});

test('no text makes other elements, handlers or links than to http and https', () => {
  for (const text of [
    ...hostile,
    ...Object.values(table)
      .flat()
      .map(([typed]) => typed),
  ]) {
    for (const [, name, attributes = ''] of markup(text, MENTIONED).matchAll(
      /<(\w+)((?: [\w-]+(?:="[^"]*")?)*)>/g,
    )) {
      assert.ok(
        [
          'span',
          'div',
          'br',
          'p',
          'strong',
          'em',
          'code',
          'pre',
          'blockquote',
          'ul',
          'ol',
          'li',
          'a',
          'bdi',
        ].includes(name!),
        `${name}: ${text}`,
      );
      for (const [, attribute, value = ''] of attributes.matchAll(/ ([\w-]+)="([^"]*)"/g)) {
        assert.ok(
          [
            'class',
            'dir',
            'href',
            'rel',
            'start',
            'value',
            'role',
            'aria-label',
            'tabindex',
            'data-language',
            'data-username',
          ].includes(attribute!),
          `${attribute}: ${text}`,
        );
        if (attribute === 'href') assert.match(value, /^https?:\/\/[^"<>\s]+$/i);
      }
    }
    assert.equal(
      markup(text, MENTIONED)
        .replaceAll(/<\/?\w+(?: [\w-]+(?:="[^"]*")?)*>/g, '')
        .match(/[<>"]/),
      null,
      text,
    );
  }
});

test.run();
