import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { randomUUID } from 'node:crypto';
import type { Way } from '../chat/away.ts';
import { spreadNews } from '../chat/due.ts';
import type { Reader } from '../chat/reader.ts';
import { claim, type Claim, finish, release, usersToTell } from '../chat/telling.ts';
import type { Ways } from '../chat/telling-plan.ts';
import { type ToldRoom, toldRooms } from '../chat/told-rooms.ts';

/** Users who are told at the same time. */
const AT_ONCE = 4;
/** A tick begins no other look after this long. */
const LONGEST_MS = 20_000;

/** Sends what is told. An error may say `mayHaveArrived`. */
export type Tell = (claim: Claim, rooms: ToldRoom[]) => Promise<void>;

export type Counts = Record<Way | 'failures', number>;

interface Parts {
  em: () => EntityManager;
  reader: Reader;
  clock: () => Date;
  ways: Ways;
  tell: Record<Way, Tell>;
  /** The part of a Message-ID behind the @. */
  host: string;
  /** How many were told by each way, and how often sending failed: this counts them. */
  counts: Counts;
  log: { warn(values: object, sentence: string): void };
}

/**
 * Tells users what they have not read. Any number of processes do so: each user is taken by one of them, for a time, so
 * that another goes on where one was killed.
 */
export class Teller {
  readonly #parts: Parts;
  #isStopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Finds who is to be told what was posted, and tells those whose time has come. */
  async tick(): Promise<void> {
    const { em, clock } = this.#parts;
    const begun = performance.now();
    await spreadNews(em());
    const users = await usersToTell(em(), clock());
    const worker = async () => {
      for (let next = users.shift(); next; next = users.shift()) {
        if (this.#isStopped || performance.now() - begun > LONGEST_MS) return;
        await this.#tellOne(next);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  /** Begins nothing new. What is being sent when the process ends is sent again under the same Message-ID. */
  stop(): void {
    this.#isStopped = true;
  }

  async #tellOne(look: { user: number; lookAt: number }): Promise<void> {
    const { em, reader, clock, ways, host } = this.#parts;
    const newId = () => `${randomUUID()}@${host}`;
    const claimed = await claim(em(), look, { now: clock(), ways, newId });
    if (!claimed) return;
    const rooms = await toldRooms(reader, claimed);
    const isSent = rooms.length > 0;
    if (isSent && !(await this.#send(claimed, rooms))) return;
    await finish(em(), claimed, { now: clock(), isSent });
  }

  async #send(claimed: Claim, rooms: ToldRoom[]): Promise<boolean> {
    const { em, clock, tell, log, counts } = this.#parts;
    const { user, way } = claimed;
    try {
      await tell[way](claimed, rooms);
      counts[way] += 1;
      return true;
    } catch (error) {
      const { message, mayHaveArrived = false } = error as Error & { mayHaveArrived?: boolean };
      counts.failures += 1;
      log.warn({ user, way, failure: message }, 'a user could not be told what waits; it is tried again');
      await release(em(), claimed, { now: clock(), failure: message, mayHaveArrived });
      return false;
    }
  }
}
