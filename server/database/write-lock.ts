/** What a writer calls when its transaction has ended. Only the first call counts. */
type Release = () => void;

/**
 * Lets one transaction write at a time, in order. A batch of messages holds what many people wait for, so it
 * goes ahead; but of two batches in a row, one that waited longer goes between, if there is one.
 */
export class WriteLock {
  readonly #batches: (() => void)[] = [];
  readonly #others: (() => void)[] = [];
  #isTaken = false;
  #wasBatch = false;

  /** Waits for its turn. */
  async take(turn: 'first' | 'in order' = 'in order'): Promise<Release> {
    const isBatch = turn === 'first';
    if (this.#isTaken)
      await new Promise<void>((resolve) => (isBatch ? this.#batches : this.#others).push(resolve));
    this.#isTaken = true;
    this.#wasBatch = isBatch;
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#next();
    };
  }

  #next(): void {
    const [sooner, later] = this.#wasBatch ? [this.#others, this.#batches] : [this.#batches, this.#others];
    const go = sooner.shift() ?? later.shift();
    if (go) go();
    else this.#isTaken = false;
  }
}
