import { wrap } from '@mikro-orm/core';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { deleteAccount, roomsWithoutOtherAdmin } from '../../server/chat/account-deletion.ts';
import { register } from '../../server/chat/registration.ts';
import { blockUser } from '../../server/chat/block.ts';
import { openDirect } from '../../server/chat/direct.ts';
import { Forbidden, Invalid } from '../../server/chat/errors.ts';
import { entriesFrom } from '../../server/chat/history.ts';
import { befriend } from '../../server/chat/people.ts';
import { leave, Presence } from '../../server/chat/presence.ts';
import { makeReport, reportableMessage } from '../../server/chat/report.ts';
import { Room } from '../../server/chat/room.ts';
import { beginSession, Session } from '../../server/chat/session.ts';
import { authenticate, findByLogin, findByUsername, User } from '../../server/chat/user.ts';
import { type House, HASHING, NOW, refusal, withHouse } from '../support/domain.ts';
import { rowsOf } from '../support/full-database.ts';

const test = suite('account deletion');

/** Deletes an account as a request does: outside any transaction. */
async function deleteAccountOf({ em }: House, username: string, password = 'correct horse'): Promise<void> {
  const own = em();
  const check = { ...HASHING, buckets: [], now: NOW };
  await deleteAccount(own, await own.findOneOrFail(User, { username }), password, check);
}

test(
  'deleting an account keeps its messages under "former member", ends its presence and writes a quit notice',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('grace', lobby);
    await house.say('grace', lobby, 'hello');
    await deleteAccountOf(house, 'grace');
    assert.equal(await house.log(lobby), [
      '1 entered former member',
      '2 former member: hello',
      '3 left former member',
      '4 quit former member',
    ]);
    assert.equal(await house.members(lobby), ['ada admin']);
    assert.is(await house.em().count(Presence), 0);
  }),
);

test(
  'deleting an account takes the current password',
  withHouse(async (house) => {
    assert.ok((await refusal(Invalid, deleteAccountOf(house, 'grace', 'wrong horse'))).problems.current);
    assert.is((await findByUsername(house.em(), 'grace'))?.username, 'grace');
  }),
);

test(
  'the only administrator of a room cannot delete their account, and learns which rooms need another one',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    const study = await house.room('ada', 'study', 'invite');
    await house.join('grace', lobby, 'admin');
    assert.equal(await roomsWithoutOtherAdmin(await house.reader(), await house.id('ada')), {
      rooms: [{ id: study, name: 'study' }],
      hasMore: false,
    });
    assert.is(
      (await refusal(Invalid, deleteAccountOf(house, 'ada'))).message,
      'You are the only administrator of study. Make somebody else an administrator there, or delete the room. Then delete your account.',
    );
    assert.equal(await house.members(lobby), ['ada admin', 'grace admin']);
    assert.is((await findByUsername(house.em(), 'ada'))?.username, 'ada');
    await house.add('ada', study, 'grace');
    await house.changeRole('ada', study, 'grace', 'admin');
    await deleteAccountOf(house, 'ada');
    assert.equal(
      [await house.members(lobby), await house.members(study)],
      [['grace admin'], ['grace admin']],
    );
  }),
);

test(
  'nobody finds a deleted account or logs in to it, and nobody else gets its username',
  withHouse(async (house) => {
    await deleteAccountOf(house, 'grace');
    for (const name of ['grace', 'grace@example.org', 'former member', 'former member 2']) {
      assert.equal(
        [await findByLogin(house.em(), name), await findByUsername(house.em(), name)],
        [null, null],
        name,
      );
      assert.is(await authenticate(house.em(), name, 'correct horse', HASHING), undefined);
    }
    const again = (username: string) =>
      register(
        house.em(),
        { username, email: 'grace@example.org', password: 'correct horse' },
        { now: NOW, ...HASHING },
      );
    assert.match((await refusal(Invalid, again('Grace'))).problems.username!, /taken/);
    assert.is((await again('hopper')).email, 'grace@example.org');
  }),
);

test(
  'a deleted account keeps nothing personal: every column has its initial value',
  withHouse(async (house) => {
    await house.em().nativeUpdate(
      User,
      { username: 'grace' },
      {
        zone: 'Asia/Tokyo',
        hourCycle: 'h12',
        foundByEmail: false,
        whereabouts: 'nobody',
        enterSends: true,
        operator: true,
      },
    );
    const fresh = wrap(await house.em().findOneOrFail(User, { username: 'ada' })).toPOJO();
    const { id } = await house.em().findOneOrFail(User, { username: 'grace' });
    await deleteAccountOf(house, 'grace');
    const gone = wrap(await house.em().findOneOrFail(User, { id })).toPOJO();
    const emptied = {
      id,
      username: 'former member',
      usernameKey: `former member ${id}`,
      email: '',
      emailKey: `former member ${id}`,
      passwordHash: '',
      accessVersion: 1,
      deletedAt: NOW,
    };
    assert.equal(gone, { ...fresh, ...emptied });
  }),
);

test(
  'the name of a deleted account stays only in texts of others and in the list of former usernames',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    for (const username of ['ada', 'grace']) await house.enter(username, lobby);
    const {
      entry: { seq },
    } = await house.say('ada', lobby, '@grace, @ada: hello');
    await house.as('grace', async (em, grace) =>
      makeReport(em, grace, await reportableMessage(em, grace, lobby, seq), 'It is rude.', NOW),
    );
    const { id: pair } = await house.to('linus', 'grace', (em, linus, grace) =>
      openDirect(em, linus, grace, NOW),
    );
    await house.enter('linus', pair);
    await house.say('linus', pair, 'hello');
    await house.as('grace', async (em, grace) =>
      makeReport(em, grace, await reportableMessage(em, grace, pair, 1), 'It is rude.', NOW),
    );
    await house.as('linus', (em, linus) => leave(em, linus, pair, NOW));
    await deleteAccountOf(house, 'grace');
    const traces = Object.entries(await rowsOf(house.orm))
      .flatMap(([table, rows]) => rows.map((row) => `${table} ${JSON.stringify(row)}`))
      .filter((row) => /grace/i.test(row));
    assert.equal(
      traces.map((row) => row.split(' ')[0]),
      ['entry', 'former_username', 'report'],
    );
    assert.match(traces[2]!, /"body":"@grace, @ada: hello"/);
    const em = house.em();
    const [said] = await entriesFrom(em, await em.findOneOrFail(Room, { id: lobby }), seq, seq);
    assert.equal(
      said?.mentions?.map(({ name }) => name),
      ['ada'],
    );
  }),
);

test(
  'deleting an account deletes its sessions, friendships and blocks, on either side',
  withHouse(async (house) => {
    await house.to('ada', 'grace', (em, ada, grace) => befriend(em, ada, grace, NOW));
    await house.to('linus', 'grace', (em, linus, grace) => blockUser(em, linus, grace));
    await house.to('grace', 'linus', (em, grace, linus) => blockUser(em, grace, linus));
    const { id } = await house.em().findOneOrFail(User, { username: 'grace' });
    await beginSession(house.em(), 'a key of grace', { userId: id, csrf: 'token' }, NOW);
    await deleteAccountOf(house, 'grace');
    assert.is(await house.em().count(Session), 0);
    for (const table of ['friendship', 'block'])
      assert.equal(await house.em().execute(`select * from ${table}`), [], table);
  }),
);

test(
  'a conversation with a former member can be read, but not written in',
  withHouse(async (house) => {
    const { id: room } = await house.to('grace', 'ada', (em, grace, ada) => openDirect(em, grace, ada, NOW));
    await house.enter('grace', room);
    await house.say('grace', room, 'goodbye');
    await deleteAccountOf(house, 'grace');
    await house.enter('ada', room);
    assert.equal(await house.log(room), ['1 former member: goodbye']);
    assert.is((await house.em().findOneOrFail(Room, { id: room })).name, 'ada and former member');
    assert.match(
      (await refusal(Forbidden, house.say('ada', room, 'hello?'))).message,
      /deleted their account/,
    );
  }),
);

test(
  'several users can delete their accounts',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    for (const username of ['grace', 'linus']) {
      await house.enter(username, lobby);
      await deleteAccountOf(house, username);
    }
    assert.is(await house.em().count(User, { username: 'former member' }), 2);
  }),
);

test.run();
