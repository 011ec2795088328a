import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { block } from '../../server/chat/block.ts';
import { openDirect } from '../../server/chat/direct.ts';
import { Forbidden, Invalid } from '../../server/chat/errors.ts';
import { becomeFormer, roomsHeld } from '../../server/chat/former-member.ts';
import { entriesFrom } from '../../server/chat/entry.ts';
import { befriend } from '../../server/chat/friendship.ts';
import { Presence } from '../../server/chat/presence.ts';
import { report, reportable } from '../../server/chat/report.ts';
import { Room } from '../../server/chat/room.ts';
import { beginSession, Session } from '../../server/chat/session.ts';
import { authenticate, findByLogin, findByUsername, register, User } from '../../server/chat/user.ts';
import { rowsOf } from '../support/everything.ts';
import { LOG_N, NOW, refusal, withHouse, type House } from '../support/nouns.ts';

const test = suite('a former member');

/** Deletes an account as a request does, which has no transaction of its own. */
async function goes({ em }: House, username: string, password = 'correct horse'): Promise<void> {
  const own = em();
  await becomeFormer(own, await own.findOneOrFail(User, { username }), password, { trials: [], now: NOW });
}

test(
  'is who said what they said, and told of as having quit',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('grace', lobby);
    await house.say('grace', lobby, 'hello');
    await goes(house, 'grace');
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
  'has proved with a password that it is they who go',
  withHouse(async (house) => {
    assert.ok((await refusal(Invalid, goes(house, 'grace', 'wrong horse'))).problems.current);
    assert.is((await findByUsername(house.em(), 'grace'))?.username, 'grace');
  }),
);

test(
  'leaves no room without an administrator, and is told which need another first',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    const study = await house.room('ada', 'study', 'invite');
    await house.join('grace', lobby, 'admin');
    const own = house.em();
    assert.equal(
      (await roomsHeld(own, await own.findOneOrFail(User, { username: 'ada' }))).map(({ name }) => name),
      ['study'],
    );
    assert.match((await refusal(Invalid, goes(house, 'ada'))).message, /only administrator of study/);
    assert.equal(await house.members(lobby), ['ada admin', 'grace admin']);
    assert.is((await findByUsername(house.em(), 'ada'))?.username, 'ada');
    await house.add('ada', study, 'grace');
    await house.changeRole('ada', study, 'grace', 'admin');
    await goes(house, 'ada');
    assert.equal(
      [await house.members(lobby), await house.members(study)],
      [['grace admin'], ['grace admin']],
    );
  }),
);

test(
  'is found by nobody, logs in nowhere, and leaves a username that nobody is given',
  withHouse(async (house) => {
    await goes(house, 'grace');
    for (const name of ['grace', 'grace@example.org', 'former member', 'former member 2']) {
      assert.equal(
        [await findByLogin(house.em(), name), await findByUsername(house.em(), name)],
        [null, null],
        name,
      );
      assert.is(await authenticate(house.em(), name, 'correct horse', { logN: LOG_N }), undefined);
    }
    const again = (username: string) =>
      register(
        house.em(),
        { username, email: 'grace@example.org', password: 'correct horse' },
        { now: NOW, logN: LOG_N },
      );
    assert.match((await refusal(Invalid, again('Grace'))).problems.username!, /taken/);
    assert.is((await again('hopper')).email, 'grace@example.org');
  }),
);

test(
  'has nothing left that tells who they were: every column is that of anybody new',
  withHouse(async (house) => {
    await house
      .em()
      .nativeUpdate(
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
    const fresh = { ...(await house.em().findOneOrFail(User, { username: 'ada' })) };
    const { id } = await house.em().findOneOrFail(User, { username: 'grace' });
    await goes(house, 'grace');
    const gone = { ...(await house.em().findOneOrFail(User, { id })) };
    const emptied = {
      id,
      username: 'former member',
      usernameKey: `former member ${id}`,
      email: '',
      emailKey: `former member ${id}`,
      passwordHash: '',
      deletedAt: NOW,
    };
    assert.equal(gone, { ...fresh, ...emptied });
  }),
);

test(
  'leaves their name in what people wrote, and nowhere else but in the list of those that nobody is given',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    for (const username of ['ada', 'grace']) await house.enter(username, lobby);
    const {
      entry: { seq },
    } = await house.say('ada', lobby, '@grace, @ada: hello');
    await house.as('grace', async (em, grace) =>
      report(em, grace, await reportable(em, grace, lobby, seq), 'It is rude.', NOW),
    );
    const { id: pair } = await house.to('linus', 'grace', (em, linus, grace) =>
      openDirect(em, linus, grace, NOW),
    );
    await house.enter('linus', pair);
    await house.say('linus', pair, 'hello');
    await house.as('grace', async (em, grace) =>
      report(em, grace, await reportable(em, grace, pair, 2), 'It is rude.', NOW),
    );
    await goes(house, 'grace');
    const traces = Object.entries(await rowsOf(house.orm))
      .flatMap(([table, rows]) => rows.map((row) => `${table} ${JSON.stringify(row)}`))
      .filter((row) => /grace/i.test(row));
    assert.equal(
      traces.map((row) => row.split(' ')[0]),
      ['entry', 'former_username', 'report'],
    ); // and the report has the text of the entry
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
  'keeps no session, friendship or block, on either side',
  withHouse(async (house) => {
    await house.to('ada', 'grace', (em, ada, grace) => befriend(em, ada, grace, NOW));
    await house.to('linus', 'grace', (em, linus, grace) => block(em, linus, grace));
    await house.to('grace', 'linus', (em, grace, linus) => block(em, grace, linus));
    const { id } = await house.em().findOneOrFail(User, { username: 'grace' });
    await beginSession(house.em(), 'a key of grace', { userId: id, csrf: 'token' }, NOW);
    await goes(house, 'grace');
    assert.is(await house.em().count(Session), 0);
    for (const table of ['friendship', 'block'])
      assert.equal(await house.em().execute(`select * from ${table}`), [], table);
  }),
);

test(
  'can be read in a conversation, and not written to',
  withHouse(async (house) => {
    const { id: room } = await house.to('grace', 'ada', (em, grace, ada) => openDirect(em, grace, ada, NOW));
    await house.enter('grace', room);
    await house.say('grace', room, 'goodbye');
    await goes(house, 'grace');
    await house.enter('ada', room);
    assert.equal((await house.log(room)).slice(1), [
      '2 former member: goodbye',
      '3 left former member',
      '4 entered ada',
    ]);
    assert.is((await house.em().findOneOrFail(Room, { id: room })).name, 'ada and former member');
    assert.match(
      (await refusal(Forbidden, house.say('ada', room, 'hello?'))).message,
      /deleted their account/,
    );
  }),
);

test(
  'may be one of several',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    for (const username of ['grace', 'linus']) {
      await house.enter(username, lobby);
      await goes(house, username);
    }
    assert.is(await house.em().count(User, { username: 'former member' }), 2);
  }),
);

test.run();
