import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Invalid } from '../../server/chat/errors.ts';
import { authenticate, findByLogin, register, User, type Registration } from '../../server/chat/user.ts';
import { LOG_N, NOW, refusal, thrownBy, withHouse, type House } from '../support/nouns.ts';

const test = suite('a user');

const barbara = { username: 'barbara', email: 'barbara@example.org', password: 'correct horse' };
const create = ({ em }: House, typed: Partial<Registration> = {}) =>
  register(em(), { ...barbara, ...typed }, { now: NOW, logN: LOG_N });
const problemsOf = async (house: House, typed: Partial<Registration>) =>
  (await refusal(Invalid, create(house, typed))).problems;

const usernames = {
  taken: [
    ['one letter', 'x'],
    ['32 characters', 'x'.repeat(32)],
    ['32 characters beyond the first plane', '𠮷'.repeat(32)],
    ['every mark', 'a_-.1'],
    ['digits alone', '42'],
    ['another script', 'Ἀριστοτέλης'],
    ['combining marks', 'हिन्दी'],
    ['a mark that has no composed form', 'x\u0331'],
    ['digits of another script', '٣٤'],
  ],
  refused: [
    ['nothing', '', 'Enter a username of 1 to 32 characters.'],
    ['space alone', ' \t ', 'Enter a username of 1 to 32 characters.'],
    ['33 characters', 'x'.repeat(33), 'Choose a username of at most 32 characters.'],
    ['33 characters beyond the first plane', '𠮷'.repeat(33), 'Choose a username of at most 32 characters.'],
    ['more than 32 characters once in NFKC', '㎧'.repeat(11), 'Choose a username of at most 32 characters.'],
    ['a space inside', 'ada lovelace', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['an at sign', 'ada@home', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['a slash', 'ada/x', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['a NUL', 'ada\0x', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['a lone surrogate', 'ada\ud800', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['a line break', 'ada\r\nx', 'Use only letters, digits, and the marks _ - . in the username.'],
    [
      'a character of no width',
      'a\u200bda',
      'Use only letters, digits, and the marks _ - . in the username.',
    ],
    [
      'a mark that shows nothing',
      'ada\ufe0f',
      'Use only letters, digits, and the marks _ - . in the username.',
    ],
    [
      'a letter that shows nothing',
      'ada\u3164',
      'Use only letters, digits, and the marks _ - . in the username.',
    ],
    ['a turn of direction', 'ada\u202e', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['an emoji', '🐘', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['marks alone', '..', 'Use at least one letter or digit in the username.'],
    ['a combining mark alone', '\u0301', 'Use at least one letter or digit in the username.'],
  ],
} as const;

for (const [what, username] of usernames.taken) {
  test(
    `may have a username of ${what}`,
    withHouse(async (house) => {
      assert.is((await create(house, { username })).username, username.normalize('NFKC'));
    }),
  );
}

for (const [what, username, sentence] of usernames.refused) {
  test(
    `may not have a username of ${what}`,
    withHouse(async (house) => {
      assert.equal(await problemsOf(house, { username }), { username: sentence });
    }),
  );
}

test(
  'is shown as typed, without space around it, in NFKC',
  withHouse(async (house) => {
    assert.is((await create(house, { username: ' Ｂａｒｂａｒａ ' })).username, 'Barbara');
  }),
);

const malformed = 'Enter an email address like name@example.org.';
const emails = {
  taken: [
    ['254 characters', `${'x'.repeat(242)}@example.org`],
    ['a tag and dots', 'ada.l+chat@mail.example.co.uk'],
    ['one label', 'ada@localhost'],
    ['another script', 'δοκιμή@παράδειγμα.δοκιμή'],
  ],
  refused: [
    ['nothing', ' ', 'Enter an email address.'],
    ['255 characters', `${'x'.repeat(243)}@example.org`, 'Use an email address of at most 254 characters.'],
    ['no at sign', 'ada', malformed],
    ['two at signs', 'ada@home@example.org', malformed],
    ['nothing before the at sign', '@example.org', malformed],
    ['nothing after the at sign', 'ada@', malformed],
    ['a dot at the end', 'ada@example.', malformed],
    ['two dots', 'ada@example..org', malformed],
    ['a space', 'ada l@example.org', malformed],
    ['a header of its own', 'ada@example.org\r\nBcc: all@example.org', malformed],
    ['a NUL', 'ada\0@example.org', malformed],
    ['a lone surrogate', 'ada\udc00@example.org', malformed],
  ],
} as const;

for (const [what, email] of emails.taken) {
  test(
    `may have an email with ${what}`,
    withHouse(async (house) => {
      assert.is((await create(house, { email })).email, email);
    }),
  );
}

for (const [what, email, sentence] of emails.refused) {
  test(
    `may not have an email with ${what}`,
    withHouse(async (house) => {
      assert.equal(await problemsOf(house, { email }), { email: sentence });
    }),
  );
}

test(
  'is told every problem at once, and stored with none',
  withHouse(async (house) => {
    assert.equal(Object.keys(await problemsOf(house, { username: '', email: 'x', password: 'short' })), [
      'username',
      'email',
      'password',
    ]);
    assert.is(await house.em().count(User), 3);
  }),
);

const sames = [
  ['case', 'STRASSE', 'strasse'],
  ['case in German', 'Straße', 'STRASSE'],
  ['case in Greek', 'ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
  ['width', 'ｇｒａｃｅ', 'GRACE'],
  ['composition', 'Zoe\u0308', 'zo\u00eb'],
] as const;

for (const [what, first, second] of sames) {
  test(
    `is the only one of a username that differs by ${what} alone`,
    withHouse(async (house) => {
      if (first !== 'ｇｒａｃｅ') await create(house, { username: first, email: 'first@example.org' });
      assert.equal(await problemsOf(house, { username: second }), {
        username: 'This username is taken. Choose another.',
      });
    }),
  );
}

test(
  'is the only one of an email, in whatever case',
  withHouse(async (house) => {
    const problems = await problemsOf(house, { email: ' ADA@Example.Org ' });
    assert.equal(problems, {
      email: 'There is an account with this email already. Log in, or use another address.',
    });
  }),
);

test(
  'is told that both the username and the email are taken, though by two people',
  withHouse(async (house) => {
    assert.equal(Object.keys(await problemsOf(house, { username: 'Ada', email: 'grace@example.org' })), [
      'username',
      'email',
    ]);
  }),
);

test(
  'is registered once where two ask for the same username at once',
  withHouse(async (house) => {
    const [refused, ...others] = await thrownBy([
      create(house),
      create(house, { username: 'BARBARA', email: 'other@example.org' }),
    ]);
    assert.is(others.length, 0);
    assert.instance(refused, Invalid);
    assert.equal((refused as Invalid).problems, { username: 'This username is taken. Choose another.' });
    assert.is(await house.em().count(User), 4);
  }),
);

test(
  'is registered once where two ask with the same email at once',
  withHouse(async (house) => {
    const [refused, ...others] = await thrownBy([
      create(house),
      create(house, { username: 'liskov', email: 'Barbara@example.org' }),
    ]);
    assert.is(others.length, 0);
    assert.instance(refused, Invalid);
    assert.equal(Object.keys((refused as Invalid).problems), ['email']);
  }),
);

test(
  'is found by the password and either name, in whatever case and with space around it',
  withHouse(async ({ em }) => {
    for (const login of ['ada', 'ADA', ' ada ', 'ａｄａ', 'ada@example.org', 'Ada@EXAMPLE.org']) {
      assert.is((await authenticate(em(), login, 'correct horse', { logN: LOG_N }))?.username, 'ada', login);
    }
  }),
);

test(
  "is not found by a wrong password, another one's, or one in other case",
  withHouse(async (house) => {
    await create(house, { password: 'an own password' });
    for (const password of ['', 'wrong horse', 'an own password', 'Correct horse', 'correct horse ']) {
      assert.is(await authenticate(house.em(), 'ada', password, { logN: LOG_N }), undefined, password);
    }
  }),
);

test(
  'that nobody is costs a hash too, so that time does not tell who has an account',
  withHouse(async ({ em }) => {
    const took = async (login: string) => {
      const started = performance.now();
      assert.is(await authenticate(em(), login, 'wrong horse', { logN: 13 }), undefined);
      return performance.now() - started;
    };
    await took('nobody'); // the decoy is made once
    // Cost 13 takes some 30 ms, where a look-up takes less than one; ada's own hash has cost 4.
    const [unknown, cheap] = [
      Math.min(await took('nobody'), await took('nobody')),
      Math.min(await took('ada'), await took('ada')),
    ];
    assert.ok(unknown > cheap * 3, `${unknown} ms for nobody, ${cheap} ms at the lowest cost`);
  }),
);

test(
  'is looked for under any text at all',
  withHouse(async ({ em }) => {
    for (const login of ['', ' ', '@', 'a\0b', 'a\ud800', '%', 'x'.repeat(100_000)])
      assert.is(await findByLogin(em(), login), null);
  }),
);

test(
  'keeps a hash of the password, never the password, and keeps even that out of JSON',
  withHouse(async (house) => {
    const user = await create(house);
    assert.match(Buffer.from(user.passwordHash, 'base64').toString('latin1'), /^scrypt/);
    assert.not.match(JSON.stringify(user), /passwordHash|c2NyeXB0/);
  }),
);

test.run();
