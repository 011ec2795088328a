import type { PostgreSqlConnection } from '@mikro-orm/postgresql';
import type { MikroORM } from '@mikro-orm/sql';
import type { SqliteConnection } from '@mikro-orm/sqlite';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Block } from '../../server/chat/block.ts';
import { Friendship } from '../../server/chat/friendship.ts';
import { Membership } from '../../server/chat/membership.ts';
import { Presence } from '../../server/chat/presence.ts';
import { Report } from '../../server/chat/report.ts';
import { Room } from '../../server/chat/room.ts';
import { Session } from '../../server/chat/session.ts';
import { User } from '../../server/chat/user.ts';
import { isPostgres } from '../../server/database/options.ts';
import { withApp, type World } from '../support/app.ts';
import { enrolMany } from '../support/domain.ts';
import { type Answer, type Visitor, words } from '../support/visitor.ts';

const test = suite('long lists');

const MANY = 1000;
const MOST_BYTES = 60_000;
const MOST_STATEMENTS = 12;
/** Pages that show whole messages have more. */
const LONGER: Record<string, number> = { '/operator/reports/7': 300_000 };

/** Adds rows, some hundreds by one statement. */
async function insert({ em }: World, entity: new () => object, rows: object[]): Promise<void> {
  for (let from = 0; from < rows.length; from += 250)
    await em().insertMany(entity, rows.slice(from, from + 250));
}

/**
 * Adds to the world of ada, who has made the room, so many of everything that others can leave behind: friends,
 * friend requests, blocks, members, users in the room, sessions, rooms that she alone administers, reports, and
 * suspended users. Names and reasons are as long as they may be.
 */
async function fill(world: World, room: number, count: number): Promise<void> {
  const now = world.clock.now();
  const { id: ada } = await world.em().findOneOrFail(User, { username: 'ada' });
  const names = (kind: string) =>
    Array.from({ length: count }, (_, index) => `${kind}-${String(index).padStart(4, '0')}`);
  const enrolled = async (kind: string) => enrolMany(world.orm, names(kind));
  const pair = (other: number, asker: number, acceptedAt: Date | null) => ({
    low: Math.min(ada, other),
    high: Math.max(ada, other),
    asker,
    acceptedAt,
  });
  const friends = await enrolled('friend');
  await insert(world, Friendship, [
    ...friends.map((id) => pair(id, id, now)),
    ...(await enrolled('asker')).map((id) => pair(id, id, null)),
    ...(await enrolled('asked')).map((id) => pair(id, ada, null)),
  ]);
  await insert(
    world,
    Block,
    (await enrolled('blocked')).map((blocked) => ({ user: ada, blocked })),
  );
  await insert(
    world,
    Membership,
    friends.map((user) => ({ room, user, role: 'member', joinedAt: now })),
  );
  const lease = { lease: 'page', expiresAt: new Date(now.getTime() + 900_000), closing: false };
  await insert(
    world,
    Presence,
    friends.map((user) => ({ user, room, ...lease })),
  );
  await insert(
    world,
    Session,
    names('session').map((id) => ({
      id: id.padEnd(43, 'x'),
      user: ada,
      data: '{}',
      createdAt: now,
      seenAt: now,
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
    })),
  );
  await insert(
    world,
    Room,
    names('a room that ada alone administers'.slice(0, 50)).map((name) => ({
      name,
      access: 'invite',
      creator: ada,
      createdAt: now,
    })),
  );
  const rooms = await world.em().find(Room, { id: { $gt: room } });
  await insert(
    world,
    Membership,
    rooms.map(({ id }) => ({ room: id, user: ada, role: 'admin', joinedAt: now })),
  );
  await insert(
    world,
    Report,
    friends.map((reporter, index) => ({
      roomId: room,
      roomName: 'lobby',
      seq: index + 1,
      author: ada,
      reporter,
      body: 'x'.repeat(4000),
      saidAt: now,
      reason: 'because '.repeat(125),
      madeAt: now,
    })),
  );
  const suspended = await enrolled('suspended');
  await world
    .em()
    .nativeUpdate(
      User,
      { id: { $in: suspended } },
      { suspendedAt: now, suspendedFor: 'rude '.repeat(100).trim() },
    );
}

/** Counts the statements that the database of a world runs. */
async function countStatements({ orm }: World): Promise<() => number> {
  let count = 0;
  for (const [prototype, names] of await prototypes(orm)) {
    for (const name of names) {
      const original = prototype[name]!;
      prototype[name] = function (...given) {
        count += 1;
        return original.apply(this, given);
      };
    }
  }
  return () => count;
}

/** What runs statements, and by which methods. */
async function prototypes(
  orm: MikroORM,
): Promise<[Record<string, (...given: unknown[]) => unknown>, string[]][]> {
  if (isPostgres(orm.config.get('clientUrl') ?? '')) {
    const client = await (await (orm.em.getConnection() as PostgreSqlConnection).getNativeClient()).connect();
    client.release();
    return [[Object.getPrototypeOf(Object.getPrototypeOf(client)), ['query']]];
  }
  const database = await (orm.em.getConnection() as SqliteConnection).getNativeClient();
  return [[Object.getPrototypeOf(database.prepare('select 1')), ['all', 'get', 'run']]];
}

const PAGES = [
  '/people',
  '/people?friends=2',
  '/people?received=3&sent=2&blocked=4',
  '/people/friend-0000',
  '/settings',
  '/settings/sessions',
  '/settings/sessions?sessions=2',
  '/settings/delete',
  '/operator/reports',
  '/operator/reports?page=2&suspended=3',
  '/operator/reports/7',
  '/operator',
  '/operator/accounts',
  '/operator/accounts?page=3',
  '/operator/accounts?begins=friend',
  '/operator/accounts/friend-0000',
  '/operator/rooms',
  '/operator/rooms?begins=l',
  '/operator/rooms/1',
  '/rooms/1/manage',
  '/rooms/1/manage?page=2',
  '/rooms/1/members/friend-0000',
  '/rooms/1/delete',
  '/rooms/1/present',
  '/rooms/1/present?page=2',
  '/rooms/1/report',
];

/** Ada, who is an operator and the administrator of a room, in a world with so many of everything. */
async function stage(world: World, count: number): Promise<Visitor> {
  const ada = await world.cast('ada');
  const room = await ada.createRoom('lobby');
  await fill(world, room, count);
  const { username } = ada;
  await world.em().nativeUpdate(User, { username }, { operator: true });
  const [other] = await world.em().find(User, { username: 'friend-0000' });
  await ada.talk(room, 60);
  await world
    .em()
    .execute('update entry set author_id = ?, body = ?', [other!.id, '"&<> '.repeat(800).trim()]);
  await ada.get(`/rooms/${room}/manage`); // leaves the room
  return ada;
}

/** The pages, each with its bytes and the number of statements that it took. */
async function measure(world: World, ada: Visitor) {
  const statements = await countStatements(world);
  const found: { path: string; bytes: number; statements: number }[] = [];
  for (const path of PAGES) {
    const before = statements();
    const answer = await ada.get(path);
    assert.is(answer.status, 200, path);
    found.push({ path, bytes: Buffer.byteLength(answer.text), statements: statements() - before });
  }
  return found;
}

test(
  'a page has few bytes and takes few statements, whatever others have left behind',
  withApp(
    async (world) => {
      const ada = await stage(world, MANY);
      for (const { path, bytes, statements } of await measure(world, ada)) {
        assert.ok(bytes < (LONGER[path] ?? MOST_BYTES), `${path} has ${bytes} bytes`);
        assert.ok(statements <= MOST_STATEMENTS, `${path} takes ${statements} statements`);
      }
    },
    { rateLimits: false },
  ),
);

/** The address of the link with this name. */
function linkTo({ page }: Answer, name: string): string | undefined {
  return page
    .querySelectorAll('main a')
    .find((link) => words(link) === name)
    ?.getAttribute('href');
}

/** Lists, each with its page, the noun of its links, and the selector of its items. */
const LISTS: [path: string, noun: string, items: string][] = [
  ['/people', 'friends', 'form[action$="/message"]'],
  ['/people', 'friend requests', 'form[action$="/friend"]'],
  ['/people', 'requests you sent', 'a[href^="/people/asked"]'],
  ['/people', 'blocked people', 'form[action$="/unblock"]'],
  ['/settings/sessions', 'sessions', 'form[action^="/settings/sessions/"]'],
  ['/operator/reports', 'reports', 'a[href^="/operator/reports/"]'],
  ['/operator/reports', 'suspended people', 'form[action$="/unsuspend"]'],
  ['/rooms/1/manage', 'members', '.members > li .name'],
  ['/rooms/1/present', 'people', '.members > li'],
];

test(
  'the links to the next page lead through the whole of each list, and those to the previous page lead back',
  withApp(
    async (world) => {
      const ada = await stage(world, 120);
      for (const [path, noun, items] of LISTS) {
        const seen: string[] = [];
        let pages = 0;
        let answer: Answer | undefined;
        for (let address: string | undefined = path; address; address = linkTo(answer, `Next ${noun}`)) {
          answer = await ada.get(address);
          seen.push(
            ...answer.page.querySelectorAll(items).map((one) => one.getAttribute('action') ?? words(one)),
          );
          pages += 1;
        }
        assert.ok(
          pages > 1 && seen.length >= 120 && seen.length <= 121,
          `${noun}: ${seen.length} on ${pages} pages`,
        );
        assert.is(new Set(seen).size, seen.length, `${noun}: something is listed twice`);
        for (
          let address = linkTo(answer!, `Previous ${noun}`);
          address;
          address = linkTo(answer, `Previous ${noun}`)
        ) {
          answer = await ada.get(address);
          pages -= 1;
        }
        assert.is(pages, 1, `${noun}: the way back`);
      }
    },
    { rateLimits: false },
  ),
);

test.run();
