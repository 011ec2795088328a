import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import type { Reader } from '../chat/reader.ts';
import { Backlog } from '../chat/search-backlog.ts';
import { CHUNKS, LINES } from '../chat/search-index.ts';
import { news, surveyRooms } from '../chat/search-news.ts';
import {
  addToIndex,
  type Addition,
  closeSegment,
  emptySegment,
  forget,
  forgetRoom,
  IndexChanged,
  openSegment,
  type OpenSegment,
  saveBounds,
} from '../chat/search-writing.ts';

/** Messages of the backlog in one transaction. */
const BACKLOG_AT_ONCE = 32 * LINES;
/** After a piece of the backlog it rests for so many times as long as that took. */
const REST = 3;
/** Shares of the backlog after which the log tells of it. */
const STEPS = 10;

interface Parts {
  em: () => EntityManager;
  reader: Reader;
  log: { info(line: string): void; error(error: Error): void };
}

/**
 * Fills the index of the search, beside the requests: what is posted when there is enough for a chunk, and
 * what was said before there was an index piece by piece, from the newest to the oldest. What it has done
 * is committed, so a restart goes on from there. If several processes do it, one gives way.
 */
export class SearchIndexer {
  readonly #parts: Parts;
  #segment: OpenSegment | undefined;
  #backlog: Backlog | undefined;
  #total = 0;
  /** Where the next survey of rooms begins. */
  #next = 0;
  #working: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isStarted = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Works off the backlog from now on without waiting for ticks. */
  start(): void {
    this.#isStarted = true;
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    clearTimeout(this.#timer);
    await this.#working;
  }

  /** Adds what was posted, and one piece of the backlog. */
  tick(): Promise<void> {
    return this.#work(async () => {
      const survey = await surveyRooms(this.#parts.em(), this.#parts.reader, this.#next);
      this.#next = survey.next;
      if (survey.hasBacklog) this.#backlog = undefined;
      for (const room of survey.deleted) await forgetRoom(this.#parts.em(), this.#parts.reader, room);
      await this.#addNews(survey.rooms);
      await this.#addBacklog();
    });
  }

  /** Runs pieces of work one after the other. If another process has written, it starts again from what is stored. */
  #work(work: () => Promise<void>): Promise<void> {
    const done = this.#working
      .then(async () => {
        this.#segment ??= await openSegment(this.#parts.reader); // before anything that is to be added: so nothing is added twice
        await work();
      })
      .catch((error: unknown) => {
        this.#segment = undefined;
        this.#backlog = undefined;
        if (!(error instanceof IndexChanged)) throw error;
      });
    this.#working = done.catch(() => {}); // the caller has the error
    return done;
  }

  async #addNews(rooms: { room: number; high: number; last: number }[]): Promise<void> {
    const { em, reader } = this.#parts;
    for (let isMore = true; isMore;) {
      const { addition, notices, isFull } = await news(em(), reader, rooms);
      if (notices.size > 0) await saveBounds(em(), 'high', notices);
      if (addition) {
        for (const { room, seq } of addition.changes ?? [])
          await forget(em(), reader, room, (other) => other === seq);
        await this.#add(addition);
        for (const room of rooms) room.high = addition.highs?.get(room.room) ?? room.high;
      }
      isMore = isFull && addition !== undefined;
    }
  }

  async #addBacklog(): Promise<void> {
    const { reader, log } = this.#parts;
    if (!this.#backlog) {
      this.#backlog = await Backlog.load(reader);
      this.#total = this.#backlog.left;
      if (this.#total > BACKLOG_AT_ONCE) log.info(`search: ${this.#total} entries are not in the index yet`);
    }
    const { left } = this.#backlog;
    if (left === 0) return;
    const begun = performance.now();
    const addition = await this.#backlog.next(BACKLOG_AT_ONCE);
    if (addition.lows?.size === 0) return void (this.#backlog.left = 0); // the rest is of deleted rooms
    await this.#add(addition);
    this.#tell(left);
    if (this.#isStarted && this.#backlog.left > 0) this.#goOnAfter((performance.now() - begun) * REST);
  }

  #goOnAfter(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#work(() => this.#addBacklog()).catch((error: Error) => this.#parts.log.error(error));
    }, ms).unref();
  }

  #tell(before: number): void {
    const left = this.#backlog?.left ?? 0;
    if (this.#total <= BACKLOG_AT_ONCE) return;
    const step = (left: number) => Math.floor(((this.#total - left) / this.#total) * STEPS);
    if (step(left) > step(before))
      this.#parts.log.info(
        `search: ${Math.floor((1 - left / this.#total) * 100)} % of the entries are in the index`,
      );
  }

  async #add(addition: Addition): Promise<void> {
    let from = 0;
    do {
      const segment = await this.#segmentWithRoom();
      const room = (CHUNKS - segment.newest.length) * LINES;
      const lines = addition.lines.slice(from, from + room);
      from += lines.length;
      const isLast = from === addition.lines.length;
      this.#segment = await addToIndex(
        this.#parts.em(),
        segment,
        isLast ? { ...addition, lines } : { lines },
      );
      await this.#segmentWithRoom();
    } while (from < addition.lines.length);
  }

  /** Closes the segment if it is full. */
  async #segmentWithRoom(): Promise<OpenSegment> {
    const segment = this.#segment!;
    if (segment.newest.length < CHUNKS) return segment;
    await closeSegment(this.#parts.em(), this.#parts.reader, segment.id);
    return (this.#segment = emptySegment(segment.id + 1));
  }
}
