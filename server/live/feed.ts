import { BATCH_SIZE, type Shown } from '../chat/entry.ts';
import { andThen, type Awaitable, type Looks } from './looks.ts';
import type { Signals } from './signals.ts';

/** So many rooms, and characters of entries, are remembered; then all are forgotten, and read again when asked for. */
const MOST_ROOMS = 10_000;
const MOST_CHARACTERS = 16_000_000;
/** Most readers have come to the same entry: so many different answers are kept ready for a room. */
const MOST_ANSWERS = 8;

/** An entry as JSON, by the one template of an entry; `folded` as for a reader who has blocked its author. */
export type Render = (entry: Shown, folded: boolean) => string;

/** An entry, ready to send. */
interface Chunk {
  entry: Shown;
  json: string;
}

/** A room, with the end of its log. */
export interface Tail {
  readonly id: number;
  name: string;
  last: number;
  version: number;
  /** The latest entries, without a gap; none until somebody asks for one. */
  chunks: Chunk[];
  /** The version at which those named in them were called so, and what they describe was described so. */
  namedAt: number;
  /** Answers to those who have seen as far, and have blocked nobody in it. */
  answers: Map<number, Buffer>;
}

/** The ends of the logs: read once, and rendered once, for all who poll. */
export class Feed {
  readonly #signals: Signals;
  readonly #looks: Looks;
  readonly #render: Render;
  readonly #tails = new Map<number, Tail>();
  #characters = 0;

  constructor({ signals, looks, render }: { signals: Signals; looks: Looks; render: Render }) {
    this.#signals = signals;
    this.#looks = looks;
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
   * The poll's answer to whoever has seen the log up to `after`, and has blocked these people.
   * Undefined where it is more than one answer takes.
   */
  news(tail: Tail, after: number, blocked: ReadonlySet<number>): Awaitable<Buffer | undefined> {
    if (tail.last - after > BATCH_SIZE) return undefined;
    return andThen(this.#fill(tail, after), () => {
      const first = tail.chunks[0]?.entry.seq ?? 0;
      if (after < first - 1) return undefined; // forgotten since
      const hides = ({ entry: { kind, author } }: Chunk) => kind === 'message' && blocked.has(author.id);
      const ready = tail.answers.get(after);
      if (ready && blocked.size === 0) return ready;
      const chunks = tail.chunks.slice(after - first + 1);
      if (blocked.size > 0 && chunks.some(hides)) return answer(tail, chunks, chunks.map((chunk) => (hides(chunk) ? this.#render(chunk.entry, true) : chunk.json)));
      const made = ready ?? answer(tail, chunks, chunks.map(({ json }) => json));
      if (tail.answers.size >= MOST_ANSWERS) tail.answers.clear();
      tail.answers.set(after, made);
      return made;
    });
  }

  #seen(id: number, found: { name: string; last: number; version: number }): Tail {
    let tail = this.#tails.get(id);
    if (tail && found.last < tail.last) this.#forget(id);
    if (!tail || found.last < tail.last) {
      if (this.#tails.size >= MOST_ROOMS) this.#forgetAll();
      this.#tails.set(id, (tail = { id, ...found, chunks: [], namedAt: NaN, answers: new Map() }));
    }
    if (tail.name !== found.name || tail.last !== found.last) tail.answers.clear();
    return Object.assign(tail, found);
  }

  /** Sees to it that the entries after `after` are there, under the names that people have now. */
  #fill(tail: Tail, after: number): Awaitable<void> {
    const { version, chunks } = tail;
    const isLinked = chunks.length > 0 && after >= chunks[0]!.entry.seq - 1;
    const from = isLinked ? chunks.at(-1)!.entry.seq : after;
    if (from >= tail.last && tail.namedAt === version) return;
    return andThen(isLinked ? this.#areOutdated(tail.id, chunks) : true, (isOutdated) =>
      andThen(this.#looks.entries(tail.id, isOutdated ? after : from), (entries) => {
        const kept = isOutdated ? [] : tail.chunks;
        const next = (kept.at(-1)?.entry.seq ?? after) + 1; // another may have filled it meanwhile
        const fresh = entries.filter(({ seq }) => seq >= next).map((entry) => ({ entry, json: this.#render(entry, false) }));
        if (isOutdated || fresh.length > 0) tail.answers.clear();
        this.#keep(tail, [...kept, ...fresh].slice(-BATCH_SIZE));
        tail.last = Math.max(tail.last, tail.chunks.at(-1)?.entry.seq ?? 0);
        tail.namedAt = version;
      }));
  }

  /** Whether somebody in them is called otherwise, or something is described otherwise. */
  #areOutdated(room: number, chunks: Chunk[]): Awaitable<boolean> {
    return andThen(this.#areRenamed(chunks), (areRenamed) => areRenamed || this.#areDescribedAnew(room, chunks));
  }

  #areDescribedAnew(room: number, chunks: Chunk[]): Awaitable<boolean> {
    const entries = chunks.map(({ entry }) => entry).filter(({ attachment }) => attachment);
    if (entries.length === 0) return false;
    return andThen(this.#looks.describedAt(room, entries.map(({ seq }) => seq)), (times) =>
      entries.some(({ attachment }, index) => (attachment!.describedAt?.getTime() ?? null) !== times[index]));
  }

  #areRenamed(chunks: Chunk[]): Awaitable<boolean> {
    const people = new Map<number, string>();
    for (const { entry: { author, subject } } of chunks) {
      people.set(author.id, author.username);
      if (subject) people.set(subject.id, subject.username);
    }
    return andThen(this.#looks.usernames([...people.keys()]), (names) => [...people.values()].some((name, index) => name !== names[index]));
  }

  #keep(tail: Tail, chunks: Chunk[]): void {
    this.#characters += size(chunks) - size(tail.chunks);
    tail.chunks = chunks;
    if (this.#characters > MOST_CHARACTERS) this.#forgetAll();
  }

  #forget(id: number): void {
    this.#characters -= size(this.#tails.get(id)?.chunks ?? []);
    this.#tails.delete(id);
  }

  /** Forgets all; whoever is just being answered still is. */
  #forgetAll(): void {
    this.#tails.clear();
    this.#characters = 0;
  }
}

const size = (chunks: Chunk[]): number => chunks.reduce((sum, { json }) => sum + json.length, 0);

function answer({ id, name, last }: Tail, chunks: Chunk[], entries: string[]): Buffer {
  return Buffer.from(`{"room":${id},"name":${JSON.stringify(name)},"after":${chunks.at(-1)?.entry.seq ?? last},"entries":[${entries.join(',')}]}`);
}
