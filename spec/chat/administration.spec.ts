import type { EntityManager } from '@mikro-orm/core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addMember, changeRole, removeMember, renameRoom } from '../../server/chat/administration.ts';
import { Departure } from '../../server/chat/departure.ts';
import { Ended, Forbidden, Invalid, Missing } from '../../server/chat/errors.ts';
import { Membership, roomFor, roomOfAdmin } from '../../server/chat/membership.ts';
import { Presence } from '../../server/chat/presence.ts';
import { deleteRoom, Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { NOW, refusal, thrownBy, withHouse, type House } from '../support/nouns.ts';

const test = suite('administration');

const rename = ({ as }: House, admin: string, room: number, name: string) =>
  as(admin, (em, user) => renameRoom(em, user, room, name, NOW));
const nameOf = async ({ em }: House, id: number) => (await em().findOneOrFail(Room, { id })).name;

/** Ada's lobby, with grace as its second admin and linus as a member. */
async function lobbyOfThree({ room, join }: House) {
  const lobby = await room('ada', 'lobby');
  await join('grace', lobby, 'admin');
  await join('linus', lobby);
  return lobby;
}

type Act = (em: EntityManager, user: User, room: number, ada: User) => Promise<void>;

/** What somebody does in the lobby that ada administers. */
const acts: Record<string, Act> = {
  'renames it': (em, user, room) => renameRoom(em, user, room, 'hall', NOW),
  'adds themselves': (em, user, room) => addMember(em, user, room, user, NOW),
  'removes its admin': (em, user, room, ada) => removeMember(em, user, room, ada, NOW),
  'makes themselves an admin': (em, user, room) => changeRole(em, user, room, user, 'admin', NOW),
  'makes its admin a member': (em, user, room, ada) => changeRole(em, user, room, ada, 'member', NOW),
};

for (const [what, act] of Object.entries(acts)) {
  const attempt = ({ to }: House, username: string, room: number) =>
    to(username, 'ada', (em, user, ada) => act(em, user, room, ada));

  test(
    `is for admins: no member ${what}, and no stranger`,
    withHouse(async (house) => {
      const [lobby, cellar] = [await house.room('ada', 'lobby'), await house.room('ada', 'cellar', 'invite')];
      await house.join('grace', lobby);
      const sentences = await Promise.all(
        ['grace', 'linus'].map(
          async (username) => (await refusal(Forbidden, attempt(house, username, lobby))).message,
        ),
      );
      assert.equal(sentences, [
        'Only an administrator of lobby can do this. Ask one of them.',
        'You are not a member of lobby. Enter it to read and write.',
      ]);
      await refusal(Missing, attempt(house, 'linus', cellar));
      assert.equal(
        [await house.members(lobby), await house.members(cellar)],
        [['ada admin', 'grace member'], ['ada admin']],
      );
      assert.equal(
        [await nameOf(house, lobby), await house.log(lobby), await house.log(cellar)],
        ['lobby', [], []],
      );
    }),
  );

  test(
    `has its rights looked up under the lock: nobody ${what} who was an admin a moment ago`,
    withHouse(async (house) => {
      const lobby = await lobbyOfThree(house);
      const em = house.em();
      const [grace, ada] = [
        await em.findOneOrFail(User, { username: 'grace' }),
        await em.findOneOrFail(User, { username: 'ada' }),
      ];
      await roomOfAdmin(em, grace, lobby); // she is one, on the page that she has before her
      await house.changeRole('ada', lobby, 'grace', 'member');
      await refusal(
        Forbidden,
        em.transactional((inner) => act(inner, grace, lobby, ada)),
      );
      assert.equal(await house.members(lobby), ['ada admin', 'grace member', 'linus member']);
      assert.equal(await house.log(lobby), ['1 role ada grace member']);
    }),
  );

  test(
    `finds no room that is gone where somebody ${what}`,
    withHouse(async (house) => {
      const lobby = await house.room('ada', 'lobby');
      await house.as('ada', (em, ada) => deleteRoom(em, ada, lobby));
      await refusal(Missing, attempt(house, 'ada', lobby));
    }),
  );
}

// Renaming

test(
  'renames a room, with one notice that has the new name',
  withHouse(async (house) => {
    const [lobby, study] = [await lobbyOfThree(house), await house.room('ada', 'study')];
    await rename(house, 'ada', lobby, '  The  Hall\r\n');
    await rename(house, 'grace', lobby, 'study'); // as another is called
    assert.equal([await nameOf(house, lobby), await nameOf(house, study)], ['study', 'study']);
    assert.equal(await house.log(lobby), ['1 renamed ada The  Hall', '2 renamed grace study']);
  }),
);

test(
  'renames a room to no name that none may have',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    for (const name of ['', ' \u3000', 'x'.repeat(65), 'two\nlines', 'lob\0by']) {
      assert.equal(Object.keys((await refusal(Invalid, rename(house, 'ada', lobby, name))).problems), [
        'name',
      ]);
    }
    assert.equal([await nameOf(house, lobby), await house.log(lobby)], ['lobby', []]);
  }),
);

test(
  'says nothing of a room that is called what it was called',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    for (const name of ['lobby', ' lobby ']) await rename(house, 'ada', lobby, name);
    assert.equal(await house.log(lobby), []);
    await rename(house, 'ada', lobby, 'Lobby'); // which is another name
    assert.equal(await house.log(lobby), ['1 renamed ada Lobby']);
  }),
);

test(
  'leaves a room that two rename at once with the name of the later notice',
  withHouse(async (house) => {
    const lobby = await lobbyOfThree(house);
    await Promise.all([rename(house, 'ada', lobby, 'hall'), rename(house, 'grace', lobby, 'attic')]);
    const log = await house.log(lobby);
    assert.is(log.length, 2);
    assert.ok(log[1]!.endsWith(` ${await nameOf(house, lobby)}`), log.join());
  }),
);

// Adding

test(
  'adds a member, who has not entered and for whom nothing that was said is unread',
  withHouse(async (house) => {
    const cellar = await house.room('ada', 'cellar', 'invite');
    await house.enter('ada', cellar);
    await house.say('ada', cellar, 'hello');
    await house.add('ada', cellar, 'grace');
    const membership = await house
      .em()
      .findOneOrFail(Membership, { room: cellar, user: { username: 'grace' } });
    assert.equal([membership.role, membership.joinedAt, membership.readSeq], ['member', NOW, 2]);
    assert.equal(await house.log(cellar), ['1 entered ada', '2 ada: hello', '3 added ada grace']);
    assert.is(await house.em().count(Presence, { user: { username: 'grace' } }), 0);
  }),
);

test(
  'adds nobody who is a member already, and nobody who is nobody',
  withHouse(async (house) => {
    const lobby = await lobbyOfThree(house);
    for (const username of ['ada', 'grace', 'linus']) {
      assert.equal((await refusal(Invalid, house.add('ada', lobby, username))).problems, {
        username: `${username} is a member already.`,
      });
    }
    const nobody = await refusal(
      Invalid,
      house.as('ada', (em, ada) => addMember(em, ada, lobby, null, NOW)),
    );
    assert.equal(nobody.problems, {
      username: 'There is nobody with this username or email. Check it, and try again.',
    });
    assert.equal(await house.log(lobby), []);
  }),
);

test(
  'adds once whom two add at once',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.join('grace', lobby, 'admin');
    const reasons = await thrownBy([house.add('ada', lobby, 'linus'), house.add('grace', lobby, 'linus')]);
    assert.equal(reasons.map(String), ['Error: linus is a member already.']);
    assert.is((await house.log(lobby)).length, 1);
  }),
);

test(
  'adds once who enters at once, and has them in',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    for (const reason of await thrownBy([house.add('ada', lobby, 'grace'), house.enter('grace', lobby)]))
      assert.instance(reason, Invalid);
    assert.equal(await house.members(lobby), ['ada admin', 'grace member']);
    assert.is(await house.em().count(Presence, { room: lobby }), 1);
  }),
);

// Removing

for (const username of ['linus', 'grace', 'ada']) {
  test(
    `removes any other: ${username}, who is in no room, with a notice and the reason for them to be told`,
    withHouse(async (house) => {
      const lobby = await lobbyOfThree(house);
      const admin = username === 'grace' ? 'ada' : 'grace';
      await house.remove(admin, lobby, username);
      assert.not.ok((await house.members(lobby)).some((line) => line.startsWith(username)));
      assert.equal(await house.log(lobby), [`1 removed ${admin} ${username}`]);
      assert.equal(
        (await house.em().find(Departure, {})).map(({ roomId, why, told }) => [roomId, why, told]),
        [[lobby, 'removed', false]],
      );
    }),
  );
}

test(
  'takes whom it removes out of the room at once: nothing of it is theirs to read or write on',
  withHouse(async (house) => {
    const lobby = await lobbyOfThree(house);
    await house.enter('linus', lobby);
    await house.say('linus', lobby, 'hello');
    await house.remove('ada', lobby, 'linus');
    assert.equal(await house.log(lobby), ['1 entered linus', '2 linus: hello', '3 removed ada linus']);
    assert.is(await house.em().count(Presence), 0);
    const departures = await house.em().find(Departure, {}, { populate: ['user'] });
    assert.equal(
      departures.map(({ user, roomId, roomName, why, told }) => [user.username, roomId, roomName, why, told]),
      [['linus', lobby, 'lobby', 'removed', false]],
    );
    for (const act of [
      house.say('linus', lobby, 'but'),
      house.as('linus', (em, linus) => roomFor(em, linus, lobby)),
    ]) {
      assert.equal([(await refusal(Ended, act)).why, (await house.log(lobby)).length], ['removed', 3]);
    }
  }),
);

test(
  'removes nobody who is no member, and not oneself',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.join('grace', lobby, 'admin');
    const nobody = house.as('ada', (em, ada) => removeMember(em, ada, lobby, null, NOW));
    const sentences = await Promise.all(
      [house.remove('ada', lobby, 'linus'), nobody, house.remove('ada', lobby, 'ada')].map(
        async (act) => (await refusal(Invalid, act)).problems,
      ),
    );
    assert.equal(sentences, [
      { '': 'linus is not a member of lobby.' },
      { '': 'This person is not a member of lobby.' },
      {
        '': 'You cannot remove yourself. To go for good, become a member first, then give up your membership.',
      },
    ]);
    assert.equal([await house.members(lobby), await house.log(lobby)], [['ada admin', 'grace admin'], []]);
  }),
);

test(
  'removes once whom two remove at once',
  withHouse(async (house) => {
    const lobby = await lobbyOfThree(house);
    await house.enter('linus', lobby);
    const reasons = await thrownBy([
      house.remove('ada', lobby, 'linus'),
      house.remove('grace', lobby, 'linus'),
    ]);
    assert.equal(reasons.map(String), ['Error: linus is not a member of lobby.']);
    assert.is((await house.log(lobby)).length, 2);
  }),
);

test(
  'locks whom it removes ahead of the room, as entering does, so that no two wait for each other',
  withHouse(async (house) => {
    const lobby = await lobbyOfThree(house);
    const locked: string[] = [];
    await house.to('ada', 'linus', async (em, ada, linus) => {
      const update = em.nativeUpdate.bind(em);
      em.nativeUpdate = ((...given: Parameters<typeof update>) => {
        locked.push(given[0] === User ? 'linus' : 'the lobby');
        return update(...given);
      }) as typeof em.nativeUpdate;
      await removeMember(em, ada, lobby, linus, NOW);
    });
    assert.equal(locked, ['linus', 'the lobby']);
  }),
);

for (const access of ['open', 'invite'] as const) {
  test(
    `leaves one of two admins of an ${access} room who remove each other at once`,
    withHouse(async (house) => {
      const id = await house.room('ada', 'cellar', access);
      await house.join('grace', id, 'admin');
      const reasons = await thrownBy([house.remove('ada', id, 'grace'), house.remove('grace', id, 'ada')]);
      assert.is(reasons.length, 1);
      assert.instance(reasons[0], Ended);
      assert.is((await house.members(id)).length, 1);
    }),
  );
}

// Roles

const changes = [
  ['a member an admin', 'linus', 'admin', ['ada admin', 'grace admin', 'linus admin']],
  ['an admin a member', 'grace', 'member', ['ada admin', 'grace member', 'linus member']],
  [
    'oneself a member, where there is another admin',
    'ada',
    'member',
    ['ada member', 'grace admin', 'linus member'],
  ],
] as const;

for (const [what, username, role, members] of changes) {
  test(
    `makes ${what}, with one notice`,
    withHouse(async (house) => {
      const lobby = await lobbyOfThree(house);
      await house.changeRole('ada', lobby, username, role);
      assert.equal(await house.members(lobby), members);
      assert.equal(await house.log(lobby), [`1 role ada ${username} ${role}`]);
    }),
  );
}

test(
  'is equal: whoever was made an admin can make a member of who did it, though they made the room',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.join('linus', lobby);
    await house.changeRole('ada', lobby, 'linus', 'admin');
    await house.changeRole('linus', lobby, 'ada', 'member');
    await refusal(Forbidden, house.changeRole('ada', lobby, 'ada', 'admin'));
    assert.equal(await house.members(lobby), ['ada member', 'linus admin']);
  }),
);

test(
  'says nothing of who is made what they are',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.join('linus', lobby);
    await house.changeRole('ada', lobby, 'linus', 'member');
    await house.changeRole('ada', lobby, 'ada', 'admin');
    assert.equal(await house.log(lobby), []);
  }),
);

test(
  'never makes the last admin a member',
  withHouse(async (house) => {
    const [lobby, study] = [await house.room('ada', 'lobby'), await house.room('grace', 'study')];
    await house.join('grace', lobby);
    await house.join('ada', study, 'admin'); // another room's admins are not this one's
    const refused = await refusal(Invalid, house.changeRole('ada', lobby, 'ada', 'member'));
    assert.equal(refused.problems, {
      '': 'ada is the only administrator of lobby. Make somebody else an administrator first.',
    });
    assert.equal([await house.members(lobby), await house.log(lobby)], [['ada admin', 'grace member'], []]);
  }),
);

test(
  'knows two roles',
  withHouse(async (house) => {
    const lobby = await lobbyOfThree(house);
    for (const role of ['', 'Admin', 'owner', 'admin ', '__proto__']) {
      const refused = await refusal(Invalid, house.changeRole('ada', lobby, 'linus', role));
      assert.equal(refused.problems, { '': 'There is no such role. Choose administrator or member.' });
    }
    assert.equal(await house.members(lobby), ['ada admin', 'grace admin', 'linus member']);
  }),
);

test(
  'gives nobody a role who is no member',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    const nobody = house.as('ada', (em, ada) => changeRole(em, ada, lobby, null, 'admin', NOW));
    assert.equal((await refusal(Invalid, house.changeRole('ada', lobby, 'linus', 'admin'))).problems, {
      '': 'linus is not a member of lobby.',
    });
    assert.equal((await refusal(Invalid, nobody)).problems, { '': 'This person is not a member of lobby.' });
    assert.equal(await house.members(lobby), ['ada admin']);
  }),
);

const rivals = [
  ['make each other members', 'grace', 'ada', Forbidden],
  ['step down', 'ada', 'grace', Invalid],
] as const;

for (const [what, byAda, byGrace, kind] of rivals) {
  test(
    `leaves one of two admins who ${what} at once`,
    withHouse(async (house) => {
      const lobby = await lobbyOfThree(house);
      const reasons = await thrownBy([
        house.changeRole('ada', lobby, byAda, 'member'),
        house.changeRole('grace', lobby, byGrace, 'member'),
      ]);
      assert.is(reasons.length, 1);
      assert.instance(reasons[0], kind);
      assert.is((await house.members(lobby)).filter((line) => line.endsWith(' admin')).length, 1);
      assert.is((await house.log(lobby)).length, 1);
    }),
  );
}

test.run();
