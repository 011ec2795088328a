import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { befriend } from '../../server/chat/friendship.ts';
import { ownData } from '../../server/chat/own-data.ts';
import { User } from '../../server/chat/user.ts';
import { NOW, withHouse, type House } from '../support/nouns.ts';

const test = suite('the data of a person');

async function dataOf({ em }: House, username: string) {
  const own = em();
  let text = '';
  for await (const part of ownData(own, await own.findOneOrFail(User, { username }), NOW)) text += part;
  return { text, data: JSON.parse(text) };
}

test(
  'has what they said, in order, also where they are no member any more, and nothing that others said',
  withHouse(async (house) => {
    const [lobby, study] = [await house.room('ada', 'lobby'), await house.room('ada', 'study')];
    await house.enter('grace', lobby);
    await house.enter('ada', lobby);
    await house.say('grace', lobby, 'one\n"two"');
    await house.say('ada', lobby, 'what ada said');
    await house.say('grace', lobby, 'three');
    await house.enter('grace', study, { leave: lobby });
    await house.say('grace', study, 'four');
    await house.remove('ada', study, 'grace');
    const { data, text } = await dataOf(house, 'grace');
    assert.equal(
      data.messages.map(({ room, name, seq, body }: Record<string, unknown>) => [room, name, seq, body]),
      [
        [lobby, 'lobby', 3, 'one\n"two"'],
        [lobby, 'lobby', 5, 'three'],
        [study, 'study', 2, 'four'],
      ],
    );
    assert.is(data.messages[0].at, NOW.toISOString());
    assert.equal(
      data.rooms.map(({ name, role }: Record<string, unknown>) => [name, role]),
      [['lobby', 'member']],
    );
    assert.not.match(text, /what ada said|ada@example/);
  }),
);

test(
  'has their account, settings and friends, and no password',
  withHouse(async (house) => {
    await house.to('ada', 'grace', (em, ada, grace) => befriend(em, ada, grace, NOW));
    const { data, text } = await dataOf(house, 'grace');
    assert.equal(data.account, {
      username: 'grace',
      email: 'grace@example.org',
      createdAt: NOW.toISOString(),
    });
    assert.is(data.settings.hourCycle, 'h23');
    assert.equal(data.friends, [{ username: 'ada', standing: 'asking', since: null }]);
    assert.equal(data.messages, []);
    const { passwordHash } = await house.em().findOneOrFail(User, { username: 'grace' });
    assert.not.ok(text.includes(passwordHash));
  }),
);

test.run();
