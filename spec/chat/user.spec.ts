import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { type NewAccount, register } from '../../server/chat/account.ts';
import { Invalid } from '../../server/chat/errors.ts';
import { authenticate, findByLogin, User } from '../../server/chat/user.ts';
import { type House, HASHING, NOW, refusal, thrownBy, withHouse } from '../support/domain.ts';

const test = suite('user');

const barbara = { username: 'barbara', email: 'barbara@example.org', password: 'correct horse' };
const create = ({ em }: House, typed: Partial<NewAccount> = {}) =>
  register(em(), { ...barbara, ...typed }, { now: NOW, ...HASHING });
const problemsOf = async (house: House, typed: Partial<NewAccount>) =>
  (await refusal(Invalid, create(house, typed))).problems;

const usernames = {
  taken: [
    ['one letter', 'x'],
    ['32 characters', 'x'.repeat(32)],
    ['32 characters of two UTF-16 units each', '𠮷'.repeat(32)],
    ['every mark', 'a_-.1'],
    ['only digits', '42'],
    ['another script', 'Ἀριστοτέλης'],
    ['combining marks', 'हिन्दी'],
    ['a letter and a combining mark that do not compose', 'x\u0331'],
    ['digits of another script', '٣٤'],
  ],
  refused: [
    ['nothing', '', 'Enter a username of 1 to 32 characters.'],
    ['nothing but space', ' \t ', 'Enter a username of 1 to 32 characters.'],
    ['33 characters', 'x'.repeat(33), 'Choose a username of at most 32 characters.'],
    [
      '33 characters of two UTF-16 units each',
      '𠮷'.repeat(33),
      'Choose a username of at most 32 characters.',
    ],
    ['more than 32 characters after NFKC', '㎧'.repeat(11), 'Choose a username of at most 32 characters.'],
    ['a space inside', 'ada lovelace', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['an at sign', 'ada@home', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['a slash', 'ada/x', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['a NUL', 'ada\0x', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['a lone surrogate', 'ada\ud800', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['a line break', 'ada\r\nx', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['a zero-width space', 'a\u200bda', 'Use only letters, digits, and the marks _ - . in the username.'],
    [
      'an invisible combining mark',
      'ada\ufe0f',
      'Use only letters, digits, and the marks _ - . in the username.',
    ],
    ['an invisible letter', 'ada\u3164', 'Use only letters, digits, and the marks _ - . in the username.'],
    [
      'a right-to-left override',
      'ada\u202e',
      'Use only letters, digits, and the marks _ - . in the username.',
    ],
    ['an emoji', '🐘', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['only punctuation marks', '..', 'Use at least one letter or digit in the username.'],
    ['only a combining mark', '\u0301', 'Use at least one letter or digit in the username.'],
  ],
} as const;

for (const [what, username] of usernames.taken) {
  test(
    `a username may have ${what}`,
    withHouse(async (house) => {
      assert.is((await create(house, { username })).username, username.normalize('NFKC'));
    }),
  );
}

for (const [what, username, sentence] of usernames.refused) {
  test(
    `a username may not have ${what}`,
    withHouse(async (house) => {
      assert.equal(await problemsOf(house, { username }), { username: sentence });
    }),
  );
}

test(
  'a username is stored in NFKC as typed, without space around it',
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
    ['a mail header after a line break', 'ada@example.org\r\nBcc: all@example.org', malformed],
    ['a NUL', 'ada\0@example.org', malformed],
    ['a lone surrogate', 'ada\udc00@example.org', malformed],
  ],
} as const;

for (const [what, email] of emails.taken) {
  test(
    `an email may have ${what}`,
    withHouse(async (house) => {
      assert.is((await create(house, { email })).email, email);
    }),
  );
}

for (const [what, email, sentence] of emails.refused) {
  test(
    `an email may not have ${what}`,
    withHouse(async (house) => {
      assert.equal(await problemsOf(house, { email }), { email: sentence });
    }),
  );
}

test(
  'an invalid registration reports every problem at once, and stores nothing',
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
    `two usernames may not differ by ${what} alone`,
    withHouse(async (house) => {
      if (first !== 'ｇｒａｃｅ') await create(house, { username: first, email: 'first@example.org' });
      assert.equal(await problemsOf(house, { username: second }), {
        username: 'This username is taken. Choose another.',
      });
    }),
  );
}

test(
  'two accounts may not have the same email, in any case',
  withHouse(async (house) => {
    const problems = await problemsOf(house, { email: ' ADA@Example.Org ' });
    assert.equal(problems, {
      email: 'There is an account with this email already. Log in, or use another address.',
    });
  }),
);

test(
  'a registration reports that both username and email are taken, even by different users',
  withHouse(async (house) => {
    assert.equal(Object.keys(await problemsOf(house, { username: 'Ada', email: 'grace@example.org' })), [
      'username',
      'email',
    ]);
  }),
);

test(
  'when two registrations want the same username at once, one gets it',
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
  'when two registrations want the same email at once, one gets it',
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
  'a user logs in with username or email, in any case and with space around it',
  withHouse(async ({ em }) => {
    for (const login of ['ada', 'ADA', ' ada ', 'ａｄａ', 'ada@example.org', 'Ada@EXAMPLE.org']) {
      assert.is((await authenticate(em(), login, 'correct horse', HASHING))?.username, 'ada', login);
    }
  }),
);

test(
  "a wrong password, another user's password or another case does not log in",
  withHouse(async (house) => {
    await create(house, { password: 'an own password' });
    for (const password of ['', 'wrong horse', 'an own password', 'Correct horse', 'correct horse ']) {
      assert.is(await authenticate(house.em(), 'ada', password, HASHING), undefined, password);
    }
  }),
);

test(
  'a log-in for an unknown name also costs a hash, so that its time does not tell who has an account',
  withHouse(async ({ em }) => {
    /** CPU of this process, in milliseconds, at best: a busy machine and a database only add to the time by the clock. */
    const cost = async (login: string) => {
      const costs: number[] = [];
      for (let time = 0; time < 4; time += 1) {
        const before = process.cpuUsage();
        assert.is(await authenticate(em(), login, 'wrong horse', { ...HASHING, logN: 13 }), undefined);
        const { user, system } = process.cpuUsage(before);
        costs.push((user + system) / 1000);
      }
      return Math.min(...costs);
    };
    // Cost 13 takes some 30 ms, a lookup a few; ada's own hash has cost 4. The first for nobody makes the decoy hash.
    const [unknown, cheap] = [await cost('nobody'), await cost('ada')];
    assert.ok(unknown > cheap * 3, `${unknown} ms for nobody, ${cheap} ms at the lowest cost`);
  }),
);

test(
  'any text can be looked up as a login',
  withHouse(async ({ em }) => {
    for (const login of ['', ' ', '@', 'a\0b', 'a\ud800', '%', 'x'.repeat(100_000)])
      assert.is(await findByLogin(em(), login), null);
  }),
);

test(
  'the database stores a hash of the password, and JSON leaves out even that',
  withHouse(async (house) => {
    const user = await create(house);
    assert.match(Buffer.from(user.passwordHash, 'base64').toString('latin1'), /^scrypt/);
    assert.not.match(JSON.stringify(user), /passwordHash|c2NyeXB0/);
  }),
);

test.run();
