import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Room } from '../../server/chat/room.ts';
import { stretchBetween, transcriptEntries } from '../../server/chat/transcript.ts';
import { fillRooms } from '../support/corpus.ts';
import { later, withHouse } from '../support/domain.ts';
import { random } from '../support/random.ts';

const test = suite('transcripts');

test(
  'a transcript has every entry of its days once, in order, with the keys of messages',
  withHouse(async (house) => {
    const room = await house.room('ada', 'lobby');
    await fillRooms(house.orm, { rooms: [room], authors: [1], count: 400, random: random(8) });
    const { id, lastSeq } = await house.em().findOneOrFail(Room, { id: room });
    const reader = await house.reader();
    const stretch = await stretchBetween(
      reader,
      { id, lastSeq },
      { since: later(10_000), until: later(310_000) },
    );
    const seqs: number[] = [];
    for await (const entries of transcriptEntries(reader, id, stretch))
      for (const { seq, kind, key } of entries) {
        seqs.push(seq);
        assert.is(key !== null, kind === 'message');
      }
    assert.equal(
      seqs,
      Array.from({ length: 300 }, (_, index) => index + stretch.first),
    );
    assert.equal(await stretchBetween(reader, { id, lastSeq }, { since: undefined, until: undefined }), {
      first: 1,
      last: lastSeq,
    });
  }),
);

test.run();
