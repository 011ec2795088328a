import { buffer } from 'node:stream/consumers';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { entriesAfter, wordsOf, type Entry } from '../chat/entry.ts';
import { Room } from '../chat/room.ts';
import { Folder } from '../files/folder.ts';
import { Undone, withDatabase, type Command } from './command.ts';
import { fileLine, FORMAT } from './room-file.ts';

const BATCH = 1000;
/** How it is told how far it is, in entries. */
const STEP = 20_000;

/** Puts a room down as JSON lines, with its images and files; see `room-file.ts`. */
export const exportRoom: Command = {
  takes: ['ROOM'],
  what: 'puts a room, by its number or name, down as JSON lines',
  run: (desk, which = '') =>
    withDatabase(desk, async (em) => {
      const files = new Folder(desk.env.filesDir);
      const room = await roomOf(em, which);
      const { name, access, creator, createdAt, lastSeq } = room;
      desk.say(
        JSON.stringify({ plainchat: FORMAT, name, access, creator: creator.username, createdAt, lastSeq }),
      );
      for (let after = 0; after < lastSeq; after += BATCH) {
        const own = em.fork(); // so that what was put down is not remembered
        for (const entry of await entriesAfter(own, room, after, BATCH)) {
          const file = await fileOf(files, entry);
          if (entry.attachment && !file)
            desk.note(`The file of entry ${entry.seq} is not there: of it are its words alone, in the text.`);
          desk.say(lineOf(entry, file ? entry.body : wordsOf(entry)));
          if (file) desk.say(file);
        }
        if ((after + BATCH) % STEP === 0) desk.note(`${after + BATCH} of ${lastSeq} entries`);
      }
    }),
};

function lineOf({ seq, kind, author, subject, key, at }: Entry, body: string): string {
  return JSON.stringify({
    seq,
    kind,
    author: author.username,
    ...(subject && { subject: subject.username }),
    body,
    ...(key && { key }),
    at,
  });
}

/** The line of what is attached to an entry; undefined where nothing is, or it is not there any more. */
async function fileOf(files: Folder, { seq, attachment }: Entry): Promise<string | undefined> {
  const found = attachment && (await files.read(attachment.name!));
  if (!found) return undefined;
  const { description = '', describedAt = null } = attachment!;
  return fileLine(seq, { description, describedAt, content: await buffer(found.content) });
}

async function roomOf(em: EntityManager, which: string): Promise<Room> {
  const rooms = await em.find(Room, /^\d{1,9}$/.test(which) ? { id: Number(which) } : { name: which }, {
    populate: ['creator'],
  });
  if (rooms.length === 0)
    throw new Undone(`There is no room ${which}. Give its name, or the number that stands in its address.`);
  if (rooms.length > 1)
    throw new Undone(
      `There are several rooms ${which}. Give the number of one: ${rooms.map(({ id }) => id).join(', ')}.`,
    );
  return rooms[0]!;
}
