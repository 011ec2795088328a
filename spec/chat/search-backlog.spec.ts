import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import type { Reader, Value } from '../../server/chat/reader.ts';
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

test(
  'the memory of the backlog does not grow with the rooms: of many, it reads few entries each',
  withHouse(async (house) => {
    const em = house.em();
    await em.execute(
      `insert into searched_room (room, low, high) with recursive n(room) as (select 1 union all select room + 1 from n where room < 6000) select room, 1001, 1000 from n`,
    );
    const reader = await house.reader();
    let most = 0;
    const rows: Reader['rows'] = async <Row extends object>(sql: string, ...values: Value[]) => {
      if (!sql.includes('from entry')) return reader.rows<Row>(sql, ...values);
      const [, first, last] = values as number[];
      most = Math.max(most, last! - first! + 1);
      return [];
    };
    await Backlog.load({ rows, time: reader.time, timeValue: reader.timeValue });
    assert.is(most, 2);
  }),
);

test.run();
