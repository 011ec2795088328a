import type { EntryRecord } from './entry.ts';
import { entryRecords } from './entry-records.ts';
import type { Reader } from './reader.ts';
import type { ToldRoom } from './told-rooms.ts';

/** A message of which a user is told. */
export interface ToldMessage {
  record: EntryRecord;
  isMention: boolean;
  isReply: boolean;
}

/** What a user is told of a room, with the messages themselves. */
export type ToldLog = Omit<ToldRoom, 'messages'> & { messages: ToldMessage[] };

/** Reads the messages of rooms. A room of which none is left is left out. */
export async function toldLogs(reader: Reader, rooms: ToldRoom[]): Promise<ToldLog[]> {
  const logs: ToldLog[] = [];
  for (const { messages, ...room } of rooms) {
    const told: ToldMessage[] = [];
    for (const { seq, ...why } of messages) {
      const [record] = await entryRecords(reader, room.id, seq, seq);
      if (record) told.push({ record, ...why });
    }
    if (told.length > 0) logs.push({ ...room, messages: told });
  }
  return logs;
}
