import type { EntityManager } from '@mikro-orm/core';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import {
  addMember,
  changeRole,
  deleteRoom,
  removeMember,
  renameRoom,
  setTopic,
} from '../../server/chat/administration.ts';
import { Departure } from '../../server/chat/departure.ts';
import { Forbidden, Invalid, NotFound, NotInRoom } from '../../server/chat/errors.ts';
import { Membership, roomFor, roomOfAdmin } from '../../server/chat/membership.ts';
import { Presence } from '../../server/chat/presence.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { type House, NOW, refusal, thrownBy, withHouse } from '../support/domain.ts';

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

/** What a user tries in the lobby that ada administers. */
const acts: Record<string, Act> = {
  'rename the room': (em, user, room) => renameRoom(em, user, room, 'hall', NOW),
  'set the topic': (em, user, room) => setTopic(em, user, room, 'tea', NOW),
  'add themselves': (em, user, room) => addMember(em, user, room, user, NOW),
  'remove its admin': (em, user, room, ada) => removeMember(em, user, room, ada, NOW),
  'make themselves an admin': (em, user, room) => changeRole(em, user, room, user, 'admin', NOW),
  'make its admin a member': (em, user, room, ada) => changeRole(em, user, room, ada, 'member', NOW),
};

for (const [what, act] of Object.entries(acts)) {
  const attempt = ({ to }: House, username: string, room: number) =>
    to(username, 'ada', (em, user, ada) => act(em, user, room, ada));

  test(
    `neither a member nor a stranger can ${what}`,
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
      await refusal(NotFound, attempt(house, 'linus', cellar));
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
    `a user who was an admin a moment ago cannot ${what}: the role is read again under the lock`,
    withHouse(async (house) => {
      const lobby = await lobbyOfThree(house);
      const em = house.em();
      const [grace, ada] = [
        await em.findOneOrFail(User, { username: 'grace' }),
        await em.findOneOrFail(User, { username: 'ada' }),
      ];
      await roomOfAdmin(em, grace, lobby); // still an admin when her page was made
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
    `nobody can ${what} after the room was deleted`,
    withHouse(async (house) => {
      const lobby = await house.room('ada', 'lobby');
      await house.as('ada', (em, ada) => deleteRoom(em, ada, lobby));
      await refusal(NotFound, attempt(house, 'ada', lobby));
    }),
  );
}

test(
  'an admin renames a room, and one notice tells the new name',
  withHouse(async (house) => {
    const [lobby, study] = [await lobbyOfThree(house), await house.room('ada', 'study')];
    await rename(house, 'ada', lobby, '  The  Hall\r\n');
    await rename(house, 'grace', lobby, 'study'); // the name of another room
    assert.equal([await nameOf(house, lobby), await nameOf(house, study)], ['study', 'study']);
    assert.equal(await house.log(lobby), ['1 renamed ada The  Hall', '2 renamed grace study']);
  }),
);

test(
  'a room cannot get an invalid name',
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
  'giving a room the name it has already writes no notice',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    for (const name of ['lobby', ' lobby ']) await rename(house, 'ada', lobby, name);
    assert.equal(await house.log(lobby), []);
    await rename(house, 'ada', lobby, 'Lobby');
    assert.equal(await house.log(lobby), ['1 renamed ada Lobby']);
  }),
);

test(
  'when two admins rename a room at once, the room has the name in the later notice',
  withHouse(async (house) => {
    const lobby = await lobbyOfThree(house);
    await Promise.all([rename(house, 'ada', lobby, 'hall'), rename(house, 'grace', lobby, 'attic')]);
    const log = await house.log(lobby);
    assert.is(log.length, 2);
    assert.ok(log[1]!.endsWith(` ${await nameOf(house, lobby)}`), log.join());
  }),
);

test(
  'an admin adds a member, who has not entered and has no unread messages',
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
  'an admin cannot add a member again, nor a user who does not exist',
  withHouse(async (house) => {
    const lobby = await lobbyOfThree(house);
    for (const username of ['ada', 'grace', 'linus']) {
      assert.equal((await refusal(Invalid, house.add('ada', lobby, username))).problems, {
        username: `${username} is already a member. Add somebody else.`,
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
  'when two admins add the same user at once, the user is added once',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.join('grace', lobby, 'admin');
    const reasons = await thrownBy([house.add('ada', lobby, 'linus'), house.add('grace', lobby, 'linus')]);
    assert.equal(reasons.map(String), ['Error: linus is already a member. Add somebody else.']);
    assert.is((await house.log(lobby)).length, 1);
  }),
);

test(
  'a user who is added and enters at the same time becomes a member once, and is in the room',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    for (const reason of await thrownBy([house.add('ada', lobby, 'grace'), house.enter('grace', lobby)]))
      assert.instance(reason, Invalid);
    assert.equal(await house.members(lobby), ['ada admin', 'grace member']);
    assert.is(await house.em().count(Presence, { room: lobby }), 1);
  }),
);

for (const username of ['linus', 'grace', 'ada']) {
  test(
    `any other admin can remove ${username}, who is in no room; one notice and one departure tell it`,
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
  'removing a user takes them out of the room at once: they can neither read nor write there',
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
      assert.equal([(await refusal(NotInRoom, act)).why, (await house.log(lobby)).length], ['removed', 3]);
    }
  }),
);

test(
  'an admin can remove neither a user who is no member nor themselves',
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
      { '': 'linus is not a member of lobby. Choose one of its members.' },
      { '': 'This person is not a member of lobby. Choose one of its members.' },
      {
        '': 'You cannot remove yourself. To leave for good, make yourself a member, then give up your membership.',
      },
    ]);
    assert.equal([await house.members(lobby), await house.log(lobby)], [['ada admin', 'grace admin'], []]);
  }),
);

test(
  'when two admins remove the same member at once, the member is removed once',
  withHouse(async (house) => {
    const lobby = await lobbyOfThree(house);
    await house.enter('linus', lobby);
    const reasons = await thrownBy([
      house.remove('ada', lobby, 'linus'),
      house.remove('grace', lobby, 'linus'),
    ]);
    assert.equal(reasons.map(String), ['Error: linus is not a member of lobby. Choose one of its members.']);
    assert.is((await house.log(lobby)).length, 2);
  }),
);

if (process.env.SPEC_DATABASE === 'postgres')
  test(
    'removing a member locks both users before the room, as entering does, so that no two requests deadlock',
    withHouse(async (house) => {
      const lobby = await lobbyOfThree(house);
      const locked: unknown[] = [];
      await house.to('ada', 'linus', async (em, ada, linus) => {
        const execute = em.execute.bind(em);
        em.execute = (async (sql: string, values?: unknown[]) => {
          const [, table] = /from "(\w+)" .* order by id for no key update$/.exec(sql) ?? [];
          if (table) locked.push(table, values?.length);
          return execute(sql, values);
        }) as typeof em.execute;
        await removeMember(em, ada, lobby, linus, NOW);
      });
      assert.equal(locked, ['user', 2, 'room', 1]);
    }),
  );

for (const access of ['open', 'invite'] as const) {
  test(
    `when the two admins of an ${access} room remove each other at once, one of them stays`,
    withHouse(async (house) => {
      const id = await house.room('ada', 'cellar', access);
      await house.join('grace', id, 'admin');
      const reasons = await thrownBy([house.remove('ada', id, 'grace'), house.remove('grace', id, 'ada')]);
      assert.is(reasons.length, 1);
      assert.instance(reasons[0], NotInRoom);
      assert.is((await house.members(id)).length, 1);
    }),
  );
}

const changes = [
  ['make a member an admin', 'linus', 'admin', ['ada admin', 'grace admin', 'linus admin']],
  ['make an admin a member', 'grace', 'member', ['ada admin', 'grace member', 'linus member']],
  [
    'make themselves a member while there is another admin',
    'ada',
    'member',
    ['ada member', 'grace admin', 'linus member'],
  ],
] as const;

for (const [what, username, role, members] of changes) {
  test(
    `an admin can ${what}, and one notice tells it`,
    withHouse(async (house) => {
      const lobby = await lobbyOfThree(house);
      await house.changeRole('ada', lobby, username, role);
      assert.equal(await house.members(lobby), members);
      assert.equal(await house.log(lobby), [`1 role ada ${username} ${role}`]);
    }),
  );
}

test(
  'all admins are equal: a new admin can make a member of the one who created the room',
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
  'giving a member the role they have already writes no notice',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.join('linus', lobby);
    await house.changeRole('ada', lobby, 'linus', 'member');
    await house.changeRole('ada', lobby, 'ada', 'admin');
    assert.equal(await house.log(lobby), []);
  }),
);

test(
  'the last admin of a room cannot become a member',
  withHouse(async (house) => {
    const [lobby, study] = [await house.room('ada', 'lobby'), await house.room('grace', 'study')];
    await house.join('grace', lobby);
    await house.join('ada', study, 'admin'); // admins of another room do not count
    const refused = await refusal(Invalid, house.changeRole('ada', lobby, 'ada', 'member'));
    assert.equal(refused.problems, {
      '': 'ada is the only administrator of lobby. Make somebody else an administrator first.',
    });
    assert.equal([await house.members(lobby), await house.log(lobby)], [['ada admin', 'grace member'], []]);
  }),
);

test(
  'there are two roles, admin and member',
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
  'a user who is no member cannot get a role',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    const nobody = house.as('ada', (em, ada) => changeRole(em, ada, lobby, null, 'admin', NOW));
    assert.equal((await refusal(Invalid, house.changeRole('ada', lobby, 'linus', 'admin'))).problems, {
      '': 'linus is not a member of lobby. Choose one of its members.',
    });
    assert.equal((await refusal(Invalid, nobody)).problems, {
      '': 'This person is not a member of lobby. Choose one of its members.',
    });
    assert.equal(await house.members(lobby), ['ada admin']);
  }),
);

const rivals = [
  ['make each other members', 'grace', 'ada', Forbidden],
  ['step down', 'ada', 'grace', Invalid],
] as const;

for (const [what, byAda, byGrace, kind] of rivals) {
  test(
    `when two admins ${what} at once, one of them stays an admin`,
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
