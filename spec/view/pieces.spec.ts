import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pieces } from '../../server/pieces.ts';

const test = suite('the pieces of a message');

/** The pieces as one text: links in angle brackets, the ends of lines as ¶. */
const cut = (body: string) => pieces(body).map((piece) => ('break' in piece ? '¶' : piece.href === undefined ? piece.text : `<${piece.href}>`)).join('');

const links = [
  ['see https://example.org/x?q=1&r=2#top now', 'see <https://example.org/x?q=1&r=2#top> now'],
  ['http://example.org', '<http://example.org>'],
  ['HTTPS://Example.Org/X', '<HTTPS://Example.Org/X>'],
  ['https://例え.jp/パス', '<https://例え.jp/パス>'],
  ['http://localhost:3000/x', '<http://localhost:3000/x>'],
  ['https://a.example https://b.example', '<https://a.example> <https://b.example>'],
] as const;

for (const [body, expected] of links) {
  test(`have a link in ${body}`, () => {
    assert.is(cut(body), expected);
  });
}

const punctuated = [
  ['Look at https://example.org/x.', 'Look at <https://example.org/x>.'],
  ['Was it https://example.org/x?', 'Was it <https://example.org/x>?'],
  ['https://example.org, I think', '<https://example.org>, I think'],
  ['(see https://example.org/x)', '(see <https://example.org/x>)'],
  ['https://example.org/a_(b)', '<https://example.org/a_(b)>'],
  ['"https://example.org/x"', '"<https://example.org/x>"'],
] as const;

for (const [body, expected] of punctuated) {
  test(`leave the punctuation out of the link in ${body}`, () => {
    assert.is(cut(body), expected);
  });
}

const plain = [
  'javascript:alert(1)',
  'JavaScript:alert(1)//example.org',
  'java\tscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:msgbox(1)',
  'file:///etc/passwd',
  'ftp://example.org',
  'mailto:ada@example.org',
  'ada@example.org',
  '//example.org',
  'example.org',
  'www.example.org',
  'http:',
  'https:javascript:alert(1)',
];

for (const body of plain) {
  test(`have no link in ${JSON.stringify(body)}`, () => {
    assert.equal(pieces(body), [{ text: body }]);
  });
}

test('have no link but to http and https, whatever is put around one', () => {
  for (const before of ['javascript:', 'javascript://', 'data:', 'x', '"', '<', '\u202e', '']) {
    for (const inside of ['https://example.org/', 'http://a@b', 'https://x" onclick="alert(1)', 'https://x/<svg onload=alert(1)>', 'http://http://x']) {
      for (const piece of pieces(`${before}${inside}`)) {
        if ('href' in piece) assert.match(piece.href!, /^https?:\/\/[^"<>\s]+$/);
      }
    }
  }
});

test('end lines where the message does, empty ones too', () => {
  assert.is(cut('one\ntwo\n\nhttps://example.org\nthree'), 'one¶two¶¶<https://example.org>¶three');
});

test('are together the message, letter for letter', () => {
  for (const body of ['', '  a  b ', 'a\n\n\nb', 'x https://example.org/é?a=b&c="d" (y)\n<z> & 🐘', 'http://[::1]/ HTTP://X.org']) {
    assert.is(pieces(body).map((piece) => ('break' in piece ? '\n' : piece.text)).join(''), body);
  }
});

test('are cut from the longest message in no time', () => {
  for (const body of ['http://'.repeat(600), '('.repeat(4000), 'a.'.repeat(2000), `http://${'('.repeat(1900)}${')'.repeat(1900)}`, '\n'.repeat(4000), `https://x/${'?'.repeat(3980)}`]) {
    const started = performance.now();
    pieces(body);
    assert.ok(performance.now() - started < 500, body.slice(0, 20));
  }
});

test.run();
