import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { buffer } from 'node:stream/consumers';
import { type Kind, plainTextOf } from '../chat/entry.ts';
import { filesTag } from '../chat/files-identity.ts';
import { pinnedMessages } from '../chat/pin.ts';
import type { Reader } from '../chat/reader.ts';
import { entryLine, fileLine, roomLine } from '../chat/room-lines.ts';
import { Room } from '../chat/room.ts';
import { FileStore } from '../files/folder.ts';
import { type Command, CommandError, withDatabase } from './command.ts';

const BATCH = 1000;
/** Entries between two lines of progress. */
const STEP = 20_000;

/** Prints a room as JSON lines, with its images and files. `chat/room-lines.ts` has the format. */
export const exportRoom: Command = {
  parameters: ['ROOM'],
  summary: 'exports a room, by number or name, as JSON lines',
  run: (terminal, which = '') =>
    withDatabase(terminal, async (em, reader) => {
      const files = new FileStore(terminal.env.filesDir, () => filesTag(em));
      const room = await roomOf(em, which);
      const { name, topic, access, creator, createdAt, lastSeq } = room;
      const pins = (await pinnedMessages(reader, room.id)).map(({ seq }) => seq);
      terminal.print(roomLine({ name, topic, access, creator: creator.username, createdAt, lastSeq, pins }));
      for (let after = 0; after < lastSeq; after += BATCH) {
        for (const row of await reader.rows<Row>(ROWS, room.id, after + 1, after + BATCH)) {
          const file = await fileOf(files, reader, row);
          if (row.name !== null && file === undefined)
            terminal.progress(
              `The file of entry ${row.seq} is missing. Its description is exported as text.`,
            );
          terminal.print(lineOf(reader, row, file !== undefined));
          if (file !== undefined) terminal.print(file);
        }
        await terminal.taken();
        terminal.doing(`Entry ${Math.min(after + BATCH, lastSeq)} of ${lastSeq}`);
        if ((after + BATCH) % STEP === 0) terminal.progress(`${after + BATCH} of ${lastSeq} entries`);
      }
    }),
};

/** An entry of a room as a plain row: entities would take ten times the memory and the time. */
interface Row {
  seq: number;
  kind: Kind;
  author: string;
  subject: string | null;
  body: string;
  key: string | null;
  replyTo: number | null;
  byToken: boolean | number;
  at: unknown;
  name: string | null;
  description: string;
  describedAt: unknown;
}

const ROWS = `
  select e.seq, e.kind, u.username as author, s.username as subject, e.body, e.key, e.reply_to as "replyTo", e.by_token as "byToken", e.at, a.name, a.description, a.described_at as "describedAt"
  from entry e
  join "user" u on u.id = e.author_id
  left join "user" s on s.id = e.subject_id
  left join attachment a on a.room_id = e.room_id and a.seq = e.seq
  where e.room_id = ? and e.seq >= ? and e.seq <= ?
  order by e.seq`;

function lineOf(reader: Reader, row: Row, hasFile: boolean): string {
  const attachment = row.name === null || hasFile ? null : { description: row.description };
  const body = plainTextOf({ body: row.body, attachment });
  return entryLine({ ...row, body, byToken: Boolean(row.byToken), at: new Date(reader.time(row.at)) });
}

/** Returns the line of an entry's image or file; undefined if it has none, or if the file is missing. */
async function fileOf(files: FileStore, reader: Reader, row: Row): Promise<string | undefined> {
  const found = row.name === null ? undefined : await files.read(row.name);
  if (!found) return undefined;
  const describedAt = row.describedAt === null ? null : new Date(reader.time(row.describedAt));
  return fileLine(row.seq, {
    description: row.description,
    describedAt,
    content: await buffer(found.content),
  });
}

async function roomOf(em: EntityManager, which: string): Promise<Room> {
  const rooms = await em.find(
    Room,
    {
      ...(/^\d{1,9}$/.test(which) ? { id: Number(which) } : { name: which }),
      access: { $in: ['open', 'invite', 'direct'] },
    },
    { populate: ['creator'] },
  );
  if (rooms.length === 0)
    throw new CommandError(`There is no room ${which}. Give its name, or the number in its address.`);
  if (rooms.length > 1)
    throw new CommandError(
      `There are several rooms ${which}. Give the number of one: ${rooms.map(({ id }) => id).join(', ')}.`,
    );
  return rooms[0]!;
}
