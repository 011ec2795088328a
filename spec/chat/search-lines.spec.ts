import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { loggedLines } from '../../server/chat/search-lines.ts';
import { postMessage } from '../../server/chat/post.ts';
import { HAS } from '../../server/chat/search-index.ts';
import { NOW, withHouse } from '../support/domain.ts';

const test = suite('search lines');

test(
  'the lines of a log have the folded text and description of each message, and none for a notice',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('ada', lobby);
    const attachment = {
      name: 'a',
      type: 'png',
      size: 1,
      width: 1,
      height: 1,
      description: 'Ein Fluß',
    } as const;
    await house.as('ada', (em, ada) =>
      postMessage(em, ada, lobby, { body: 'CAFÉ\nhttps://a.example', key: 'a-key-of-ada', attachment }, NOW),
    );
    const read = await loggedLines(await house.reader(), lobby, 1, 9);
    assert.equal(
      read.map(({ seq, line }) => [seq, line?.text]),
      [
        [1, undefined],
        [2, 'cafe https://a.example ein fluss'],
      ],
    );
    assert.is(read[1]!.line!.has, (1 << HAS.image) | (1 << HAS.link));
    assert.is(read[1]!.at, NOW.getTime());
    assert.equal(await loggedLines(await house.reader(), 999, 1, 9), []);
  }),
);

test.run();
