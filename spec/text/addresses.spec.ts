import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { checkedEmail } from '../../server/chat/login-name.ts';
import { foldEmail, isEmail, loginKey, storedEmail } from '../../server/text/addresses.ts';
import { INVISIBLE, NAMES, UNSPACED_NAMES } from '../support/scripts.ts';

const test = suite('addresses');

/** Two ways to type one address. */
const same = [
  ['ada@example.org', 'ADA@Example.ORG'],
  ['ada@example.org', ' ada@example.org '],
  ['ada@example.org', 'ada＠example.org'],
  ['ada@example.org', 'ada@example。org'],
  ['ada@example.org', 'ａｄａ@ｅｘａｍｐｌｅ．ｏｒｇ'],
  ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
  ['ada@bücher.example', 'ada@BÜCHER.example'],
  ['ada@bücher.example', 'ada@bu\u0308cher.example'],
  ['ada@例え.jp', 'ada@xn--r8jz45g.jp'],
  ['ada@почта.рф', 'ada@xn--80a1acny.xn--p1ai'],
  ['ada@sub.почта.рф', 'ada@SUB.xn--80a1acny.XN--P1AI'],
  ['ada@παράδειγμα.gr', 'ada@xn--hxajbheg2az3al.gr'],
  ['آدا@مثال.example', 'آدا@xn--mgbh0fb.example'],
  ['用户@例子.example', '用户@xn--fsqu00a.example'],
  ['ada@한국.example', 'ada@xn--3e0b707e.example'],
] as const;

for (const [one, other] of same) {
  test(`${one} and ${other} are the same address`, () => {
    assert.is(foldEmail(one), foldEmail(other));
    assert.equal(loginKey(other), { emailKey: foldEmail(one) });
    assert.ok(isEmail(other));
    assert.type(checkedEmail(other), 'string');
  });
}

for (const [one, other] of [
  ['ada@example.org', 'ada@example.com'],
  ['ada.l@example.org', 'adal@example.org'],
  ['ada@bücher.example', 'ada@bucher.example'],
] as const)
  test(`${one} and ${other} are two addresses`, () => assert.is.not(foldEmail(one), foldEmail(other)));

for (const [kind, character] of Object.entries(INVISIBLE))
  test(`an address with a ${kind} is the address without it`, () => {
    for (const typed of [
      `${character}ada@example.org`,
      `ada@example.org${character}`,
      `ad${character}a@exam${character}ple.org`,
    ]) {
      assert.is(storedEmail(typed), 'ada@example.org');
      assert.is(foldEmail(typed), 'ada@example.org');
    }
  });

for (const [script, name] of Object.entries({ ...NAMES, ...UNSPACED_NAMES }))
  test(`a name in ${script} is found with an @ before it, also as Japanese keyboards type it`, () => {
    for (const typed of [`@${name}`, `＠${name}`, ` @${name} `, `@${name.toUpperCase()}`])
      assert.equal(loginKey(typed), loginKey(name));
    assert.not(isEmail(`@${name}`));
  });

test('what is no address is no other one either', () => {
  for (const typed of [
    '',
    '@',
    '@@',
    'ada@',
    '@example.org@',
    'ada@..',
    'ada@[::1]',
    'ada@xn--',
    'ada@example.org#17',
  ])
    assert.type(foldEmail(typed), 'string');
  assert.is(foldEmail('ada@example.org#17'), 'ada@example.org#17');
});

test.run();
