import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { countDays } from '../../server/chat/days.ts';
import { Room } from '../../server/chat/room.ts';
import { fillRooms } from '../support/corpus.ts';
import { NOW, withHouse } from '../support/domain.ts';
import { random } from '../support/random.ts';

const test = suite('days of a room');

test(
  'the counts of days are those of a full count, with the nearest times before and after',
  withHouse(async (house) => {
    const room = await house.room('ada', 'lobby');
    const said = await fillRooms(house.orm, { rooms: [room], authors: [1], count: 500, random: random(4) });
    const { lastSeq } = await house.em().findOneOrFail(Room, { id: room });
    const starts = [40, 40, 90, 91, 300, 499].map((seconds) => new Date(NOW.getTime() + seconds * 1000));
    const { counts, before, after } = await countDays(await house.reader(), { id: room, lastSeq }, starts);
    assert.equal(
      counts,
      starts
        .slice(1)
        .map(
          (end, index) =>
            said.filter(({ at }) => at >= starts[index]!.getTime() && at < end.getTime()).length,
        ),
    );
    assert.equal([before, after], [new Date(NOW.getTime() + 39_000), new Date(NOW.getTime() + 499_000)]);
    const none = await countDays(await house.reader(), { id: room, lastSeq }, [new Date(0), new Date(1)]);
    assert.equal(none.counts, [0]);
  }),
);

test.run();
