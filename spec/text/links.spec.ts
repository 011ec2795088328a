import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { endOfAddress, hostOf } from '../../server/text/links.ts';
import { alwaysHolds, typedLine } from '../support/properties.ts';

const test = suite('links');

/** The addresses in a text. */
function addressesIn(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const end = endOfAddress(text, at);
    if (end === undefined) continue;
    found.push(text.slice(at, end));
    at = end - 1;
  }
  return found;
}

const A = 'https://example.org/abc';
/** What stands around an address, with the address itself as `A`. */
const around = [
  'A',
  'A.',
  'A,',
  'A:',
  'A;',
  'A!',
  'A?',
  'A...',
  'A…',
  'A?!',
  'From A: x',
  'see A, or',
  '(A)',
  '(A).',
  '[A]',
  '{A}',
  '<A>',
  '"A"',
  "'A'",
  '“A”',
  '‘A’',
  '«A»',
  '»A«',
  '„A“',
  '‹A›',
  '「A」',
  '『A』',
  '（A）',
  '【A】',
  '《A》',
  'A。',
  'A、次',
  'A，然后',
  'A！',
  'A？',
  'A：',
  'A；',
  '请看A。谢谢',
  '見てA」と',
  'A،',
  'A؟',
  'A؛',
  'A۔',
  'A।',
  'A॥',
  'A።',
  'A։',
  'A།',
  'A៖',
  'A\u00a0x',
  'A\u3000x',
  'A\u2028x',
  'A\tx',
  'A\nx',
  'A\u200bx',
  'A\u202ex',
  'A\u2069x',
  'A`',
  'A\\x',
  'A|',
  '*A*',
  '**A**',
  '_A_',
  '(see A)',
  '(A, B)',
  'A"onclick',
  'A)x)'.replace('x)', ''),
  'A]:',
  'x:A',
  '— A',
  'A—and',
  '— A—so',
  'A–',
  'A――次',
  'A”,',
  'A’s'.replace('’s', '’'),
];
for (const text of new Set(around))
  test(`the address ends where a reader sees its end: ${JSON.stringify(text)}`, () => {
    assert.is(addressesIn(text.replace('A', A))[0], A);
  });

for (const address of [
  'https://example.org',
  'https://example.org/',
  'HTTP://EXAMPLE.ORG/',
  'http://localhost:3000/x',
  'http://[::1]:8080/',
  'http://192.0.2.1/',
  'https://example.org:8443/a',
  'https://example.org/a_(b)',
  'https://example.org/a_(b)_(c)',
  'https://example.org/(a(b))',
  'https://example.org/[id]',
  'https://example.org/{id}',
  'https://example.org/a,b;c:d',
  'https://example.org/a.b.c',
  "https://example.org/it's",
  'https://example.org/?q=a&b=c',
  'https://example.org/?q=a+b',
  'https://example.org/#top',
  'https://example.org/@ada',
  'https://example.org/@ada/1',
  'https://example.org/~ada',
  'https://example.org/a-b_c',
  'https://example.org/100%25',
  'https://example.org/a=b',
  'https://example.org/*d/e',
  'https://例え.jp/パス',
  'https://zh.example/wiki/维基',
  'https://ru.example/вики',
  'https://مثال.example/',
  'https://example.org/café',
  'https://example.org/🐘',
  'https://user@example.org/',
  'https://user:password@example.org/',
  'https://example.org/a//b',
  'https://example.org/a?b?c',
  'https://example.org/$a',
  'https://example.org/a|b',
])
  test(`${address} is one address, alone and in a sentence`, () => {
    assert.equal(addressesIn(address), [address]);
    assert.equal(addressesIn(`See ${address}, and more.`), [address]);
    assert.equal(addressesIn(`(${address})`), [address]);
    assert.equal(addressesIn(`${address}\n${address}`), [address, address]);
  });

for (const text of [
  'example.org',
  'www.example.org',
  'https:',
  'https://',
  'https:// example',
  'https://.',
  'https://...',
  'https://)',
  'https://[',
  'https://?',
  'http:/example.org',
  'ftp://example.org',
  'git+https://example.org',
  'xhttps://example.org',
  'javascript:alert(1)',
  '//example.org',
  'mailto:ada@example.org',
  'https://@',
  'https:///',
  'https:///example.org',
  'http:////example.org/a',
  'https://"x',
  'https://\u202e',
])
  test(`${JSON.stringify(text)} has no address`, () => assert.equal(addressesIn(text), []));

test('an address is what was written, leads to a host, and has nothing invisible in it', () => {
  alwaysHolds(typedLine, (text) => {
    for (const address of addressesIn(`${text} https://example.org/${text}`)) {
      assert.ok(hostOf(address));
      assert.not.match(address, /[\s<>"`\\\p{C}\p{Z}]/u);
      assert.not.match(address, /[.,:;!?]$/);
    }
  });
});

test.run();
