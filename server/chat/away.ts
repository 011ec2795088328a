import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { randomBytes } from 'node:crypto';
import { type Reader, rowOf } from './reader.ts';
import { Room } from './room.ts';
import { User } from './user.ts';

/** What a user is told: nothing; what is meant for them (mentions, replies, private messages); or every message. */
export type Told = 'nothing' | 'mine' | 'all';
/** When a way tells: some minutes after a message came, once a day, or never. */
export type When = 'soon' | 'daily' | 'never';
/** How a user is told: by a mail, or by a post to an address of their own. */
export type Way = 'mail' | 'hook';
export const WAYS = ['hook', 'mail'] as const satisfies Way[];

export const AwaySchema = defineEntity({
  name: 'Away',
  tableName: 'away',
  properties: {
    user: () => p.manyToOne(User).primary().deleteRule('cascade').index(false),
    /** The folded email that its owner has confirmed. Mails go there while the account has the same. */
    confirmedKey: p.string().nullable(),
    what: p.string().$type<Told>().default('mine'),
    mail: p.string().$type<When>().default('soon'),
    hook: p.string().$type<When>().default('never'),
    /** The address of the user's own that is posted to. */
    hookUrl: p.text().nullable(),
    /** Whether pages that nobody sees tell by notifications of the browser. */
    browser: p.boolean().default(false),
    /** So many minutes a message may stay unread before it is told. */
    minutes: p.integer().default(15),
    /** The hour of the day, in `zone`, of the ways that tell once a day. */
    hour: p.integer().default(8),
    zone: p.string().default('UTC'),
    /** The hours between which nothing is told, in `zone`; null: at no time. */
    quietFrom: p.integer().nullable(),
    quietUntil: p.integer().nullable(),
    /** In the link of each mail that ends the mails, so it is kept readable. It serves for nothing else. */
    stopKey: p.string().unique(),
    /** The day of the last mail, counted from 1970 in UTC, and how many there were on it. */
    mailDay: p.integer().default(0),
    mails: p.integer().default(0),
  },
});

/** What a user has chosen to be told while they are away. Without a row nothing is told. */
export class Away extends AwaySchema.class {}
AwaySchema.setClass(Away);

export const AwayRoomSchema = defineEntity({
  name: 'AwayRoom',
  tableName: 'away_room',
  properties: {
    user: () => p.manyToOne(User).primary().deleteRule('cascade').index(false),
    room: () => p.manyToOne(Room).primary().deleteRule('cascade'),
    what: p.string().$type<Told>(),
  },
});

/** What a user is told of one room, other than of the rest. */
export class AwayRoom extends AwayRoomSchema.class {}
AwayRoomSchema.setClass(AwayRoom);

/** The choices of a user as plain columns. */
export interface AwayChoices {
  /** Whether the email that the account has now is confirmed. */
  isConfirmed: boolean;
  what: Told;
  mail: When;
  hook: When;
  hookUrl: string | null;
  browser: boolean;
  minutes: number;
  hour: number;
  zone: string | null;
  quietFrom: number | null;
  quietUntil: number | null;
}

/** What holds for a user who has not chosen. */
export const DEFAULTS: AwayChoices = {
  isConfirmed: false,
  what: 'mine',
  mail: 'soon',
  hook: 'never',
  hookUrl: null,
  browser: false,
  minutes: 15,
  hour: 8,
  zone: null,
  quietFrom: null,
  quietUntil: null,
};

const CHOICES = `
  select case when a.confirmed_key = u.email_key then 1 else 0 end as confirmed, a.what, a.mail, a.hook,
    a.hook_url as "hookUrl", a.browser, a.minutes, a.hour, a.zone, a.quiet_from as "quietFrom", a.quiet_until as "quietUntil"
  from away a join "user" u on u.id = a.user_id where a.user_id = ?`;

/** What a user has chosen. */
export async function awayChoices(reader: Reader, user: number): Promise<AwayChoices> {
  const row = await rowOf<Omit<AwayChoices, 'browser'> & { confirmed: number; browser: unknown }>(
    reader,
    CHOICES,
    user,
  );
  if (!row) return DEFAULTS;
  const { confirmed, ...choices } = row;
  return { ...choices, isConfirmed: confirmed === 1, browser: Boolean(choices.browser) };
}

/** What a user is told of a room, if they have chosen it for that room. */
export async function toldOfRoom(reader: Reader, user: number, room: number): Promise<Told | undefined> {
  const sql = 'select what from away_room where user_id = ? and room_id = ?';
  return (await rowOf<{ what: Told }>(reader, sql, user, room))?.what;
}

/** Makes the user's row, if there is none. Runs inside a transaction that holds the user's lock. */
export async function ensureAway(em: EntityManager, user: Pick<User, 'id' | 'zone'>): Promise<void> {
  if ((await em.count(Away, { user: user.id })) > 0) return;
  const stopKey = randomBytes(24).toString('base64url');
  await em.insert(Away, { user: user.id, zone: user.zone ?? 'UTC', stopKey });
}

/** Ends the mails of the user whose mails have this key in their link. Returns false if there is none. */
export async function stopMails(em: EntityManager, stopKey: string): Promise<boolean> {
  return (await em.nativeUpdate(Away, { stopKey }, { mail: 'never' })) > 0;
}
