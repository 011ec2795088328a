import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { entriesAfter, wordsOf } from '../chat/entry.ts';
import { Room } from '../chat/room.ts';
import { Undone, withDatabase, type Command } from './command.ts';

const BATCH = 1000;
/** How it is told how far it is, in entries. */
const STEP = 20_000;

/** What each file begins with; a number that rises where a later form can no longer be read as this one. */
export const FORMAT = 1;

/**
 * Puts a room down as JSON, one value a line: the room, then each entry in order.
 * `{"plainchat":1,"name","access","creator","createdAt","lastSeq"}`
 * `{"seq","kind","author","subject"?,"body","key"?,"at"}`
 * Of an image or a file there are the words, in the text of its message.
 */
export const exportRoom: Command = {
  takes: ['ROOM'],
  what: 'puts a room, by its number or name, down as JSON lines',
  run: (desk, which = '') => withDatabase(desk, async (em) => {
    const room = await roomOf(em, which);
    const { name, access, creator, createdAt, lastSeq } = room;
    desk.say(JSON.stringify({ plainchat: FORMAT, name, access, creator: creator.username, createdAt, lastSeq }));
    for (let after = 0; after < lastSeq; after += BATCH) {
      const own = em.fork(); // so that what was put down is not remembered
      for (const entry of await entriesAfter(own, room, after, BATCH)) {
        const { seq, kind, author, subject, key, at } = entry;
        desk.say(JSON.stringify({ seq, kind, author: author.username, ...(subject && { subject: subject.username }), body: wordsOf(entry), ...(key && { key }), at }));
      }
      if ((after + BATCH) % STEP === 0) desk.note(`${after + BATCH} of ${lastSeq} entries`);
    }
  }),
};

async function roomOf(em: EntityManager, which: string): Promise<Room> {
  const rooms = await em.find(Room, /^\d{1,9}$/.test(which) ? { id: Number(which) } : { name: which }, { populate: ['creator'] });
  if (rooms.length === 0) throw new Undone(`There is no room ${which}. Give its name, or the number that stands in its address.`);
  if (rooms.length > 1) throw new Undone(`There are several rooms ${which}. Give the number of one: ${rooms.map(({ id }) => id).join(', ')}.`);
  return rooms[0]!;
}
