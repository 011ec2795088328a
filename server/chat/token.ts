import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { randomBytes } from 'node:crypto';
import { hasVisible, lengthOf } from '../text/characters.ts';
import { sha256 } from '../text/hash.ts';
import { requireWellFormed } from './checks.ts';
import { Invalid, NotFound } from './errors.ts';
import { Membership } from './membership.ts';
import { type Reader, rowOf } from './reader.ts';
import { Room } from './room.ts';
import { lockActor, User } from './user.ts';

const DAY_MS = 86_400_000;
const LONGEST_NAME = 64;
const MOST_DAYS = 365;
/** Tokens that a user can have at a time. */
const MOST_TOKENS = 50;
/** A use is recorded only if the last one that was is older than this. */
const STALE_MS = 600_000;

export const TokenSchema = defineEntity({
  name: 'Token',
  tableName: 'token',
  properties: {
    id: p.integer().primary(),
    user: () => p.manyToOne(User).deleteRule('cascade'),
    /** The only room that it serves; null for all rooms of its user. */
    room: () => p.manyToOne(Room).nullable().deleteRule('cascade'),
    name: p.string(),
    /** SHA-256 of the token, so that nobody who reads the table can use it. */
    hash: p.string().unique(),
    /** Whether it may post messages. */
    writes: p.boolean().default(false),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3),
    usedAt: p.datetime(3).nullable(),
  },
});

/** Lets a program read, and perhaps write, in place of a user. */
export class Token extends TokenSchema.class {}
TokenSchema.setClass(Token);

/** A token as a request has it. */
export interface GivenToken {
  id: number;
  user: number;
  room: number | null;
  writes: boolean;
}

/** Makes a token. Returns the text of it, which is not kept. @throws Invalid for `name`, `room`, `write` and `days` */
export async function makeToken(
  em: EntityManager,
  user: User,
  typed: { name: string; room: string; write: string; days: string },
  now: Date,
): Promise<string> {
  await lockActor(em, user);
  const name = checkedName(typed.name);
  const room = typed.room === '' ? null : await ownRoom(em, user, typed.room);
  if (!['', '1'].includes(typed.write))
    throw new Invalid({ write: 'Choose whether the token may only read, or also write messages.' });
  const days = /^\d{1,3}$/.test(typed.days) ? Number(typed.days) : 0;
  if (days < 1 || days > MOST_DAYS)
    throw new Invalid({ days: 'Enter a whole number of days from 1 to 365.' });
  await em.nativeDelete(Token, { user, expiresAt: { $lte: now } });
  const names = (await em.find(Token, { user }, { fields: ['name'] })).map(({ name }) => name);
  if (names.includes(name))
    throw new Invalid({ name: 'You have a token of this name. Choose another name.' });
  if (names.length >= MOST_TOKENS)
    throw new Invalid({
      name: `You have ${MOST_TOKENS} tokens, which is the most. End one, then make another.`,
    });
  const token = `plainchat_${randomBytes(32).toString('base64url')}`;
  const expiresAt = new Date(now.getTime() + days * DAY_MS);
  const writes = typed.write === '1';
  await em.insert(Token, {
    user,
    room,
    name,
    hash: sha256(token),
    writes,
    createdAt: now,
    expiresAt,
    usedAt: null,
  });
  return token;
}

function checkedName(typed: string): string {
  const name = typed.trim();
  if (!hasVisible(name) || lengthOf(name) > LONGEST_NAME || /[\p{Cc}\u2028\u2029]/u.test(name))
    throw new Invalid({
      name: 'Give the token a name of 1 to 64 characters on one line, by which you know it again.',
    });
  requireWellFormed('name', name);
  return name;
}

/** @throws Invalid for `room` */
async function ownRoom(em: EntityManager, user: User, typed: string): Promise<number> {
  const room = /^[1-9]\d{0,8}$/.test(typed) ? Number(typed) : 0;
  if ((await em.count(Membership, { user, room })) === 0)
    throw new Invalid({ room: 'Choose a room of which you are a member, or all rooms.' });
  return room;
}

/** Ends a token of the user. @throws NotFound */
export async function endToken(em: EntityManager, user: User, id: number): Promise<void> {
  if ((await em.nativeDelete(Token, { id, user })) === 0)
    throw new NotFound('This token has ended already. See your others in the settings.');
}

const TOKEN = `
  select id, user_id as "user", room_id as room, writes, expires_at as "expiresAt", used_at as "usedAt"
  from token where hash = ?`;

/** Finds a token that still holds, and records its use. Whether its user is suspended is for the caller to see. */
export async function findToken(
  em: () => EntityManager,
  reader: Reader,
  text: string,
  now: Date,
): Promise<GivenToken | undefined> {
  const row = await rowOf<Omit<GivenToken, 'writes'> & Record<'writes' | 'expiresAt' | 'usedAt', unknown>>(
    reader,
    TOKEN,
    sha256(text),
  );
  if (!row || reader.time(row.expiresAt) <= now.getTime()) return undefined;
  const { id, user, room } = row;
  if (row.usedAt === null || now.getTime() - reader.time(row.usedAt) > STALE_MS)
    await em().nativeUpdate(Token, { id }, { usedAt: now });
  return { id, user, room, writes: Boolean(row.writes) };
}

/** A token as its user sees it. */
export interface ListedToken {
  id: number;
  name: string;
  roomName: string | null;
  writes: boolean;
  createdAt: Date;
  expiresAt: Date;
  usedAt: Date | null;
}

const TOKENS = `
  select t.id, t.name, r.name as "roomName", t.writes, t.created_at as "createdAt", t.expires_at as "expiresAt", t.used_at as "usedAt"
  from token t left join room r on r.id = t.room_id where t.user_id = ? and t.expires_at > ? order by t.id desc limit ${MOST_TOKENS}`;

/** The tokens of a user that hold, the newest first. */
export async function tokensOf(reader: Reader, user: number, now: Date): Promise<ListedToken[]> {
  const rows = await reader.rows<Record<keyof ListedToken, never>>(
    TOKENS,
    user,
    reader.timeValue(now.getTime()),
  );
  const time = (value: unknown) => new Date(reader.time(value));
  return rows.map((row) => ({
    ...row,
    writes: Boolean(row.writes),
    createdAt: time(row.createdAt),
    expiresAt: time(row.expiresAt),
    usedAt: row.usedAt === null ? null : time(row.usedAt),
  }));
}
