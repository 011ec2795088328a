/** Who goes on when: one heap and one timer for thousands of people. Times are those of `performance.now()`. */
export class Agenda {
  readonly #heap: { at: number; go: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Resolves at that time, or at once if it is past. */
  at(at: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#push({ at, go: resolve });
    if (this.#heap[0]!.at === at) this.#wait();
    return promise;
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const [first] = this.#heap;
    if (first) this.#timer = setTimeout(this.#goOn, Math.max(0, first.at - performance.now()));
  }

  readonly #goOn = (): void => {
    const now = performance.now();
    while (this.#heap.length > 0 && this.#heap[0]!.at <= now) this.#pop().go();
    this.#wait();
  };

  #push(entry: { at: number; go: () => void }): void {
    const heap = this.#heap;
    let place = heap.push(entry) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (heap[parent]!.at <= entry.at) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = entry;
  }

  #pop(): { go: () => void } {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child += 1;
      if (child >= heap.length || heap[child]!.at >= last.at) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
    return first;
  }
}
