import { BATCH_SIZE, type ShownEntry } from '../chat/entry.ts';
import { areOutdated, chunkOf, size, type Chunk } from './chunk.ts';
import { andThen, type Awaitable, type Looks } from './looks.ts';
import type { Signals } from './signals.ts';

/** So many rooms, and characters of entries, are remembered; then all are forgotten, and read again when asked for. */
const MOST_ROOMS = 10_000;
const MOST_CHARACTERS = 16_000_000;
/** Most readers have come to the same entry: so many different answers are kept ready for a room. */
const MOST_ANSWERS = 8;

/** The entries of a room with a seq over `after`, oldest first, at most `BATCH_SIZE`. */
export type Entries = (room: number, after: number) => Awaitable<ShownEntry[]>;
/** An entry as JSON, by the one template of an entry. */
export type Render = (entry: ShownEntry) => string;

/** What is new, as a poll gets it, and the seq of the last of it. */
export interface News {
  body: Buffer;
  after: number;
}

/** A room, with the end of its log. */
export interface Tail {
  readonly id: number;
  name: string;
  last: number;
  version: number;
  /** The latest entries, without a gap; none until somebody asks for one. */
  chunks: Chunk[];
  /** The version at which those named in the entries after one were called so, and what these describe was described so. */
  named: { version: number; after: number };
  /** What this process has stored since, without a gap: it need not be read. */
  stored: ShownEntry[];
  /** While entries are being read, for whoever asks first. */
  filling: Promise<void> | undefined;
  /** The answers to those who have seen as far. */
  answers: Map<number, News>;
}

/** The ends of the logs: read once, and rendered once, for all who poll. */
export class Feed {
  readonly #signals: Signals;
  readonly #looks: Looks;
  readonly #entries: Entries;
  readonly #render: Render;
  readonly #tails = new Map<number, Tail>();
  #characters = 0;

  constructor({
    signals,
    looks,
    entries,
    render,
  }: {
    signals: Signals;
    looks: Looks;
    entries: Entries;
    render: Render;
  }) {
    this.#signals = signals;
    this.#looks = looks;
    this.#entries = entries;
    this.#render = render;
  }

  /** A room as it is now; undefined where it is gone. */
  room(id: number): Awaitable<Tail | undefined> {
    const tail = this.#tails.get(id);
    const version = this.#signals.ofRoom(id);
    if (tail?.version === version) return tail;
    return andThen(this.#looks.room(id), (found) => {
      if (found) return this.#seen(id, { ...found, version });
      this.#forget(id);
      return undefined;
    });
  }

  /**
   * The answer to whoever has seen the log up to `after`, and has blocked these people. Undefined
   * where it is more than one answer takes, or not the same as everybody's.
   */
  news(tail: Tail, after: number, blocked: ReadonlySet<number>): Awaitable<News | undefined> {
    if (tail.last - after > BATCH_SIZE) return undefined;
    return andThen(this.#fill(tail, after), () => {
      const first = tail.chunks[0]?.seq ?? 0;
      const ready = tail.answers.get(after);
      if (after < first - 1 || (ready && blocked.size === 0)) return ready;
      const chunks = tail.chunks.slice(after - first + 1);
      if (chunks.some(({ writer }) => writer !== undefined && blocked.has(writer))) return undefined;
      if (tail.answers.size >= MOST_ANSWERS) tail.answers.clear();
      const news = ready ?? answer(tail, chunks);
      tail.answers.set(after, news);
      return news;
    });
  }

  /** Takes entries that this process has just committed, in each room one after the other. */
  stored(entries: ShownEntry[]): void {
    for (const [room, own] of Map.groupBy(entries, (entry) => entry.room.id)) {
      const tail = this.#tails.get(room);
      if (!tail) continue;
      const before = tail.stored.at(-1)?.seq === own[0]!.seq - 1 ? tail.stored : [];
      this.#keep(tail, { stored: [...before, ...own].slice(-BATCH_SIZE) });
    }
  }

  #seen(id: number, found: { name: string; last: number; version: number }): Tail {
    let tail = this.#tails.get(id);
    if (tail && found.last < tail.last) this.#forget(id);
    if (!tail || found.last < tail.last) {
      if (this.#tails.size >= MOST_ROOMS) this.#forgetAll();
      this.#tails.set(
        id,
        (tail = {
          id,
          ...found,
          chunks: [],
          named: { version: NaN, after: 0 },
          stored: [],
          filling: undefined,
          answers: new Map(),
        }),
      );
    }
    if (tail.name !== found.name || tail.last !== found.last) tail.answers.clear();
    return Object.assign(tail, found);
  }

  /** Sees to it that the entries after `after` are there, under the names that people have now. */
  #fill(tail: Tail, after: number): Awaitable<void> {
    const { version, chunks, last } = tail;
    const isLinked = chunks.length > 0 && after >= chunks[0]!.seq - 1;
    const from = isLinked ? chunks.at(-1)!.seq : after;
    if (from >= last && tail.named.version === version && tail.named.after <= after) return;
    if (tail.filling) return tail.filling.then(() => this.#fill(tail, after)); // most often with the same
    const stored = tail.stored.filter(({ seq }) => seq > from && seq <= last);
    const isStored = isLinked && stored.length === last - from;
    const own = isStored ? this.#rendered(stored) : [];
    const asked = [...chunks.filter(({ seq }) => seq > after), ...own];
    const filled = andThen(isLinked ? areOutdated(this.#looks, tail.id, asked) : true, (isOutdated) =>
      andThen(isStored && !isOutdated ? own : this.#read(tail.id, isOutdated ? after : from), (read) => {
        const kept = isOutdated ? [] : tail.chunks;
        const next = (kept.at(-1)?.seq ?? after) + 1; // it may have been cut off or filled meanwhile
        const fresh = read.filter(({ seq }) => seq >= next);
        if (isOutdated || fresh.length > 0) tail.answers.clear();
        this.#keep(tail, {
          chunks: [...kept, ...fresh].slice(-BATCH_SIZE),
          stored: tail.stored.filter(({ seq }) => seq > last),
        });
        tail.named = { version, after };
      }),
    );
    if (filled instanceof Promise) tail.filling = filled.finally(() => (tail.filling = undefined));
    return tail.filling ?? filled;
  }

  #read(room: number, after: number): Awaitable<Chunk[]> {
    return andThen(this.#entries(room, after), (entries) => this.#rendered(entries));
  }

  #rendered(entries: ShownEntry[]): Chunk[] {
    return entries.map((entry) => chunkOf(entry, this.#render(entry)));
  }

  #keep(tail: Tail, kept: Partial<Pick<Tail, 'chunks' | 'stored'>>): void {
    const before = weight(tail);
    this.#characters += weight(Object.assign(tail, kept)) - before;
    if (this.#characters > MOST_CHARACTERS) this.#forgetAll();
  }

  #forget(id: number): void {
    const tail = this.#tails.get(id);
    if (tail) this.#characters -= weight(tail);
    this.#tails.delete(id);
  }

  /** Forgets all; whoever is just being answered still is. */
  #forgetAll(): void {
    this.#tails.clear();
    this.#characters = 0;
  }
}

/** How many characters are kept of a room. */
const weight = ({ chunks, stored }: Tail): number =>
  size(chunks) + stored.reduce((sum, { body }) => sum + body.length, 0);

function answer({ id, name, last }: Tail, chunks: Chunk[]): News {
  const after = chunks.at(-1)?.seq ?? last;
  return {
    after,
    body: Buffer.from(
      `{"room":${id},"name":${JSON.stringify(name)},"after":${after},"entries":[${chunks.map(({ json }) => json).join(',')}]}`,
    ),
  };
}
