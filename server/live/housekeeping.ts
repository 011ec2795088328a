import { setTimeout as pause } from 'node:timers/promises';

export const TICK_MS = 2000;
const HOUR_MS = 3_600_000;
/** How long an end waits for chores. */
const FINISH_MS = 1500;

/** The work that the server does besides requests. */
export interface Chores {
  /** In this order. */
  everyTick: (() => Promise<void>)[];
  /** After those of a tick, beside the next ones: they wait for other servers. None begins again before it has ended. */
  beside?: (() => Promise<void>)[];
  /** In this order, beside the others: they may take long. */
  everyHour: (() => Promise<void>)[];
}

interface Options {
  chores: Chores;
  /** Milliseconds between two ticks, by default `TICK_MS`. */
  every?: number;
  clock: () => Date;
  log: { error(error: Error): void };
}

/** One timer for all chores. If a chore fails, the error is logged and the next chore runs. */
export class Housekeeping {
  readonly #options: Options;
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> = Promise.resolve();
  #hourly: Promise<void> = Promise.resolve();
  #beside: Promise<void> | undefined;
  #hourlyAt = 0;
  #isStopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.tick(), this.#options.every ?? TICK_MS).unref();
  }

  /** Stops the timer, and runs the chores of a tick once more. Those of an hour that are under way have a moment to finish. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#isStopped = true;
    await Promise.race([this.tick(), pause(FINISH_MS, undefined, { ref: false })]);
  }

  /** Runs the chores that are due, after those of the last tick. */
  async tick(): Promise<void> {
    const { chores, clock } = this.#options;
    this.#ticking = this.#ticking.then(() => this.#run(chores.everyTick));
    const now = clock().getTime();
    if (!this.#isStopped && chores.beside)
      this.#beside ??= this.#ticking
        .then(() => this.#run(chores.beside!))
        .finally(() => (this.#beside = undefined));
    if (!this.#isStopped && Math.abs(now - this.#hourlyAt) >= HOUR_MS) {
      this.#hourlyAt = now;
      this.#hourly = Promise.all([this.#hourly, this.#ticking]).then(() => this.#run(chores.everyHour));
    }
    await Promise.all([this.#ticking, this.#hourly, this.#beside]);
  }

  async #run(chores: (() => Promise<void>)[]): Promise<void> {
    for (const chore of chores) await chore().catch((error: Error) => this.#options.log.error(error));
  }
}
