import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { endAccess } from '../../server/chat/access.ts';
import { Invalid, NotFound } from '../../server/chat/errors.ts';
import { endToken, findToken, makeToken, Token, tokensOf } from '../../server/chat/token.ts';
import { type House, later, NOW, refusal, withHouse } from '../support/domain.ts';

const test = suite('tokens');

const DAY_MS = 86_400_000;
const typed = { name: 'reader', room: '', write: '', days: '30' };
const make = (house: House, changes: Partial<typeof typed> = {}) =>
  house.as('ada', (em, ada) => makeToken(em, ada, { ...typed, ...changes }, NOW));
const find = async ({ em, reader }: House, token: string, now = NOW) =>
  findToken(em, await reader(), token, now);

test(
  'a token is kept as a hash, found until it ends, and listed with its last use',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    const token = await make(house, { room: String(lobby), write: '1' });
    const stored = await house.em().find(Token, {});
    assert.not.ok(JSON.stringify(stored).includes(token));
    const ada = await house.id('ada');
    const listed = async () => (await tokensOf(await house.reader(), ada, NOW))[0]!;
    assert.equal([(await listed()).usedAt, (await listed()).roomName], [null, 'lobby']);
    assert.equal(await find(house, token, later(5000)), {
      id: stored[0]!.id,
      user: ada,
      room: lobby,
      writes: true,
    });
    assert.equal((await listed()).usedAt, later(5000));
    assert.is(await find(house, `${token}x`), undefined);
    assert.is(await find(house, token, later(30 * DAY_MS)), undefined);
    assert.is((await tokensOf(await house.reader(), ada, later(30 * DAY_MS))).length, 0);
  }),
);

test(
  'a token ends by its user alone, and with all access',
  withHouse(async (house) => {
    const token = await make(house);
    const [{ id }] = (await house.em().find(Token, {})) as [Token];
    await refusal(
      NotFound,
      house.as('grace', (em, grace) => endToken(em, grace, id)),
    );
    assert.ok(await find(house, token));
    await house.as('ada', (em, ada) => endToken(em, ada, id));
    assert.is(await find(house, token), undefined);
    const other = await make(house);
    await house.as('ada', (em, ada) => endAccess(em, ada));
    assert.is(await find(house, other), undefined);
  }),
);

test(
  'a token needs a name of its own, a room of its user, and a number of days',
  withHouse(async (house) => {
    const attic = await house.room('grace', 'attic');
    await make(house);
    for (const [field, value] of [
      ['name', ''],
      ['name', 'reader'],
      ['name', 'x'.repeat(65)],
      ['name', 'two\nlines'],
      ['room', String(attic)],
      ['room', 'x'],
      ['write', 'yes'],
      ['days', '0'],
      ['days', '366'],
      ['days', ''],
      ['days', '1.5'],
    ] as const) {
      const { problems } = await refusal(Invalid, make(house, { name: 'other', [field]: value }));
      assert.equal(Object.keys(problems), [field]);
    }
    for (let count = 1; count < 50; count += 1) await make(house, { name: `reader ${count}` });
    assert.equal((await refusal(Invalid, make(house, { name: 'other' }))).problems, {
      name: 'You have 50 tokens, which is the most. End one, then make another.',
    });
  }),
);

test.run();
