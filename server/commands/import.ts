import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { KINDS, type Kind } from '../chat/entry.ts';
import { Invalid } from '../chat/errors.ts';
import { createFormer } from '../chat/former-member.ts';
import { Membership } from '../chat/membership.ts';
import { checkedBody, checkedKey } from '../chat/message.ts';
import { checkedRoomName, createRoom, lockRooms, Room } from '../chat/room.ts';
import { isWellFormed } from '../chat/text.ts';
import { findByUsername, type User } from '../chat/user.ts';
import { accountOf, Undone, withDatabase, type Command } from './command.ts';
import { FORMAT } from './export.ts';

/** Entries that are stored at once: whoever posts meanwhile does not wait for more. */
const BATCH = 500;
const STEP = 20_000;

/** What the first line tells of the room. */
interface Header {
  name: string;
  access: string;
}

/** What each other line tells of an entry. */
interface Line {
  seq: number;
  kind: Kind;
  author: string;
  subject: string | undefined;
  body: string;
  key: string | undefined;
  at: Date;
}

/**
 * Makes a room of what `export` has put down, with the same numbers; of a conversation of two, one
 * for members only. Only USERNAME belongs to it at first. Whoever has no account here stands in it
 * as a former member, one for each name.
 */
export const importRoom: Command = {
  takes: ['FILE', 'USERNAME'],
  what: 'makes a room of such a file, which USERNAME administers',
  run: (desk, file = '', login = '') => withDatabase(desk, async (em) => {
    if (!existsSync(file)) throw new Undone(`There is no file ${file}.`);
    const admin = await accountOf(em, login);
    const names = new Set<string>();
    let header: Header | undefined;
    for await (const line of linesOf(file)) { // all of it, before anything is stored
      if ('access' in line) header = line;
      else for (const name of [line.author, line.subject]) if (name !== undefined) names.add(name);
    }
    if (!header) throw new Undone(`${file} is empty.`);
    const { people, unknown } = await peopleNamed(em, names, desk.now);
    const { id } = await em.transactional((em) => createRoom(em, admin, { name: header.name, access: header.access === 'open' ? 'open' : 'invite' }, desk.now));
    let batch: Line[] = [];
    for await (const line of linesOf(file)) {
      if ('access' in line) continue;
      batch.push(line);
      if (batch.length === BATCH) batch = await store(em, id, batch, people);
      if (line.seq % STEP === 0) desk.note(`${line.seq} entries`);
    }
    await store(em, id, batch, people);
    const { lastSeq } = await em.findOneOrFail(Room, { id }, { refresh: true });
    await em.nativeUpdate(Membership, { room: id, user: admin.id }, { readSeq: lastSeq });
    if (unknown.length > 0) desk.note(`Without an account here, and so former members there: ${unknown.join(', ')}.`);
    desk.say(`The room ${header.name} is made, with ${lastSeq} entries, at /rooms/${id}. ${admin.username} administers it.`);
  }),
};

/** The lines of a file, each checked. @throws Undone with the number of the line that cannot be taken */
async function* linesOf(file: string): AsyncGenerator<Header | Line> {
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
    try {
      yield number === 0 ? headerOf(JSON.parse(text)) : lineOf(JSON.parse(text), number);
    } catch (error) {
      throw new Undone(`Line ${number + 1} of ${file} cannot be taken, so nothing is made of it: ${(error as Error).message}`);
    }
    number += 1;
  }
}

function headerOf({ plainchat, name, access }: Record<string, unknown>): Header {
  if (plainchat !== FORMAT) throw new Invalid({ '': 'This is no room that “export” of this version has put down.' });
  return { name: checkedRoomName(text(name)), access: text(access) };
}

function lineOf({ seq, kind, author, subject, body, key, at }: Record<string, unknown>, expected: number): Line {
  if (seq !== expected) throw new Invalid({ '': `Its number should be ${expected}.` });
  if (!KINDS.includes(kind as Kind)) throw new Invalid({ '': 'There is no such kind of entry.' });
  const date = new Date(text(at));
  if (Number.isNaN(date.getTime())) throw new Invalid({ '': 'Its time is none.' });
  const isMessage = kind === 'message';
  return {
    seq, kind: kind as Kind, author: text(author), subject: subject === undefined ? undefined : text(subject),
    body: isMessage ? checkedBody(text(body)) : text(body), key: isMessage ? checkedKey(text(key)) : undefined, at: date,
  };
}

function text(value: unknown): string {
  if (typeof value === 'string' && isWellFormed(value)) return value;
  throw new Invalid({ '': 'Something in it should be a text, and is none.' });
}

/** The accounts with these names, and a former member for each name that has none. */
async function peopleNamed(em: EntityManager, names: Set<string>, now: Date): Promise<{ people: Map<string, User>; unknown: string[] }> {
  const people = new Map<string, User>();
  const unknown: string[] = [];
  for (const name of names) {
    const user = await findByUsername(em, name);
    if (!user) unknown.push(name);
    people.set(name, user ?? (await createFormer(em, now)));
  }
  return { people, unknown };
}

/** Puts entries at the end of the room, as if they were said now; returns what is left: none. */
async function store(em: EntityManager, id: number, lines: Line[], people: Map<string, User>): Promise<Line[]> {
  await em.fork().transactional(async (em) => {
    await lockRooms(em, id);
    const room = await em.findOneOrFail(Room, { id });
    for (const { author, subject, kind, body, key, at } of lines) {
      room.append(em, { kind, author: people.get(author)!, ...(subject !== undefined && { subject: people.get(subject)! }), body, ...(key !== undefined && { key }), at });
    }
  });
  return [];
}
