import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Forbidden, Invalid, NotFound, NotInRoom } from '../../server/chat/errors.ts';
import { isSameMessage } from '../../server/chat/message.ts';
import { close, leave } from '../../server/chat/presence.ts';
import { type House, NOW, refusal, withHouse } from '../support/domain.ts';

const test = suite('posting');

const KEY = 'a-key-of-ada_s-1';

/** The lobby, with ada and grace in it. */
async function lobbyOf({ room, enter }: House) {
  const lobby = await room('ada', 'lobby');
  await enter('ada', lobby);
  await enter('grace', lobby);
  return lobby;
}

test(
  'a message is stored with its author and time, its text trimmed and with plain line breaks',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    const { entry, repeated } = await house.say('ada', lobby, ' one\r\ntwo ', KEY);
    assert.equal(
      [entry.seq, entry.kind, entry.author.username, entry.body, entry.at, repeated],
      [3, 'message', 'ada', 'one\ntwo', NOW, false],
    );
  }),
);

test(
  'a message is posted once under its key, and sending it again returns the first',
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
  'a message sent ten times at once with one key is posted once',
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
  'another text under the same key returns the first message, and the caller can tell the difference',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await house.say('ada', lobby, 'hello\nthere', KEY);
    const { entry, repeated } = await house.say('ada', lobby, 'goodbye', KEY);
    assert.equal(
      [entry.body, repeated, isSameMessage(entry, 'goodbye'), isSameMessage(entry, ' hello\r\nthere ')],
      ['hello\nthere', true, false, true],
    );
    assert.is((await house.log(lobby)).length, 3);
  }),
);

test(
  'a key counts for one user in one room: another user or another room can use it again',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    const study = await house.room('ada', 'study');
    await house.say('ada', lobby, 'hello', KEY);
    assert.is((await house.say('grace', lobby, 'hi', KEY)).repeated, false);
    await house.enter('ada', study, { leave: lobby });
    assert.is((await house.say('ada', study, 'hello', KEY)).repeated, false);
    await house.enter('ada', lobby, { leave: study });
    assert.is((await house.say('ada', lobby, 'hello', KEY)).entry.seq, 3); // a key holds as long as its room
  }),
);

test(
  'posting checks the room first, then presence, then the text',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    const cellar = await house.room('ada', 'cellar', 'invite');
    await refusal(NotFound, house.say('linus', 999, ''));
    await refusal(NotFound, house.say('linus', cellar, ''));
    await refusal(Forbidden, house.say('linus', lobby, ''));
    await house.as('grace', (em, grace) => leave(em, grace, lobby, NOW));
    const ended = await refusal(NotInRoom, house.say('grace', lobby, ''));
    assert.equal([ended.why, ended.message], ['left', 'You left lobby.']);
    await refusal(Invalid, house.say('ada', lobby, ''));
    assert.is((await house.log(lobby)).length, 3);
  }),
);

test(
  'a refused message leaves the room unchanged',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await refusal(Invalid, house.say('ada', lobby, 'x'.repeat(4001)));
    await refusal(Invalid, house.say('ada', lobby, 'hello', 'short'));
    assert.is((await house.say('ada', lobby, 'hello')).entry.seq, 3);
  }),
);

test(
  'a user can still post while their page is closing',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await house.as('ada', (em, ada) => close(em, ada, lobby, NOW));
    assert.is((await house.say('ada', lobby, 'one last word')).entry.seq, 3);
  }),
);

test.run();
