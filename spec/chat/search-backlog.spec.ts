import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Backlog } from '../../server/chat/search-backlog.ts';
import { surveyRooms } from '../../server/chat/search-news.ts';
import { fillRooms } from '../support/corpus.ts';
import { withHouse } from '../support/domain.ts';
import { random } from '../support/random.ts';

const test = suite('search backlog');

test(
  'the backlog gives the messages of all rooms from the newest to the oldest, each once',
  withHouse(async (house) => {
    const rooms = await Promise.all(['one', 'two', 'three'].map((name) => house.room('ada', name)));
    const said = await fillRooms(house.orm, { rooms, authors: [1], count: 2500, random: random(2) });
    const reader = await house.reader();
    await surveyRooms(house.em(), reader);
    const backlog = await Backlog.load(reader);
    const given: number[] = [];
    const lows = new Map<number, number>();
    while (backlog.left > 0) {
      const addition = await backlog.next(100);
      given.push(...addition.lines.map(({ at }) => at));
      for (const [room, low] of addition.lows!) lows.set(room, low);
    }
    assert.equal(given, said.map(({ at }) => at).toReversed());
    assert.equal([...lows.values()], [1, 1, 1]);
    assert.equal((await backlog.next(1)).lines, []);
  }),
);

test.run();
