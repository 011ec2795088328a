import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { FORMER_MEMBER } from '../chat/account-deletion.ts';
import { Invalid } from '../chat/errors.ts';
import { MOST_PINS } from '../chat/pin.ts';
import { FORMAT, type FileLine } from '../chat/room-lines.ts';
import { checkedRoomName, checkedTopic } from '../chat/room.ts';
import { fold } from '../text/characters.ts';
import { CommandError } from './command.ts';
import { type EntryLine, entryIn, fileIn, type Json, textIn } from './room-line.ts';

const READABLE = [1, 2, FORMAT];
const ACCESS = ['open', 'invite', 'direct'];

/** The room of a file, from its first line. */
export interface Header {
  name: string;
  topic: string;
  access: string;
  /** The seqs of the pinned messages. */
  pins: number[];
  /** How many entries there are; undefined if the file does not say. */
  lastSeq: number | undefined;
}

/**
 * Yields the room, then the entries of a file, each checked.
 * @throws CommandError with the number of the first wrong line, or if the file has fewer entries than its first line says
 */
export async function* readRoomFile(path: string, now: Date): AsyncGenerator<Header | EntryLine> {
  let number = 0;
  let seq = 0;
  let header: Header | undefined;
  let waiting: Json | undefined; // an entry that a file may follow
  const keys = new UniqueKeys();
  const checked = <T>(at: number, read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw new CommandError(
        `Line ${at} of ${path} is wrong, so nothing was imported: ${(error as Error).message}`,
      );
    }
  };
  const entryAt = (at: number, value: Json, file?: FileLine): EntryLine =>
    checked(at, () => keys.checked(entryIn(value, { expected: seq, now, file })));
  for await (const text of createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })) {
    number += 1;
    const value = checked(number, () => objectIn(text));
    if (number === 1) {
      yield (header = checked(number, () => headerIn(value)));
    } else if (waiting && 'file' in value) {
      const file = checked(number, () => fileIn(value, seq, now));
      yield entryAt(number - 1, waiting, file);
      waiting = undefined;
    } else {
      if (waiting) yield entryAt(number - 1, waiting);
      seq += 1;
      waiting = value;
    }
  }
  if (waiting) yield entryAt(number, waiting);
  if (header?.lastSeq !== undefined && header.lastSeq !== seq)
    throw new CommandError(
      `${path} has ${seq} of ${header.lastSeq} entries, so nothing was imported: it was not copied completely.`,
    );
}

/** Finds a key that an author has used twice. */
class UniqueKeys {
  readonly #seen = new Set<string>();

  /** @throws Invalid if the author has used the key before */
  checked(entry: EntryLine): EntryLine {
    if (entry.key === undefined) return entry;
    const id = `${entry.key} ${fold(entry.author)}`;
    if (!this.#seen.has(id)) {
      this.#seen.add(id);
      return entry;
    }
    if (entry.author === FORMER_MEMBER) return { ...entry, key: crypto.randomUUID() }; // there were several of them
    throw new Invalid({ '': 'An earlier message by the same author has the same key.' });
  }
}

function objectIn(text: string): Json {
  const value = parsed(text);
  if (typeof value === 'object' && value) return value;
  throw new Invalid({ '': 'It is not a JSON object.' });
}

/** The message of JSON.parse would have parts of the line, and so could write anything to the terminal. */
function parsed(text: string): Json | null {
  try {
    return JSON.parse(text) as Json | null;
  } catch {
    throw new Invalid({ '': 'It is not JSON.' });
  }
}

function pinsIn(value: unknown): number[] {
  if (Array.isArray(value) && value.length <= MOST_PINS && value.every(Number.isSafeInteger))
    return [...new Set(value as number[])];
  throw new Invalid({ '': `\`pins\` is no list of at most ${MOST_PINS} numbers of messages.` });
}

function headerIn({ plainchat, name, topic = '', access, lastSeq, pins = [] }: Json): Header {
  if (!READABLE.includes(plainchat as number))
    throw new Invalid({ '': 'It is not a room that “export” of this version or an earlier one wrote.' });
  if (!ACCESS.includes(textIn(access))) throw new Invalid({ '': 'There is no such kind of room.' });
  if (lastSeq !== undefined && !Number.isSafeInteger(lastSeq))
    throw new Invalid({ '': '`lastSeq` is not a number.' });
  return {
    name: checkedRoomName(textIn(name)),
    topic: checkedTopic(textIn(topic)),
    access: textIn(access),
    pins: pinsIn(pins),
    lastSeq: lastSeq as number | undefined,
  };
}
