/** A command that takes longer says what it does, and says so again at this interval, in milliseconds. */
const SILENT_MS = 2000;
const AGAIN_MS = 5000;

/** Shows that a command which takes long still works. */
export class ProgressClock {
  readonly #begun = performance.now();
  readonly #show: (line: string) => void;
  #what = 'at work';
  #timer: NodeJS.Timeout;

  constructor(show: (line: string) => void) {
    this.#show = show;
    this.#timer = setTimeout(() => this.#tick(), SILENT_MS).unref();
  }

  doing(what: string): void {
    this.#what = what;
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #tick(): void {
    this.#show(`${this.#what}, for ${Math.round((performance.now() - this.#begun) / 1000)} s`);
    this.#timer = setTimeout(() => this.#tick(), AGAIN_MS).unref();
  }
}
