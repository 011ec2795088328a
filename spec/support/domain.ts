import { type ListedRoom, roomList } from '../../server/chat/room-list.ts';
import { readerOf } from '../../server/database/connect-live.ts';
import type { SqlEntityManager as EntityManager, MikroORM } from '@mikro-orm/sql';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { register } from '../../server/chat/registration.ts';
import { type Hashing, hashPassword } from '../../server/chat/password.ts';
import { addMember, changeRole, removeMember } from '../../server/chat/administration.ts';
import { Entry } from '../../server/chat/entry.ts';
import { Membership, type Role } from '../../server/chat/membership.ts';
import { findRow } from '../../server/chat/find-row.ts';
import { createRoom } from '../../server/chat/new-room.ts';
import { type Posted, postMessage } from '../../server/chat/post.ts';
import { enter, type LeaseTimes } from '../../server/chat/presence.ts';
import type { Reader } from '../../server/chat/reader.ts';
import { User } from '../../server/chat/user.ts';
import { fold } from '../../server/text/characters.ts';
import { withDatabase } from './database.ts';

/** When a spec begins. */
export const NOW = new Date('2026-01-01T12:00:00.000Z');
export const TIMES: LeaseTimes = { page: 900_000, script: 120_000 };
/** The password of everybody in the domain. */
export const PASSWORD = 'correct horse';
/** The cheapest hash, for specs. */
export const LOG_N = 4;
/** Hashes cheaply, and without waiting. */
export const HASHING: Hashing = { logN: LOG_N, inTurn: (task) => task() };
let passwordHash: Promise<string> | undefined;

/** The time so many milliseconds after the spec began. */
export const later = (ms: number): Date => new Date(NOW.getTime() + ms);

/** A database of a spec's own, with ada, grace and linus, and what they do most. */
export interface House {
  orm: MikroORM;
  /** A fresh unit of work. */
  em(): EntityManager;
  /** Reads plain rows, as pages do: what is committed, so not within a transaction of the spec. */
  reader(): Promise<Reader>;
  /** The id of a person. */
  id(username: string): Promise<number>;
  /** Does something as a person, as one request does: in a unit of work and a transaction of its own. */
  as<T>(username: string, act: (em: EntityManager, user: User) => Promise<T>): Promise<T>;
  /** The same where it is done to another person, who is found before the transaction begins. */
  to<T>(
    username: string,
    other: string,
    act: (em: EntityManager, user: User, person: User) => Promise<T>,
  ): Promise<T>;
  /** Creates a room, and enters nobody; returns its id. */
  room(creator: string, name: string, access?: string): Promise<number>;
  enter(username: string, room: number, how?: { now?: Date; leave?: number }): Promise<void>;
  say(username: string, room: number, body: string, key?: string): Promise<Posted>;
  /** The first page of each list of rooms that a user sees. */
  roomsOf(username: string): Promise<Record<'own' | 'direct' | 'open', ListedRoom[]>>;
  /** Makes somebody a member, who has not entered; nobody did it, and no notice tells it. */
  join(username: string, room: number, role?: Role): Promise<void>;
  add(admin: string, room: number, username: string): Promise<void>;
  remove(admin: string, room: number, username: string): Promise<void>;
  changeRole(admin: string, room: number, username: string, role: string): Promise<void>;
  /** The members as `ada admin`, `grace member`, by name. */
  members(room: number): Promise<string[]>;
  /** The log in order, each entry as `1 entered ada`, `2 ada: hello` or `3 role ada grace admin`. */
  log(room: number): Promise<string[]>;
}

/** Runs `work` in a house of its own, and clears it away whatever happens. */
export function withHouse(work: (house: House) => Promise<void>): () => Promise<void> {
  return () =>
    withDatabase(async (orm) => {
      for (const username of ['ada', 'grace', 'linus']) await enrol(orm, username);
      await work(houseOf(orm));
    });
}

/** Creates the account of one of the cast. */
export function enrol(orm: MikroORM, username: string): Promise<User> {
  return register(
    orm.em.fork(),
    { username, email: `${username}@example.org`, password: PASSWORD },
    { now: NOW, ...HASHING },
  );
}

/** Creates the account of one of the cast by its row; what it was hashed from is the same for all. */
export async function enrolled(orm: MikroORM, username: string, createdAt: Date): Promise<User> {
  passwordHash ??= hashPassword(PASSWORD, HASHING);
  const [usernameKey, email] = [fold(username), `${username}@example.org`];
  const row = {
    username,
    usernameKey,
    email,
    emailKey: fold(email),
    passwordHash: await passwordHash,
    createdAt,
  };
  const em = orm.em.fork();
  return (await findRow(em, User, { id: await em.insert(User, row) }))!;
}

/** Creates accounts without passwords, by few statements. Returns their ids in the order of the usernames. */
export async function enrolMany(orm: MikroORM, usernames: string[]): Promise<number[]> {
  const em = orm.em.fork() as EntityManager;
  const rows = usernames.map((username) => {
    const [usernameKey, email] = [fold(username), `${username}@example.org`];
    return { username, usernameKey, email, emailKey: fold(email), passwordHash: '', createdAt: NOW };
  });
  for (let from = 0; from < rows.length; from += 500) await em.insertMany(User, rows.slice(from, from + 500));
  const found = await em.execute<{ id: number; username: string }[]>('select id, username from "user"');
  const ids = new Map(found.map(({ id, username }) => [username, id]));
  return usernames.map((username) => ids.get(username)!);
}

export function houseOf(orm: MikroORM): House {
  const em = () => orm.em.fork() as EntityManager;
  const to: House['to'] = (username, other, act) => {
    const done = (async () => {
      const own = em();
      const user = await own.findOneOrFail(User, { username });
      const person = await own.findOneOrFail(User, { username: other });
      return own.transactional((inner) => act(inner, user, person));
    })();
    done.catch(() => {}); // of several that are begun at once, one is looked at after another
    return done;
  };
  const as: House['as'] = (username, act) => to(username, username, act);
  return {
    orm,
    em,
    reader: () => readerOf(orm),
    id: async (username) => (await em().findOneOrFail(User, { username })).id,
    as,
    to,
    room: (creator, name, access = 'open') =>
      as(creator, async (inner, user) => (await createRoom(inner, user, { name, access }, NOW)).id),
    enter: (username, room, { now = NOW, leave } = {}) =>
      as(username, (inner, user) => enter(inner, user, room, { now, leaseTimes: TIMES, leave })),
    say: (username, room, body, key = crypto.randomUUID()) =>
      as(username, (inner, user) => postMessage(inner, user, room, { body, key }, NOW)),
    join: async (username, room, role = 'member') => {
      const { id: user } = await em().findOneOrFail(User, { username });
      await em().insert(Membership, { room, user, role, joinedAt: NOW });
    },
    roomsOf: async (username) => {
      const { id } = await em().findOneOrFail(User, { username });
      const { own, direct, open } = await roomList(await readerOf(orm), id, { own: 1, direct: 1, open: 1 });
      return { own: own.rows, direct: direct.rows, open: open.rows };
    },
    add: (admin, room, username) =>
      to(admin, username, (inner, user, person) => addMember(inner, user, room, person, NOW)),
    remove: (admin, room, username) =>
      to(admin, username, (inner, user, person) => removeMember(inner, user, room, person, NOW)),
    changeRole: (admin, room, username, role) =>
      to(admin, username, (inner, user, person) => changeRole(inner, user, room, person, role, NOW)),
    members: async (room) => {
      const members = await em().find(Membership, { room }, { populate: ['user'] });
      return members.map(({ user, role }) => `${user.username} ${role}`).toSorted();
    },
    log: async (room) => {
      const entries = await em().find(
        Entry,
        { room },
        { orderBy: { seq: 'asc' }, populate: ['author', 'subject'] },
      );
      return entries.map(({ seq, kind, author, subject, body }) =>
        kind === 'message'
          ? `${seq} ${author.username}: ${body}`
          : [seq, kind, author.username, subject?.username, body].filter(Boolean).join(' '),
      );
    },
  };
}

/** Runs `work` with the path of a database file that is not there yet, in a folder of its own. */
export function withFile(work: (file: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plainchat-'));
    try {
      await work(join(folder, 'chat.db'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
}

/** Returns the refusal of the kind that `act` must end in; anything else fails the spec. */
export async function refusal<E extends Error>(
  kind: abstract new (...given: never[]) => E,
  act: Promise<unknown> | (() => unknown),
): Promise<E> {
  try {
    await (typeof act === 'function' ? act() : act);
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  throw new Error(`Nothing was refused, where ${kind.name} was due.`);
}

/** Awaits what was begun at once, and returns what was thrown. */
export async function thrownBy(acts: Promise<unknown>[]): Promise<unknown[]> {
  const outcomes = await Promise.allSettled(acts);
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
}
