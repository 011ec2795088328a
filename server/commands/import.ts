import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { Attachment, descriptionFor, type KeptFile } from '../chat/attachment.ts';
import { createFormer } from '../chat/former-member.ts';
import { Membership } from '../chat/membership.ts';
import { createRoom, lockRooms, Room } from '../chat/room.ts';
import { findByUsername, type User } from '../chat/user.ts';
import { Folder } from '../files/folder.ts';
import { accountOf, Undone, withDatabase, type Command } from './command.ts';
import { linesOf, type FileLine, type Header, type Line } from './room-file.ts';

/** Entries that are stored at once: whoever posts meanwhile does not wait for more. */
const BATCH = 500;
const STEP = 20_000;

type Kept = KeptFile & Omit<FileLine, 'content'>;

/** What a file has, once all of it was found to be right; what is attached is in the folder by then. */
interface Contents {
  header: Header;
  names: Set<string>;
  /** By the seq of the message. */
  kept: Map<number, Kept>;
}

/**
 * Makes a room of what `export` has put down, with the same numbers; of a conversation of two, one
 * for members only. Only USERNAME belongs to it at first. Whoever has no account here stands in it
 * as a former member, one for each name. Images are drawn anew, as those that come over the web.
 */
export const importRoom: Command = {
  takes: ['FILE', 'USERNAME'],
  what: 'makes a room of such a file, which USERNAME administers',
  run: (desk, file = '', login = '') =>
    withDatabase(desk, async (em) => {
      if (!existsSync(file)) throw new Undone(`There is no file ${file}.`);
      const admin = await accountOf(em, login);
      const { header, names, kept } = await contentsOf(file, new Folder(desk.env.filesDir)); // all of it, before anything is stored
      const { people, unknown } = await peopleNamed(em, names, desk.now);
      const { id } = await em.transactional((em) =>
        createRoom(
          em,
          admin,
          { name: header.name, access: header.access === 'open' ? 'open' : 'invite' },
          desk.now,
        ),
      );
      let batch: Line[] = [];
      for await (const line of linesOf(file)) {
        if ('access' in line) continue;
        batch.push({ ...line, file: undefined });
        if (batch.length === BATCH) batch = await store(em, id, batch, people, kept);
        if (line.seq % STEP === 0) desk.note(`${line.seq} entries`);
      }
      await store(em, id, batch, people, kept);
      const { lastSeq } = await em.findOneOrFail(Room, { id }, { refresh: true });
      await em.nativeUpdate(Membership, { room: id, user: admin.id }, { readSeq: lastSeq });
      if (unknown.length > 0)
        desk.note(`Without an account here, and so former members there: ${unknown.join(', ')}.`);
      desk.say(
        `The room ${header.name} is made, with ${lastSeq} ${lastSeq === 1 ? 'entry' : 'entries'}, at /rooms/${id}. ${admin.username} administers it.`,
      );
    }),
};

/** Reads a file to its end, and keeps what is attached to messages. @throws Undone where anything in it cannot be taken, and nothing is kept */
async function contentsOf(file: string, folder: Folder): Promise<Contents> {
  const names = new Set<string>();
  const kept = new Map<number, Kept>();
  let header: Header | undefined;
  try {
    for await (const line of linesOf(file)) {
      if ('access' in line) {
        header = line;
        continue;
      }
      for (const name of [line.author, line.subject]) if (name !== undefined) names.add(name);
      if (line.file) kept.set(line.seq, await keep(folder, line.seq, line.file));
    }
    if (!header) throw new Undone(`${file} is empty.`);
    return { header, names, kept };
  } catch (error) {
    await folder.remove([...kept.values()].map(({ name }) => name));
    throw error;
  }
}

async function keep(
  folder: Folder,
  seq: number,
  { description, describedAt, content }: FileLine,
): Promise<Kept> {
  let kept: KeptFile | undefined;
  try {
    kept = await folder.keep(Readable.from([content]));
    return {
      ...kept,
      description: descriptionFor(kept.type, { description, decorative: description === '' }),
      describedAt,
    };
  } catch (error) {
    if (kept) await folder.remove([kept.name]);
    throw new Undone(
      `The file of entry ${seq} cannot be taken, so nothing is made of any: ${(error as Error).message}`,
    );
  }
}

/** The accounts with these names, and a former member for each name that has none. */
async function peopleNamed(
  em: EntityManager,
  names: Set<string>,
  now: Date,
): Promise<{ people: Map<string, User>; unknown: string[] }> {
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
async function store(
  em: EntityManager,
  id: number,
  lines: Line[],
  people: Map<string, User>,
  kept: Map<number, Kept>,
): Promise<Line[]> {
  await em.fork().transactional(async (em) => {
    await lockRooms(em, id);
    const room = await em.findOneOrFail(Room, { id });
    for (const { seq, author, subject, kind, body, key, at } of lines) {
      const entry = room.append(em, {
        kind,
        author: people.get(author)!,
        ...(subject !== undefined && { subject: people.get(subject)! }),
        body,
        ...(key !== undefined && { key }),
        at,
      });
      const file = kept.get(seq);
      if (file) em.create(Attachment, { room, entry, author: entry.author, ...file });
    }
  });
  return [];
}
