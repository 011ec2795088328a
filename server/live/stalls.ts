import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;
/** A pause of all requests that users notice. */
const STALL_MS = 500;

/** Sees when the event loop stood still, so that no request was answered. */
export class StallWatch {
  readonly #onStall: (ms: number) => void;
  #delays: ReturnType<typeof monitorEventLoopDelay> | undefined;

  /** @param onStall receives the longest stall since the last tick, in milliseconds */
  constructor(onStall: (ms: number) => void) {
    this.#onStall = onStall;
  }

  /** The first one begins to watch: what a start takes is no stall. */
  tick(): void {
    if (!this.#delays) {
      this.#delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      this.#delays.enable();
      return;
    }
    const ms = Math.round(this.#delays.max / 1e6);
    this.#delays.reset();
    if (ms >= STALL_MS) this.#onStall(ms);
  }
}
