import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { DEFAULTS } from '../../server/chat/away.ts';
import { type PersonToTell, planOf, type Ways } from '../../server/chat/telling-plan.ts';
import { NOW } from '../support/domain.ts';

const test = suite('the plan of telling a user');

const MINUTE_MS = 60_000;
const DAY = Math.floor(NOW.getTime() / 86_400_000);
const PERSON: PersonToTell = {
  ...DEFAULTS,
  hook: 'soon',
  hookUrl: 'https://ntfy.example/ada',
  username: 'ada',
  email: 'ada@example.org',
  confirmed: 1,
  isGone: 0,
  hourCycle: 'h23',
  stopKey: 'a key',
  mailDay: 0,
  mails: 0,
  messageId: null,
  way: null,
  tries: 0,
  since: NOW.getTime(),
};

const CASES: [
  what: string,
  person: Partial<PersonToTell>,
  ways: Partial<Ways>,
  expected: string | undefined,
][] = [
  ['by a post before a mail, where both have their time', {}, {}, 'hook 15'],
  ['by mail after a post has failed', { tries: 1 }, {}, 'mail 15'],
  ['by mail where a post comes later', { hook: 'daily' }, {}, 'mail 15'],
  ['by no mail to an address that is not confirmed', { hook: 'never', confirmed: 0 }, {}, undefined],
  ['by no post where the server makes none', { mail: 'never' }, { hook: false }, undefined],
  ['by no mail where the server sends none', { hook: 'never' }, { mail: false }, undefined],
  ['by the same way alone, where that may have arrived', { way: 'mail' }, {}, 'mail 15'],
  ['by no mail where the server sends none a day', { hook: 'never' }, { mailsADay: 0 }, undefined],
  ['by no way once they are suspended or gone', { isGone: 1 }, {}, undefined],
  ['by no way where nothing is due', { since: null }, {}, undefined],
  ['on the next day after all mails of one', { hook: 'never', mailDay: DAY, mails: 20 }, {}, 'mail 720'],
];

for (const [what, person, ways, expected] of CASES)
  test(`a user is told ${what}`, () => {
    const plan = planOf(
      { ...PERSON, ...person },
      { mail: true, hook: true, mailsADay: 20, ...ways },
      NOW.getTime() + 15 * MINUTE_MS,
    );
    assert.is(plan && `${plan.way} ${(plan.at - NOW.getTime()) / MINUTE_MS}`, expected);
  });

test.run();
