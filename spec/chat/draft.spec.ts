import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { deleteAccount } from '../../server/chat/account-deletion.ts';
import { openDirect } from '../../server/chat/direct.ts';
import { endDraft, saveDraft } from '../../server/chat/draft.ts';
import { Forbidden, Invalid } from '../../server/chat/errors.ts';
import { roomDetails } from '../../server/chat/room-details.ts';
import { HASHING, type House, NOW, PASSWORD, refusal, withHouse } from '../support/domain.ts';

const test = suite('drafts');

const save = ({ as }: House, username: string, room: number, text: string) =>
  as(username, (em, user) => saveDraft(em, user, room, text));
const draftOf = async ({ id, reader }: House, username: string, room: number) =>
  (await roomDetails(await reader(), await id(username), room))?.membership?.draft;

test(
  'each member keeps one text in a room, until it is sent or saved empty',
  withHouse(async (house) => {
    const [lobby, study] = [await house.room('ada', 'lobby'), await house.room('ada', 'study')];
    await house.enter('grace', lobby);
    assert.is(await save(house, 'ada', lobby, ' one\r\ntwo '), true);
    await save(house, 'ada', study, 'three');
    await save(house, 'grace', lobby, 'four');
    assert.equal(
      [
        await draftOf(house, 'ada', lobby),
        await draftOf(house, 'ada', study),
        await draftOf(house, 'grace', lobby),
      ],
      ['one\ntwo', 'three', 'four'],
    );
    assert.is(await save(house, 'ada', study, '\u200B\n'), false);
    await house.as('ada', (em, ada) => endDraft(em, ada, lobby));
    assert.equal([await draftOf(house, 'ada', lobby), await draftOf(house, 'ada', study)], [null, null]);
    assert.is(await draftOf(house, 'grace', lobby), 'four');
  }),
);

test(
  'a text is as long as a message at most, and only members keep one',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    assert.is(await save(house, 'ada', lobby, '𝒳'.repeat(4000)), true);
    await refusal(Invalid, save(house, 'ada', lobby, 'x'.repeat(4001)));
    await refusal(Invalid, save(house, 'ada', lobby, 'a\0b'));
    await refusal(Forbidden, save(house, 'linus', lobby, 'hello'));
    assert.is((await draftOf(house, 'ada', lobby))?.length, 8000);
  }),
);

test(
  'a deleted account keeps no text, in conversations either',
  withHouse(async (house) => {
    const { id } = await house.to('ada', 'grace', (em, ada, grace) => openDirect(em, ada, grace, NOW));
    await save(house, 'grace', id, 'soon');
    await house.as('grace', (em, grace) =>
      deleteAccount(em, grace, PASSWORD, { now: NOW, buckets: [], ...HASHING }),
    );
    const left = await house.em().execute('select draft from membership where draft is not null');
    assert.equal(left, []);
  }),
);

test.run();
