import { setImmediate as nextTurn } from 'node:timers/promises';
import { awayChoices } from './away.ts';
import { NotFound } from './errors.ts';
import { ownMessages } from './own-messages.ts';
import type { Reader, Value } from './reader.ts';
import { announcementsFor } from './announcements.ts';
import { resultsOf } from './run-result.ts';
import { runsOf } from './run.ts';
import { sessionsPage } from './session-list.ts';
import { tokensOf } from './token.ts';
import { viewerOf } from './viewer.ts';

/** Rows that one statement reads: some milliseconds of work. */
const SLICE = 500;

type Slices = AsyncGenerator<unknown[]>;

/**
 * Yields all data of a user as parts of one JSON text. Between two parts, other requests are answered: the
 * whole may take seconds, and may be too long to hold in memory.
 */
export async function* exportData(reader: Reader, user: number, now: Date): AsyncGenerator<string> {
  yield `{\n${await accountOf(reader, user)}`;
  const lists: Record<string, Slices> = {
    rooms: roomsOf(reader, user),
    friends: friendsOf(reader, user),
    blocked: blockedBy(reader, user),
    reports: reportsBy(reader, user),
    invitations: invitationsBy(reader, user),
    runs: runsBy(reader, user),
    sessions: sessionsOf(reader, user, now),
    tokens: tokensBy(reader, user, now),
    messages: ownMessages(reader, user),
  };
  for (const [name, slices] of Object.entries(lists)) {
    yield `,\n "${name}": [`;
    let separator = '';
    for await (const items of slices) {
      await nextTurn();
      if (items.length === 0) continue;
      yield separator + items.map((item) => `\n  ${JSON.stringify(item)}`).join(',');
      separator = ',';
    }
    yield '\n ]';
  }
  yield '\n}\n';
}

async function accountOf(reader: Reader, id: number): Promise<string> {
  const viewer = await viewerOf(reader, id);
  if (!viewer) throw new NotFound();
  const { username, email, createdAt, zone, hourCycle, foundByEmail, whereabouts, enterSends } = viewer;
  const { liveView, reportLinks, style, away } = viewer;
  const choices = { zone, hourCycle, foundByEmail, whereabouts, enterSends, liveView, reportLinks, style };
  const account = { username, email, createdAt: new Date(createdAt), away };
  const toldWhileAway = await awayChoices(reader, id);
  const settings = { ...choices, announcements: announcementsFor(viewer.announcements, null), toldWhileAway };
  return ` "account": ${JSON.stringify(account)},\n "settings": ${JSON.stringify(settings)}`;
}

/**
 * Yields the rows of a `select` that ends with `limit SLICE`, slice by slice.
 * @param values those of the `?`; `after` is the key of the last row of the slice before, at first 0
 */
async function* slicesOf<Row extends object>(
  reader: Reader,
  sql: string,
  { values, keyOf }: { values: (after: number) => Value[]; keyOf: (row: Row) => number },
): AsyncGenerator<Row[]> {
  let rows: Row[];
  let after = 0;
  do {
    rows = await reader.rows<Row>(sql, ...values(after));
    yield rows;
    if (rows.length > 0) after = keyOf(rows.at(-1)!);
  } while (rows.length === SLICE);
}

interface RoomRow {
  id: number;
  name: string;
  access: string;
  role: string;
  joinedAt: unknown;
  readSeq: number;
  announcements: string | null;
  /** What they are told of it, if that is other than of the rest. */
  told: string | null;
  draft: string | null;
}

const ROOMS = `
  select r.id, r.name, r.access, m.role, m.joined_at as "joinedAt", m.read_seq as "readSeq", m.announcements, m.draft, o.what as told
  from membership m join room r on r.id = m.room_id
  left join away_room o on o.user_id = m.user_id and o.room_id = m.room_id
  where m.user_id = ? and m.room_id > ? order by m.room_id limit ${SLICE}`;

async function* roomsOf(reader: Reader, user: number): Slices {
  const values = (after: number) => [user, after];
  for await (const rows of slicesOf<RoomRow>(reader, ROOMS, { values, keyOf: ({ id }) => id }))
    yield rows.map(({ joinedAt, announcements, ...room }) => ({
      ...room,
      joinedAt: new Date(reader.time(joinedAt)),
      announcements: announcements && (JSON.parse(announcements) as unknown),
    }));
}

interface FriendRow {
  id: number;
  username: string;
  asker: number;
  since: unknown;
}

const FRIENDS = `
  select u.id, u.username, pair.asker, pair.since
  from (
    select high_id as other, asker_id as asker, accepted_at as since from friendship where low_id = ? and high_id > ?
    union all
    select low_id, asker_id, accepted_at from friendship where high_id = ? and low_id > ?
  ) as pair
  join "user" u on u.id = pair.other
  order by u.id limit ${SLICE}`;

async function* friendsOf(reader: Reader, user: number): Slices {
  const values = (after: number) => [user, after, user, after];
  for await (const rows of slicesOf<FriendRow>(reader, FRIENDS, { values, keyOf: ({ id }) => id }))
    yield rows.map(({ username, asker, since }) => {
      const request = asker === user ? 'sent' : 'received';
      const accepted = since === null ? null : new Date(reader.time(since));
      return { username, status: accepted ? 'friends' : request, since: accepted };
    });
}

const BLOCKED = `
  select u.id, u.username from block b join "user" u on u.id = b.blocked_id
  where b.user_id = ? and b.blocked_id > ? order by b.blocked_id limit ${SLICE}`;

async function* blockedBy(reader: Reader, user: number): Slices {
  const values = (after: number) => [user, after];
  const slices = slicesOf<{ id: number; username: string }>(reader, BLOCKED, {
    values,
    keyOf: ({ id }) => id,
  });
  for await (const rows of slices) yield rows.map(({ username }) => username);
}

interface ReportRow {
  id: number;
  roomName: string;
  seq: number;
  reason: string;
  madeAt: unknown;
}

const REPORTS = `
  select id, room_name as "roomName", seq, reason, made_at as "madeAt" from report
  where reporter_id = ? and id > ? order by id limit ${SLICE}`;

async function* reportsBy(reader: Reader, user: number): Slices {
  const values = (after: number) => [user, after];
  for await (const rows of slicesOf<ReportRow>(reader, REPORTS, { values, keyOf: ({ id }) => id }))
    yield rows.map(({ roomName, seq, reason, madeAt }) => ({
      roomName,
      seq,
      reason,
      madeAt: new Date(reader.time(madeAt)),
    }));
}

interface InvitationRow {
  id: number;
  room: string;
  uses: number;
  used: number;
  madeAt: unknown;
  expiresAt: unknown;
}

const INVITATIONS = `
  select i.id, r.name as room, i.uses, i.used, i.made_at as "madeAt", i.expires_at as "expiresAt"
  from invitation i join room r on r.id = i.room_id
  where i.maker_id = ? and i.id > ? order by i.id limit ${SLICE}`;

async function* invitationsBy(reader: Reader, user: number): Slices {
  const values = (after: number) => [user, after];
  for await (const rows of slicesOf<InvitationRow>(reader, INVITATIONS, { values, keyOf: ({ id }) => id }))
    yield rows.map(({ room, uses, used, madeAt, expiresAt }) => ({
      room,
      uses,
      used,
      madeAt: new Date(reader.time(madeAt)),
      expiresAt: new Date(reader.time(expiresAt)),
    }));
}

/** Runs in the practice room, one by one: each has as many results as there are scenes. */
async function* runsBy(reader: Reader, user: number): Slices {
  for (const { id, ...run } of await runsOf(reader, user))
    yield [{ ...run, results: await resultsOf(reader, id) }];
}

async function* sessionsOf(reader: Reader, user: number, now: Date): Slices {
  let hasNext = true;
  for (let number = 1; hasNext; number += 1) {
    const page = await sessionsPage(reader, user, { own: '', now, number, size: SLICE });
    yield page.rows.map(({ createdAt, seenAt, userAgent }) => ({ createdAt, seenAt, userAgent }));
    hasNext = page.hasNext;
  }
}

/** Without the tokens themselves, of which only hashes are kept. */
async function* tokensBy(reader: Reader, user: number, now: Date): Slices {
  yield (await tokensOf(reader, user, now)).map(
    ({ name, roomName, writes, createdAt, expiresAt, usedAt }) => ({
      name,
      room: roomName,
      writes,
      createdAt,
      expiresAt,
      usedAt,
    }),
  );
}
