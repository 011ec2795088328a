import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import {
  exchangeStamp,
  FilesIdentity,
  filesIdentity,
  filesTag,
  freshStamp,
} from '../../server/chat/files-identity.ts';
import { NOW, withHouse } from '../support/domain.ts';

const test = suite('identity of files');

test(
  'a database has one identity, and a tag that is its beginning',
  withHouse(async ({ em }) => {
    const first = await filesIdentity(em());
    assert.match(first.value, /^[0-9a-f]{32}$/);
    assert.is((await filesIdentity(em())).value, first.value);
    assert.is(await filesTag(em()), first.value.slice(0, 8));
    assert.is(await em().count(FilesIdentity), 1);
  }),
);

test(
  'a database has one identity, also when several files are the first ones at once',
  withHouse(async ({ em }) => {
    const tags = await Promise.all(Array.from({ length: 8 }, () => filesTag(em())));
    assert.equal(new Set(tags), new Set([await filesTag(em())]));
    assert.is(await em().count(FilesIdentity), 1);
  }),
);

test(
  'of two exchanges of a stamp, one counts',
  withHouse(async ({ em }) => {
    const read = await filesIdentity(em());
    const fresh = freshStamp();
    assert.ok(await exchangeStamp(em(), read, fresh, NOW));
    assert.not.ok(await exchangeStamp(em(), read, freshStamp(), NOW));
    const now = await filesIdentity(em());
    assert.equal([now.stamp, now.sweptAt], [fresh, NOW]);
  }),
);

test.run();
