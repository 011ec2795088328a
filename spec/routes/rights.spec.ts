import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { type Copy, copyOf, putInto } from '../support/copies.ts';
import { withApp, type World } from '../support/app.ts';
import type { Answer, Visitor } from '../support/visitor.ts';

const test = suite('rights in a room');

const KEY = '12345678';

/**
 * A user in each relation to a room, from the fewest to the most rights: `member` is outside the room,
 * `inside` in it, `removed` was removed while in it, `barred` has entered another room since.
 */
const PEOPLE = ['nobody', 'stranger', 'removed', 'barred', 'member', 'inside', 'admin'] as const;
type Person = (typeof PEOPLE)[number];
type Access = 'open' | 'invite';

interface Stage {
  people: Record<Person, Visitor>;
  room: number;
}

/** What the first spec of each kind of room has set up, for the others to begin with. */
const built = new Map<Access, { copy: Copy; people: Stage['people']; room: number }>();

async function stage(world: World, access: Access): Promise<Stage> {
  const first = built.get(access);
  if (!first) {
    const { people, room } = await build(world, access);
    built.set(access, { copy: await copyOf(world.orm), people: at('', people), room });
    return { people, room };
  }
  await putInto(world.orm, first.copy);
  return { people: at(world.base, first.people), room: first.room };
}

/** The same people at another server with the same data. */
const at = (base: string, people: Stage['people']) =>
  Object.fromEntries(
    Object.entries(people).map(([name, person]) => [name, person.at(base)]),
  ) as Stage['people'];

async function build({ cast, visitor }: World, access: Access): Promise<Stage> {
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
  await admin.say(room, 'hello'); // entry 2
  for (const person of [inside, member, removed, barred]) {
    await admin.post(`/rooms/${room}/members`, { username: person.username });
    await person.enter(room);
  }
  await member.leave(room);
  for (const { username } of [removed, barred]) await admin.post(`/rooms/${room}/members/${username}/remove`);
  await barred.leave(await barred.createRoom('study'));
  return { people: { nobody: visitor(), stranger, removed, barred, member, inside, admin }, room };
}

/** Everything that a refused request could have changed. */
async function stateOf({ reader }: World) {
  return {
    rooms: await reader.rows('select id, name, last_seq from room order by id'),
    entries: Number((await reader.rows<{ count: unknown }>('select count(*) as count from entry'))[0]!.count),
    members: await reader.rows('select room_id, user_id, role from membership order by room_id, user_id'),
    bans: await reader.rows('select room_id, user_id from ban order by room_id, user_id'),
    present: await reader.rows('select room_id, user_id from presence order by room_id, user_id'),
  };
}

interface Row {
  ask: 'GET' | 'POST';
  path: string;
  fields?: Record<string, string>;
  /** The status for a stranger to an open room. The columns below are for members of any room. */
  open: number;
  member: number;
  inside: number;
  admin: number;
  /** The status for a script, where it differs from that for a form. */
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
  { ask: 'GET', path: '?reply=2', ...MEMBERS_READ },
  { ask: 'GET', path: '/messages/2', ...MEMBERS_READ, open: 403 },
  { ask: 'GET', path: '/present', ...MEMBERS_READ, open: 403 },
  { ask: 'GET', path: '/search?q=hello', ...MEMBERS_READ, open: 403 },
  { ask: 'GET', path: '/days', ...MEMBERS_READ, open: 403 },
  { ask: 'GET', path: '/transcript', ...MEMBERS_READ, open: 403, member: 303, inside: 303, admin: 303 },
  { ask: 'GET', path: '.txt', ...MEMBERS_READ, open: 403 },
  { ask: 'GET', path: '.atom', ...MEMBERS_READ, open: 403 },
  { ask: 'GET', path: '/search.txt?q=hello', ...MEMBERS_READ, open: 403 },
  { ask: 'GET', path: '/manage', ...MEMBERS_READ, open: 403 },
  { ask: 'GET', path: '/members/linus', ...ADMINS_SEE },
  { ask: 'GET', path: '/members/linus/removal', ...ADMINS_SEE },
  { ask: 'GET', path: '/away', ...MEMBERS_READ, open: 403 },
  { ask: 'POST', path: '/away', fields: { what: 'all' }, open: 403, member: 303, inside: 303, admin: 303 },
  { ask: 'POST', path: '/away/clear', open: 403, member: 303, inside: 303, admin: 303 },
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
  {
    ask: 'POST',
    path: '/messages',
    fields: { body: 'hello', key: KEY, reply: '2' },
    open: 403,
    member: 409,
    inside: 303,
    admin: 303,
    script: { inside: 201, admin: 201 },
  },
  { ask: 'GET', path: '/invitations', ...ADMINS_SEE },
  { ask: 'POST', path: '/invitations', fields: { days: '7', uses: '1' }, ...ADMINS_ACT },
  { ask: 'POST', path: '/invitations/1/end', ...ADMINS_ACT },
  { ask: 'POST', path: '/mail-text', fields: { mailText: 'no' }, ...ADMINS_ACT },
  { ask: 'POST', path: '/topic', fields: { topic: 'tea' }, ...ADMINS_ACT },
  { ask: 'POST', path: '/messages/2/pin', ...ADMINS_ACT },
  { ask: 'POST', path: '/messages/2/unpin', ...ADMINS_ACT },
  { ask: 'POST', path: '/rename', fields: { name: 'parlour' }, ...ADMINS_ACT },
  { ask: 'POST', path: '/members', fields: { username: 'barbara' }, ...ADMINS_ACT },
  { ask: 'POST', path: '/members/linus/role', fields: { role: 'admin' }, ...ADMINS_ACT },
  { ask: 'POST', path: '/members/linus/remove', ...ADMINS_ACT },
  { ask: 'POST', path: '/quit', open: 403, member: 303, inside: 303, admin: 422 },
  { ask: 'POST', path: '/delete', ...ADMINS_ACT },
];

/** Only scripts use these. */
const POLL: Row = { ask: 'GET', path: '/poll', open: 403, member: 409, inside: 200, admin: 200 };
const SHAPE: Row = { ask: 'GET', path: '.json', ...MEMBERS_READ, open: 403 };
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

/** Whether the request was refused, or redirected away. */
const isRefused = (person: Person, { status, location }: Answer) =>
  status >= 400 || location?.startsWith('/login') === true || (person === 'removed' && location === '/rooms');

for (const access of ['open', 'invite'] as const) {
  const asked = [
    ...ROWS.map((row) => [row, false] as const),
    ...[POLL, ENTRIES, SHAPE, ...ROWS.filter(({ ask }) => ask === 'POST')].map((row) => [row, true] as const),
  ];
  for (const [row, isScript] of asked) {
    test(
      `the rights of each user decide ${row.ask} ${row.path || 'the page'} of an ${access} room ${isScript ? 'by a script' : 'by a form or link'}`,
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
  'GET /manage ends the presence of users in the room, and changes nothing else',
  withApp(async (world) => {
    const { people, room } = await stage(world, 'open');
    const before = await stateOf(world);
    for (const person of PEOPLE) await people[person].get(`/rooms/${room}/manage`);
    const after = await stateOf(world);
    assert.equal([after.members, after.bans, after.present], [before.members, before.bans, []]);
    assert.is(after.entries, before.entries + 2, 'a notice for each of the two who were in');
  }),
);

/** Each request has two reasons to be refused; the first one in the order decides. */
const orders: [what: string, status: number, ask: (stage: Stage) => Promise<Answer>][] = [
  [
    '413 before 403: a post that is too large and has no token',
    413,
    ({ people, room }) =>
      people.admin.send(`/rooms/${room}/rename`, {
        method: 'POST',
        body: new URLSearchParams({ name: 'x'.repeat(65_536) }),
      }),
  ],
  [
    '415 before 403: a post of plain text without a token',
    415,
    ({ people, room }) =>
      people.admin.send(`/rooms/${room}/rename`, { method: 'POST', body: 'name=parlour' }),
  ],
  [
    '403 before 303: a post without a token or a session',
    403,
    ({ people, room }) =>
      people.nobody.send(`/rooms/${room}/rename`, {
        method: 'POST',
        body: new URLSearchParams({ name: 'parlour' }),
      }),
  ],
  [
    '303 before 404: a form without a session for an unknown room',
    303,
    ({ people }) => people.nobody.post('/rooms/999/rename', { name: 'parlour' }),
  ],
  [
    '401 before 404: JSON without a session for an unknown room',
    401,
    ({ people }) => people.nobody.postJson('/rooms/999/rename', { name: 'parlour' }),
  ],
  [
    '404 before 403: a stranger to an invite room',
    404,
    ({ people, room }) => people.stranger.post(`/rooms/${room}/rename`, { name: 'parlour' }),
  ],
  [
    '404 before 422: an invalid name for an unknown room',
    404,
    ({ people }) => people.admin.post('/rooms/999/rename', { name: '' }),
  ],
  [
    '404 before 422: an invalid seq of an unknown room',
    404,
    ({ people }) => people.admin.getJson('/poll?room=999&after=x'),
  ],
  [
    '403 before 422: an invalid name by a member',
    403,
    ({ people, room }) => people.inside.post(`/rooms/${room}/rename`, { name: '' }),
  ],
  [
    '403 before 422: an unknown username by a member',
    403,
    ({ people, room }) => people.inside.post(`/rooms/${room}/members/nobody/remove`),
  ],
  [
    '403 before 422: an unknown role by a member',
    403,
    ({ people, room }) => people.inside.post(`/rooms/${room}/members/grace/role`, { role: 'x' }),
  ],
  [
    '409 before 422: an empty message from outside the room',
    409,
    ({ people, room }) => people.member.say(room, ''),
  ],
  [
    '409 before 422: an invalid seq from outside the room',
    409,
    ({ people, room }) => people.member.getJson(`/poll?room=${room}&after=x`),
  ],
  [
    '409 before 422: entering with an empty message from another room',
    409,
    async ({ people, room }) => {
      await people.member.createRoom('study');
      return people.member.enter(room, { body: '', key: KEY });
    },
  ],
];
for (const [what, status, ask] of orders) {
  test(
    `the first reason decides, ${what}`,
    withApp(async (world) => {
      const answer = await ask(await stage(world, 'invite'));
      assert.is(answer.status, status);
    }),
  );
}

test(
  'the first reason decides, 403 before 409: a barred user in another room enters or posts',
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
