import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { news, surveyRooms } from '../../server/chat/search-news.ts';
import { LINES } from '../../server/chat/search-index.ts';
import { fillRooms } from '../support/corpus.ts';
import { withHouse } from '../support/domain.ts';
import { random } from '../support/random.ts';

const test = suite('search news');

test(
  'a survey records new rooms once, and finds those with entries that the index does not have',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('ada', lobby);
    await house.say('ada', lobby, 'hello');
    const reader = await house.reader();
    const survey = () => surveyRooms(house.em(), reader);
    assert.equal(await survey(), {
      rooms: [{ room: lobby, high: 0, last: 2 }],
      deleted: [],
      hasBacklog: false,
      next: 0,
    });
    assert.equal((await survey()).rooms, [{ room: lobby, high: 0, last: 2 }]);
    await fillRooms(house.orm, {
      rooms: [await house.room('ada', 'old')],
      authors: [1],
      count: 2100,
      random: random(1),
    });
    assert.is((await survey()).hasBacklog, true);
    assert.equal(
      (await survey()).rooms.map(({ room }) => room),
      [lobby],
    );
  }),
);

test(
  'news are only full chunks, and end with the last message of theirs',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('ada', lobby);
    const reader = await house.reader();
    const rooms = async () => (await surveyRooms(house.em(), reader)).rooms;
    for (let number = 1; number < LINES; number += 1) await house.say('ada', lobby, `message ${number}`);
    assert.is((await news(house.em(), reader, await rooms())).addition, undefined);
    for (let number = 0; number < 3; number += 1) await house.say('ada', lobby, 'more');
    const { addition, isFull } = await news(house.em(), reader, await rooms());
    assert.is(addition!.lines.length, LINES);
    assert.equal([...addition!.highs!], [[lobby, LINES + 1]]);
    assert.is(isFull, false);
  }),
);

test.run();
