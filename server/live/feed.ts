import { BATCH_SIZE, type EntryRecord } from '../chat/entry.ts';
import { type Awaitable, chain } from './chain.ts';
import { type Lookups } from './lookups.ts';
import { areOutdated, bytesOf, dependenciesOf, type RenderedEntry } from './rendered-entry.ts';
import {
  bytesKept,
  isFilled,
  isLinked,
  keepInTail,
  newTail,
  type PollAnswer,
  pollAnswer,
  type Tail,
} from './tail.ts';
import { mapInSlices } from './slices.ts';
import type { Versions } from './versions.ts';

/** The feed forgets all rooms when it would hold more rooms, or more text of entries. It reads them again when polled. */
const MOST_ROOMS = 10_000;
const MOST_BYTES = 16_000_000;
/** Answers kept for a room. Most clients have seen the same entry, so few different answers are needed. */
const MOST_ANSWERS = 8;

/** Returns the entries of a room with a seq over `after`, oldest first, at most `BATCH_SIZE`. */
export type ReadEntries = (room: number, after: number) => Awaitable<EntryRecord[]>;
/** Returns an entry as JSON. */
export type Render = (entry: EntryRecord) => string;

/** What `#update` has to reach: all entries from `after` to `last`, current at `version`. */
interface Target {
  after: number;
  last: number;
  version: number;
}

interface Parts {
  versions: Versions;
  lookups: Lookups;
  entries: ReadEntries;
  render: Render;
}

/** The tails of all rooms: each entry is read once and rendered once, for all clients that poll. */
export class Feed {
  readonly #versions: Versions;
  readonly #lookups: Lookups;
  readonly #readEntries: ReadEntries;
  readonly #render: Render;
  readonly #tails = new Map<number, Tail>();
  #bytes = 0;

  constructor({ versions, lookups, entries, render }: Parts) {
    this.#versions = versions;
    this.#lookups = lookups;
    this.#readEntries = entries;
    this.#render = render;
  }

  /** Returns the room's tail with its current name and `last`; undefined if there is no such room. */
  room(id: number): Awaitable<Tail | undefined> {
    const tail = this.#tails.get(id);
    const version = this.#versions.ofRoom(id);
    if (tail?.version === version) return tail;
    return chain(this.#lookups.room(id), (found) => {
      if (found) return this.#refreshTail(id, { ...found, version });
      this.#forget(id);
      return undefined;
    });
  }

  /**
   * Returns the answer for a client that has seen the log up to `after`. Returns undefined if it needs
   * more than `BATCH_SIZE` entries, or differs from the answer for others, because the client's user has
   * blocked an author.
   */
  answerFor(tail: Tail, after: number, blocked: ReadonlySet<number>): Awaitable<PollAnswer | undefined> {
    if (tail.last - after > BATCH_SIZE) return undefined;
    return chain(this.#fill(tail, after), () => {
      const first = tail.entries[0]?.seq ?? 0;
      const ready = tail.answers.get(after);
      if (after < first - 1 || (ready && blocked.size === 0)) return ready;
      const entries = tail.entries.slice(after - first + 1);
      if (entries.some(({ sources }) => sources.some((user) => blocked.has(user)))) return undefined;
      if (tail.answers.size >= MOST_ANSWERS) tail.answers.clear();
      const answer = ready ?? pollAnswer(tail, entries);
      tail.answers.set(after, answer);
      return answer;
    });
  }

  /** Takes entries that this process has just committed, in the order of their seqs. */
  addStored(entries: EntryRecord[]): void {
    for (const [room, added] of Map.groupBy(entries, (entry) => entry.room.id)) {
      const tail = this.#tails.get(room);
      if (!tail) continue;
      const before = tail.stored.at(-1)?.seq === added[0]!.seq - 1 ? tail.stored : [];
      this.#keep(tail, { stored: [...before, ...added].slice(-BATCH_SIZE) });
    }
  }

  #refreshTail(id: number, found: { name: string; last: number; version: number }): Tail {
    let tail = this.#tails.get(id);
    if (tail && found.last < tail.last) {
      this.#forget(id); // the database was restored from a backup
      tail = undefined;
    }
    if (!tail) {
      if (this.#tails.size >= MOST_ROOMS) this.#forgetAll();
      tail = newTail(id, found);
      this.#tails.set(id, tail);
    }
    if (tail.name !== found.name || tail.last !== found.last) tail.answers.clear();
    return Object.assign(tail, found);
  }

  /** Makes `tail.entries` hold all entries after `after`, with current usernames and descriptions; one update at a time. */
  #fill(tail: Tail, after: number): Awaitable<void> {
    if (isFilled(tail, after)) return;
    if (tail.filling) return tail.filling.then(() => this.#fill(tail, after)); // most clients wait for the same entries
    const filled = this.#update(tail, after);
    if (filled instanceof Promise) tail.filling = filled.finally(() => (tail.filling = undefined));
    return tail.filling ?? filled;
  }

  #update(tail: Tail, after: number): Awaitable<void> {
    const target: Target = { after, last: tail.last, version: tail.version };
    if (!isLinked(tail, after)) return this.#replace(tail, target);
    return chain(this.#renderStored(tail), (stored) => {
      const shown = [...tail.entries.filter(({ seq }) => seq > after), ...(stored ?? [])];
      return chain(areOutdated(this.#lookups, tail.id, shown), (isOutdated) =>
        isOutdated ? this.#replace(tail, target) : this.#append(tail, target, stored),
      );
    });
  }

  /** Renders what follows the kept entries, if this process has stored all of it; else returns undefined. */
  #renderStored(tail: Tail): Awaitable<RenderedEntry[] | undefined> {
    const from = tail.entries.at(-1)!.seq;
    const stored = tail.stored.filter(({ seq }) => seq > from && seq <= tail.last);
    return stored.length === tail.last - from ? this.#renderAll(stored) : undefined;
  }

  /** Reads all entries after `after`: the kept ones do not reach back to it, or are outdated. */
  #replace(tail: Tail, target: Target): Awaitable<void> {
    return chain(this.#read(tail.id, target.after), (entries) => {
      tail.answers.clear();
      this.#finish(tail, target, entries);
    });
  }

  /** Adds what follows the kept entries: stored by this process, or else read. */
  #append(tail: Tail, target: Target, stored: RenderedEntry[] | undefined): Awaitable<void> {
    return chain(stored ?? this.#read(tail.id, tail.entries.at(-1)!.seq), (added) => {
      if (added.length > 0) tail.answers.clear();
      this.#finish(tail, target, [...tail.entries, ...added]);
    });
  }

  #finish(tail: Tail, { after, last, version }: Target, entries: RenderedEntry[]): void {
    this.#keep(tail, {
      entries: entries.slice(-BATCH_SIZE),
      stored: tail.stored.filter(({ seq }) => seq > last),
    });
    tail.namesChecked = { version, after };
  }

  #read(room: number, after: number): Awaitable<RenderedEntry[]> {
    return chain(this.#readEntries(room, after), (entries) => this.#renderAll(entries));
  }

  #renderAll(entries: EntryRecord[]): Awaitable<RenderedEntry[]> {
    return mapInSlices(entries, (entry) => {
      const json = this.#render(entry);
      return { ...dependenciesOf(entry), json, bytes: bytesOf(json) };
    });
  }

  #keep(tail: Tail, kept: Partial<Pick<Tail, 'entries' | 'stored'>>): void {
    const before = bytesKept(tail);
    keepInTail(tail, kept);
    this.#bytes += bytesKept(tail) - before;
    if (this.#bytes > MOST_BYTES) this.#forgetAll();
  }

  #forget(id: number): void {
    const tail = this.#tails.get(id);
    if (tail) this.#bytes -= bytesKept(tail);
    this.#tails.delete(id);
  }

  /** Forgets all tails. A poll that holds one is still answered from it. */
  #forgetAll(): void {
    this.#tails.clear();
    this.#bytes = 0;
  }
}
