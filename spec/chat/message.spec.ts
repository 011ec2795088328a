import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Ended, Forbidden, Invalid, Missing } from '../../server/chat/errors.ts';
import { checkedBody, checkedKey, isSame } from '../../server/chat/message.ts';
import { close, leave } from '../../server/chat/presence.ts';
import { NOW, refusal, withHouse, type House } from '../support/nouns.ts';

const test = suite('a message');

const KEY = 'a-key-of-ada_s-1';
const tooLong = (length: string) =>
  `A message has at most 4,000 characters, and this one has ${length}. Shorten it, or send it in parts.`;
const unkept = 'The message has a character that cannot be kept (NUL, or half of a pair). Remove it.';

const bodies = {
  taken: [
    ['one character', 'x', 'x'],
    ['4,000 characters', 'x'.repeat(4000), 'x'.repeat(4000)],
    ['4,000 characters beyond the first plane', '🐘'.repeat(4000), '🐘'.repeat(4000)],
    ['4,000 characters of other scripts with their marks', 'कि'.repeat(2000), 'कि'.repeat(2000)],
    [
      '4,000 characters with line breaks as forms send them',
      'x\r\n'.repeat(1999) + 'yy',
      'x\n'.repeat(1999) + 'yy',
    ],
    ['4,000 characters with space around them', ` \r\n${'x'.repeat(4000)}\r\n\t`, 'x'.repeat(4000)],
    ['line breaks of every kind', 'one\r\ntwo\rthree\n\nfour', 'one\ntwo\nthree\n\nfour'],
    ['space inside', 'a  b\n  c', 'a  b\n  c'],
    ['markup', '<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['marks in no composed form', 'e\u0301', 'e\u0301'],
  ],
  refused: [
    ['nothing', '', 'Write a message of 1 to 4,000 characters, then send it.'],
    ['space alone', ' \t\r\n\u00a0\u3000', 'Write a message of 1 to 4,000 characters, then send it.'],
    ['4,001 characters', 'x'.repeat(4001), tooLong('4,001')],
    ['4,001 characters beyond the first plane', '🐘'.repeat(4001), tooLong('4,001')],
    ['4,001 characters, the last a combining mark', `${'x'.repeat(4000)}\u0301`, tooLong('4,001')],
    ['a NUL', 'hello\0there', unkept],
    ['a NUL at its end', 'hello\0', unkept],
    ['the first half of a pair', 'hello \ud83d', unkept],
    ['the second half of a pair', '\udc18 hello', unkept],
    ['two halves the wrong way round', '\udc18\ud83d', unkept],
  ],
} as const;

for (const [what, typed, body] of bodies.taken) {
  test(`may have ${what}`, () => {
    assert.is(checkedBody(typed), body);
  });
}

for (const [what, body, sentence] of bodies.refused) {
  test(`may not have ${what}`, async () => {
    assert.equal((await refusal(Invalid, () => checkedBody(body))).problems, { body: sentence });
  });
}

test('has a key of 8 to 64 letters, digits, - and _', async () => {
  for (const key of ['12345678', 'x'.repeat(64), 'aZ09_-aZ09', crypto.randomUUID()])
    assert.is(checkedKey(key), key);
  for (const key of [
    '',
    '1234567',
    'x'.repeat(65),
    'key with space',
    'schlüssel',
    'a.key.of.ada',
    '12345678\n',
  ]) {
    await refusal(Invalid, () => checkedKey(key));
  }
});

/** The lobby, with ada and grace in it. */
async function lobbyOf({ room, enter }: House) {
  const lobby = await room('ada', 'lobby');
  await enter('ada', lobby);
  await enter('grace', lobby);
  return lobby;
}

test(
  'is stored as it is to be kept, with who posted it and when',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    const { entry, repeated } = await house.say('ada', lobby, ' one\r\ntwo ', KEY);
    assert.equal(
      [entry.seq, entry.kind, entry.author.username, entry.body, entry.key, entry.at, repeated],
      [3, 'message', 'ada', 'one\ntwo', KEY, NOW, false],
    );
  }),
);

test(
  'is posted once under a key, and answered with the first where it comes again',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await house.say('ada', lobby, 'hello', KEY);
    await house.say('grace', lobby, 'hi');
    const { entry, repeated } = await house.say('ada', lobby, 'hello', KEY);
    assert.equal([entry.seq, entry.author.username, repeated], [3, 'ada', true]);
    assert.equal((await house.log(lobby)).slice(2), ['3 ada: hello', '4 grace: hi']);
  }),
);

test(
  'is posted once by ten that come at once with its key',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    const posted = await Promise.all(Array.from({ length: 10 }, () => house.say('ada', lobby, 'hello', KEY)));
    assert.equal(
      posted.map(({ entry }) => entry.seq),
      Array.from({ length: 10 }, () => 3),
    );
    assert.is(posted.filter(({ repeated }) => !repeated).length, 1);
    assert.equal((await house.log(lobby)).slice(2), ['3 ada: hello']);
  }),
);

test(
  'of another text under the same key is answered with the first, and can be told from it',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await house.say('ada', lobby, 'hello\nthere', KEY);
    const { entry, repeated } = await house.say('ada', lobby, 'goodbye', KEY);
    assert.equal(
      [entry.body, repeated, isSame(entry, 'goodbye'), isSame(entry, ' hello\r\nthere ')],
      ['hello\nthere', true, false, true],
    );
    assert.is((await house.log(lobby)).length, 3);
  }),
);

test(
  'under the key of another person, or of another room, is a message of its own',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    const study = await house.room('ada', 'study');
    await house.say('ada', lobby, 'hello', KEY);
    assert.is((await house.say('grace', lobby, 'hi', KEY)).repeated, false);
    await house.enter('ada', study, { leave: lobby });
    assert.is((await house.say('ada', study, 'hello', KEY)).repeated, false);
    await house.enter('ada', lobby, { leave: study });
    assert.is((await house.say('ada', lobby, 'hello', KEY)).entry.seq, 3); // its key holds for as long as the room
  }),
);

test(
  'is refused first for the room, then for being outside, and only then for its text',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    const cellar = await house.room('ada', 'cellar', 'invite');
    await refusal(Missing, house.say('linus', 999, ''));
    await refusal(Missing, house.say('linus', cellar, ''));
    await refusal(Forbidden, house.say('linus', lobby, ''));
    await house.as('grace', (em, grace) => leave(em, grace, lobby, NOW));
    const ended = await refusal(Ended, house.say('grace', lobby, ''));
    assert.equal([ended.why, ended.message], ['left', 'You left lobby.']);
    await refusal(Invalid, house.say('ada', lobby, ''));
    assert.is((await house.log(lobby)).length, 3);
  }),
);

test(
  'that is refused leaves the room as it was',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await refusal(Invalid, house.say('ada', lobby, 'x'.repeat(4001)));
    await refusal(Invalid, house.say('ada', lobby, 'hello', 'short'));
    assert.is((await house.say('ada', lobby, 'hello')).entry.seq, 3);
  }),
);

test(
  'is posted from a page that closes',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await house.as('ada', (em, ada) => close(em, ada, lobby, NOW));
    assert.is((await house.say('ada', lobby, 'one last word')).entry.seq, 3);
  }),
);

test.run();
