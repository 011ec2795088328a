import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Ban } from '../../server/chat/ban.ts';
import { Entry } from '../../server/chat/entry.ts';
import { Membership } from '../../server/chat/membership.ts';
import { Presence } from '../../server/chat/presence.ts';
import { Room } from '../../server/chat/room.ts';
import { withApp, type World } from '../support/app.ts';
import type { Answer, Visitor } from '../support/visitor.ts';

const test = suite('who may do what in a room');

const KEY = '12345678';

/**
 * Somebody in each relation to a room, the last to act being who may do most: `member` is out of it,
 * `inside` in it, `removed` was in it when they were removed, `barred` was in another room since.
 */
const PEOPLE = ['nobody', 'stranger', 'removed', 'barred', 'member', 'inside', 'admin'] as const;
type Person = (typeof PEOPLE)[number];
type Access = 'open' | 'invite';

interface Stage {
  people: Record<Person, Visitor>;
  room: number;
}

async function stage({ cast, visitor }: World, access: Access): Promise<Stage> {
  const [admin, inside, member, removed, barred, stranger] = [
    await cast('ada'),
    await cast('grace'),
    await cast('linus'),
    await cast('alan'),
    await cast('eve'),
    await cast('mallory'),
  ];
  await cast('barbara');
  const room = await admin.createRoom('lobby', access);
  for (const person of [inside, member, removed, barred]) {
    await admin.post(`/rooms/${room}/members`, { username: person.username });
    await person.enter(room);
  }
  await member.leave(room);
  for (const { username } of [removed, barred]) await admin.post(`/rooms/${room}/members/${username}/remove`);
  await barred.leave(await barred.createRoom('study'));
  return { people: { nobody: visitor(), stranger, removed, barred, member, inside, admin }, room };
}

/** All that a refused request could have changed. */
async function stateOf({ em }: World) {
  const own = em();
  return {
    rooms: (await own.find(Room, {})).map(({ id, name, lastSeq }) => `${id} ${name} ${lastSeq}`).sort(),
    entries: await own.count(Entry),
    members: (await own.find(Membership, {}))
      .map(({ room, user, role }) => `${room.id} ${user.id} ${role}`)
      .sort(),
    bans: (await own.find(Ban, {})).map(({ room, user }) => `${room.id} ${user.id}`).sort(),
    present: (await own.find(Presence, {})).map(({ room, user }) => `${room.id} ${user.id}`).sort(),
  };
}

interface Row {
  ask: 'GET' | 'POST';
  path: string;
  fields?: Record<string, string>;
  /** The status for a stranger to an open room, and for members of any. */
  open: number;
  member: number;
  inside: number;
  admin: number;
  /** For a script, where it is another than that for a form. */
  script?: Partial<Record<Person, number>>;
}

const MEMBERS_READ = { open: 200, member: 200, inside: 200, admin: 200 };
const ADMINS_SEE = { open: 403, member: 403, inside: 403, admin: 200 };
const ADMINS_ACT = { open: 403, member: 403, inside: 403, admin: 303 };

const ROWS: Row[] = [
  { ask: 'GET', path: '', ...MEMBERS_READ },
  { ask: 'GET', path: '?before=3', ...MEMBERS_READ },
  { ask: 'GET', path: '?from=1', ...MEMBERS_READ },
  { ask: 'GET', path: '?after=0', ...MEMBERS_READ },
  { ask: 'GET', path: '?day=2026-01-01', ...MEMBERS_READ },
  { ask: 'GET', path: '/manage', ...MEMBERS_READ, open: 403 },
  { ask: 'GET', path: '/delete', ...ADMINS_SEE },
  { ask: 'POST', path: '/enter', open: 303, member: 303, inside: 303, admin: 303 },
  { ask: 'POST', path: '/leave', open: 303, member: 303, inside: 303, admin: 303 },
  {
    ask: 'POST',
    path: '/messages',
    fields: { body: 'hello', key: KEY },
    open: 403,
    member: 409,
    inside: 303,
    admin: 303,
    script: { inside: 201, admin: 201 },
  },
  { ask: 'POST', path: '/rename', fields: { name: 'parlour' }, ...ADMINS_ACT },
  { ask: 'POST', path: '/members', fields: { username: 'barbara' }, ...ADMINS_ACT },
  { ask: 'POST', path: '/members/linus/role', fields: { role: 'admin' }, ...ADMINS_ACT },
  { ask: 'POST', path: '/members/linus/remove', ...ADMINS_ACT },
  { ask: 'POST', path: '/quit', open: 403, member: 303, inside: 303, admin: 422 },
  { ask: 'POST', path: '/delete', ...ADMINS_ACT },
];

/** What only a script asks for. */
const POLL: Row = { ask: 'GET', path: '/poll', open: 403, member: 409, inside: 200, admin: 200 };
const ENTRIES: Row = { ask: 'GET', path: '/entries', ...MEMBERS_READ, open: 403 };

function expected(row: Row, access: Access, isScript: boolean): Record<Person, number> {
  const enters = row.path === '/enter';
  const stranger = access === 'invite' ? 404 : row.open;
  const barred = enters && access === 'open' ? 403 : stranger;
  const removed = enters ? barred : row.ask === 'GET' && !isScript ? 303 : 409;
  const { member, inside, admin } = row;
  return {
    nobody: isScript ? 401 : 303,
    stranger,
    removed,
    barred,
    member,
    inside,
    admin,
    ...(isScript && row.script),
  };
}

function ask(
  person: Visitor,
  { ask, path, fields = {} }: Row,
  room: number,
  isScript: boolean,
): Promise<Answer> {
  const address = path === '/poll' ? `/poll?room=${room}&after=0` : `/rooms/${room}${path}`;
  if (ask === 'GET') return isScript ? person.getJson(address) : person.get(address);
  return isScript ? person.postJson(address, fields) : person.post(address, fields);
}

/** Whether what was asked for is not done: told so, or led elsewhere. */
const isRefused = (person: Person, { status, location }: Answer) =>
  status >= 400 || /^\/login/.test(location ?? '') || (person === 'removed' && location === '/rooms');

for (const access of ['open', 'invite'] as const) {
  const asked = [
    ...ROWS.map((row) => [row, false] as const),
    ...[POLL, ENTRIES, ...ROWS.filter(({ ask }) => ask === 'POST')].map((row) => [row, true] as const),
  ];
  for (const [row, isScript] of asked) {
    test(
      `${row.ask} ${row.path || 'the page'} of an ${access} room, ${isScript ? 'by a script' : 'by a form or link'}`,
      withApp(async (world) => {
        const { people, room } = await stage(world, access);
        const found: Partial<Record<Person, number>> = {};
        for (const person of PEOPLE) {
          const before = await stateOf(world);
          const answer = await ask(people[person], row, room, isScript);
          found[person] = answer.status;
          if (row.ask === 'GET' ? row.path !== '/manage' : isRefused(person, answer))
            assert.equal(await stateOf(world), before, `${person} changed something`);
          if (isScript && answer.status >= 400) assert.type(answer.json().error.message, 'string');
          if (!isScript && person === 'nobody')
            assert.match(answer.location ?? '', /^\/login\?next=%2Frooms%2F/);
          if (!isScript && person === 'removed' && answer.status === 303)
            assert.is(answer.location, '/rooms');
        }
        assert.equal(found, expected(row, access, isScript));
      }),
    );
  }
}

test(
  'GET /manage takes out of the room whoever is in it, and changes nothing else',
  withApp(async (world) => {
    const { people, room } = await stage(world, 'open');
    const before = await stateOf(world);
    for (const person of PEOPLE) await people[person].get(`/rooms/${room}/manage`);
    const after = await stateOf(world);
    assert.equal([after.members, after.bans, after.present], [before.members, before.bans, []]);
    assert.is(after.entries, before.entries + 2, 'a notice for each of the two who were in');
  }),
);

/** Each is refused for two reasons; the one that comes first in the order decides. */
const orders: [what: string, status: number, ask: (stage: Stage) => Promise<Answer>][] = [
  [
    '413 before 403: too large, without a token',
    413,
    ({ people, room }) =>
      people.admin.send(`/rooms/${room}/rename`, {
        method: 'POST',
        body: new URLSearchParams({ name: 'x'.repeat(65_536) }),
      }),
  ],
  [
    '415 before 403: as plain text, without a token',
    415,
    ({ people, room }) =>
      people.admin.send(`/rooms/${room}/rename`, { method: 'POST', body: 'name=parlour' }),
  ],
  [
    '403 before 303: without a token, not logged in',
    403,
    ({ people, room }) =>
      people.nobody.send(`/rooms/${room}/rename`, {
        method: 'POST',
        body: new URLSearchParams({ name: 'parlour' }),
      }),
  ],
  [
    '303 before 404: not logged in, of no room',
    303,
    ({ people }) => people.nobody.post('/rooms/999/rename', { name: 'parlour' }),
  ],
  [
    '401 before 404: not logged in, of no room, by a script',
    401,
    ({ people }) => people.nobody.postJson('/rooms/999/rename', { name: 'parlour' }),
  ],
  [
    '404 before 403: no member, of a room for members',
    404,
    ({ people, room }) => people.stranger.post(`/rooms/${room}/rename`, { name: 'parlour' }),
  ],
  [
    '404 before 422: a wrong name, of no room',
    404,
    ({ people }) => people.admin.post('/rooms/999/rename', { name: '' }),
  ],
  [
    '404 before 422: a wrong seq, of no room',
    404,
    ({ people }) => people.admin.getJson('/poll?room=999&after=x'),
  ],
  [
    '403 before 422: no admin, and a wrong name',
    403,
    ({ people, room }) => people.inside.post(`/rooms/${room}/rename`, { name: '' }),
  ],
  [
    '403 before 422: no admin, and nobody of that name',
    403,
    ({ people, room }) => people.inside.post(`/rooms/${room}/members/nobody/remove`),
  ],
  [
    '403 before 422: no admin, and no such role',
    403,
    ({ people, room }) => people.inside.post(`/rooms/${room}/members/grace/role`, { role: 'x' }),
  ],
  [
    '409 before 422: out of the room, and an empty message',
    409,
    ({ people, room }) => people.member.say(room, ''),
  ],
  [
    '409 before 422: out of the room, and a wrong seq',
    409,
    ({ people, room }) => people.member.getJson(`/poll?room=${room}&after=x`),
  ],
  [
    '409 before 422: in another room, and an empty message to enter with',
    409,
    async ({ people, room }) => {
      await people.member.createRoom('study');
      return people.member.enter(room, { body: '', key: KEY });
    },
  ],
];
for (const [what, status, ask] of orders) {
  test(
    `refuses with ${what}`,
    withApp(async (world) => {
      const answer = await ask(await stage(world, 'invite'));
      assert.is(answer.status, status);
    }),
  );
}

test(
  'refuses with 403 before 409: barred from an open room, and in another',
  withApp(async (world) => {
    const {
      people: { barred },
      room,
    } = await stage(world, 'open');
    await barred.createRoom('attic');
    assert.is((await barred.enter(room)).status, 403);
    assert.is((await barred.say(room, 'hello')).status, 403);
  }),
);

test.run();
