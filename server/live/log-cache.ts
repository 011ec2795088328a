import type { EntryRecord } from '../chat/entry.ts';
import type { Awaitable } from './chain.ts';
import type { Lookups } from './lookups.ts';
import { areOutdated, bytesOf, type Dependencies, dependenciesOf } from './rendered-entry.ts';
import type { Versions } from './versions.ts';

/** The cache drops the rooms that were read longest ago when it takes more memory. */
const MOST_BYTES = 24_000_000;
/** What V8 takes for an entry beside its texts: its record, two maps, the lists of what it depends on. */
const ENTRY_BYTES = 1150;

/** An entry as one kind of reader sees it. */
export interface ShownEntry {
  html: string;
  /** The length of the HTML. */
  bytes: number;
  /** A hash of the HTML: it changes with what the entry shows. */
  digest: string;
  /** The day on which it was written, in the reader's zone. */
  day: { key: string; words: string };
}

/** An entry that is kept, with its HTML for each kind of reader. */
export interface KeptEntry extends Dependencies {
  record: EntryRecord;
  /** The room's version at which the usernames and the description were current. */
  version: number;
  shown: Map<string, ShownEntry>;
  json: Map<string, string>;
}

interface KeptRoom {
  entries: Map<number, KeptEntry>;
  bytes: number;
}

interface Parts {
  versions: Versions;
  lookups: Lookups;
  /** Returns the entries of a room with the seqs `first` to `last`. */
  read(room: number, first: number, last: number): Awaitable<EntryRecord[]>;
}

/**
 * The entries that pages and polls have shown: each is read once, and rendered once for each kind of
 * reader. Entries never change, but for usernames and descriptions: those are checked when the room's
 * version has changed since.
 */
export class LogCache {
  readonly #parts: Parts;
  readonly #rooms = new Map<number, KeptRoom>();
  #bytes = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Returns the entries of a room with the seqs `first` to `last`, as they are now. */
  async entries(room: number, first: number, last: number): Promise<KeptEntry[]> {
    const version = this.#parts.versions.ofRoom(room); // before anything is read: see versions.ts
    const kept = this.#room(room);
    const seqs = Array.from({ length: Math.max(last - first + 1, 0) }, (_, index) => first + index);
    const missing = seqs.filter((seq) => !kept.entries.has(seq));
    if (missing.length > 0) await this.#read(room, missing[0]!, missing.at(-1)!, version);
    const found = seqs.flatMap((seq) => kept.entries.get(seq) ?? []);
    const unchecked = found.filter((entry) => entry.version !== version);
    if (unchecked.length > 0) {
      if (await areOutdated(this.#parts.lookups, room, unchecked)) {
        await this.#read(room, unchecked[0]!.record.seq, unchecked.at(-1)!.record.seq, version);
        return seqs.flatMap((seq) => kept.entries.get(seq) ?? []);
      }
      for (const entry of unchecked) entry.version = version;
    }
    return found;
  }

  /** Returns the entry as a kind of reader sees it. @param render makes what is not kept yet */
  shown(entry: KeptEntry, reader: string, render: () => ShownEntry): ShownEntry {
    let shown = entry.shown.get(reader);
    if (!shown) {
      shown = render();
      entry.shown.set(reader, shown);
      this.#grow(entry.record.room.id, bytesOf(shown.html));
    }
    return shown;
  }

  /** Returns the entry as JSON. @param kind of reader @param render makes what is not kept yet */
  json(entry: KeptEntry, kind: string, render: () => string): string {
    let json = entry.json.get(kind);
    if (json === undefined) {
      json = render();
      entry.json.set(kind, json);
      this.#grow(entry.record.room.id, bytesOf(json));
    }
    return json;
  }

  async #read(room: number, first: number, last: number, version: number): Promise<void> {
    const records = await this.#parts.read(room, first, last);
    const kept = this.#room(room);
    let bytes = 0;
    for (const record of records) {
      bytes += ENTRY_BYTES + bytesOf(record.body);
      kept.entries.set(record.seq, {
        record,
        version,
        shown: new Map(),
        json: new Map(),
        ...dependenciesOf(record),
      });
    }
    this.#grow(room, bytes);
  }

  /** The room, moved to the end of those that were read longest ago. */
  #room(id: number): KeptRoom {
    const room = this.#rooms.get(id) ?? { entries: new Map<number, KeptEntry>(), bytes: 0 };
    this.#rooms.delete(id);
    this.#rooms.set(id, room);
    return room;
  }

  #grow(id: number, bytes: number): void {
    this.#room(id).bytes += bytes;
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#rooms) {
      if (this.#bytes <= MOST_BYTES) break;
      this.#rooms.delete(oldest);
      this.#bytes -= freed;
    }
  }
}
