import Keygrip from 'keygrip';
import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { searchKey } from '../../../server/text/characters.ts';
import { hashPassword } from '../../../server/chat/password.ts';
import { openDatabase } from '../../../server/database/open.ts';
import { talk } from '../../bench/talk.ts';
import { random as randomFrom } from '../../support/random.ts';

export const SESSION_KEY = 'a key for the day';
export const PASSWORD = 'correct horse battery';
/** The cost of a real server. */
const LOG_N = 15;
const DAY_MS = 86_400_000;
/** Rooms, or people for each of them, how many of them each user is a member of, and the messages in each. The first user is in all. */
const GROUPS = { people: 20, each: 3, messages: 300 };
const LARGE = { rooms: 6, each: 2, messages: 5000 };
const FRIENDS = 2;
const WITH_FRIEND = 20;

/** Somebody with an account. */
export interface Account {
  id: number;
  username: string;
  /** The cookies of their session, and none for who has to log in. */
  cookies: [name: string, value: string][];
  groups: number[];
  large: number[];
  /** Users with whom they have a conversation. */
  friends: string[];
}

type Random = () => number;

/** Fills a file with people, and with rooms in which they have written before. @param isLoggedIn by number of user */
export async function fill(
  file: string,
  { people, seed, isLoggedIn }: { people: number; seed: number; isLoggedIn: (number: number) => boolean },
): Promise<Account[]> {
  await (await openDatabase(file)).close();
  const random = randomFrom(seed);
  const hash = await hashPassword(PASSWORD, { logN: LOG_N, inTurn: (task) => task() });
  const database = new DatabaseSync(file);
  database.exec('pragma synchronous = off; begin');
  const accounts = addAccounts(database, people, hash, isLoggedIn);
  const say = talk(random);
  const members = (rooms: number[], own: 'groups' | 'large') =>
    rooms.map((room) => accounts.filter((account, number) => number === 0 || account[own].includes(room)));
  const groups = Math.ceil(people / GROUPS.people);
  const rooms = { groups: range(1, groups), large: range(groups + 1, LARGE.rooms) };
  for (const account of accounts) {
    account.groups = some(rooms.groups, GROUPS.each, random);
    account.large = some(rooms.large, LARGE.each, random);
  }
  const add = adder(database, random, say);
  for (const [index, inRoom] of members(rooms.groups, 'groups').entries())
    add(`Group ${index + 1}`, 'invite', inRoom, GROUPS.messages);
  for (const [index, inRoom] of members(rooms.large, 'large').entries())
    add(`Hall ${index + 1}`, 'open', inRoom, LARGE.messages);
  befriend(database, accounts, random, add);
  database.exec('commit; pragma wal_checkpoint(truncate)');
  database.close();
  return accounts;
}

function addAccounts(
  database: DatabaseSync,
  people: number,
  hash: string,
  isLoggedIn: (number: number) => boolean,
): Account[] {
  const user = database.prepare(
    `insert into user (username, username_key, email, email_key, password_hash, created_at) values (?1, ?1, ?2, ?2, ?3, ?4)`,
  );
  const session = database.prepare(
    'insert into session (id, user_id, data, created_at, seen_at, user_agent) values (?, ?, ?, ?, ?, ?)',
  );
  const keygrip = new Keygrip([SESSION_KEY], 'sha256');
  const yesterday = Date.now() - DAY_MS;
  return Array.from({ length: people }, (_, number): Account => {
    const username = `person-${number + 1}`;
    const id = Number(user.run(username, `${username}@example.org`, hash, yesterday).lastInsertRowid);
    const account = { id, username, groups: [], large: [], friends: [] };
    if (!isLoggedIn(number)) return { ...account, cookies: [] };
    const digest = (text: string) => createHash('sha256').update(text).digest('base64url');
    const key = digest(`session ${number}`).slice(0, 32);
    const data = JSON.stringify({ userId: id, csrf: digest(`token ${number}`).slice(0, 32) });
    session.run(digest(key), id, data, yesterday, yesterday, '');
    const name = '__Host-sid';
    return {
      ...account,
      cookies: [
        [name, key],
        [`${name}.sig`, keygrip.sign(`${name}=${key}`)],
      ],
    };
  });
}

type Add = (name: string, access: string, members: Account[], messages: number, pair?: string) => void;

/** Returns what adds a room with its members and their messages, all of which they have read. */
function adder(database: DatabaseSync, random: Random, say: () => string): Add {
  const room = database.prepare(
    `insert into room (name, name_key, access, pair, creator_id, last_seq, messages, created_at, said_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8)`,
  );
  const member = database.prepare(
    'insert into membership (room_id, user_id, role, joined_at, read_seq, hidden) values (?, ?, ?, ?, ?, 0)',
  );
  const entry = database.prepare(
    `insert into entry (room_id, seq, messages, kind, author_id, body, key, at) values (?1, ?2, ?2, 'message', ?3, ?4, 'yesterday-' || ?2, ?5)`,
  );
  const now = Date.now();
  return (name, access, members, messages, pair) => {
    const creator = members[0]!.id;
    const made = room.run(name, searchKey(name), access, pair ?? null, creator, messages, now - DAY_MS, now);
    const id = Number(made.lastInsertRowid);
    for (const [index, { id: user }] of members.entries())
      member.run(id, user, index === 0 && access !== 'direct' ? 'admin' : 'member', now - DAY_MS, messages);
    for (let seq = 1; seq <= messages; seq += 1)
      entry.run(id, seq, one(members, random).id, say(), now - ((messages - seq) / messages) * DAY_MS);
  };
}

/** Makes friends of some, with a conversation of each two. */
function befriend(database: DatabaseSync, accounts: Account[], random: Random, add: Add): void {
  const friendship = database.prepare(
    'insert into friendship (low_id, high_id, asker_id, accepted_at) values (?1, ?2, ?1, ?3)',
  );
  const known = new Set<string>();
  for (const account of accounts)
    for (let count = 0; count < FRIENDS; count += 1) {
      const [low, high] = [account, one(accounts, random)].toSorted((a, b) => a.id - b.id) as [
        Account,
        Account,
      ];
      const pair = `${low.id} ${high.id}`;
      if (low === high || known.has(pair)) continue;
      known.add(pair);
      friendship.run(low.id, high.id, Date.now() - DAY_MS);
      add(`${low.username} and ${high.username}`, 'direct', [low, high], WITH_FRIEND, pair);
      low.friends.push(high.username);
      high.friends.push(low.username);
    }
}

const range = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + index);

export const one = <T>(list: readonly T[], random: Random): T => list[Math.floor(random() * list.length)]!;

function some(list: number[], count: number, random: Random): number[] {
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(one(list, random));
  return [...chosen];
}
