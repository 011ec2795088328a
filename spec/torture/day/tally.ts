/** Times in buckets, each one percent longer than the one before, so that millions cost nothing. */
export class Times {
  count = 0;
  max = 0;
  readonly #buckets = new Uint32Array(1500);

  add(ms: number): void {
    this.count += 1;
    this.max = Math.max(this.max, ms);
    const bucket = Math.max(0, Math.ceil(Math.log(ms / LEAST_MS) / STEP));
    this.#buckets[Math.min(bucket, this.#buckets.length - 1)]! += 1;
  }

  /** @param share in percent */
  percentile(share: number): number {
    const rank = Math.ceil((this.count * share) / 100);
    let passed = 0;
    const bucket = this.#buckets.findIndex((count) => (passed += count) >= rank);
    return this.count ? Math.min(this.max, LEAST_MS * Math.exp(bucket * STEP)) : NaN;
  }
}

const LEAST_MS = 0.05;
const STEP = Math.log(1.01);
/** Faults of a kind that are told whole; the others are counted. */
const MOST_TOLD = 5;

/** What was asked, how long it took, and what was not as it should be. */
export class Tally {
  readonly kinds = new Map<string, Times>();
  readonly statuses = new Map<string, number>();
  /** Of polls, of what else is read, and of what is written, since the last row. */
  polls = new Times();
  reads = new Times();
  writes = new Times();
  faults = 0;
  readonly #faultKinds = new Map<string, number>();

  request(kind: string, { isWrite, status, ms }: { isWrite: boolean; status: number; ms: number }): void {
    let times = this.kinds.get(kind);
    if (!times) this.kinds.set(kind, (times = new Times()));
    times.add(ms);
    (isWrite ? this.writes : kind.startsWith('poll') ? this.polls : this.reads).add(ms);
    const name = `${kind} ${status}`;
    this.statuses.set(name, (this.statuses.get(name) ?? 0) + 1);
  }

  /** Tells of something that nobody should meet. @param details as the whole request and its answer */
  fault(kind: string, details: string): void {
    this.faults += 1;
    const count = (this.#faultKinds.get(kind) ?? 0) + 1;
    this.#faultKinds.set(kind, count);
    if (count <= MOST_TOLD) console.log(`FAULT ${kind}\n${details.replace(/^/gm, '    ')}`);
  }

  /** Begins the next row. */
  nextRow(): void {
    this.polls = new Times();
    this.reads = new Times();
    this.writes = new Times();
  }

  tell(): void {
    console.log(
      '\n| what | requests | p50, ms | p99, ms | most, ms | answers |\n| --- | --- | --- | --- | --- | --- |',
    );
    for (const [kind, times] of [...this.kinds].toSorted(([, a], [, b]) => b.count - a.count)) {
      const answers = [...this.statuses]
        .filter(([name]) => name.slice(0, name.lastIndexOf(' ')) === kind)
        .map(([name, count]) => `${count.toLocaleString('en')} × ${name.split(' ').at(-1)}`);
      const cells = [kind, times.count.toLocaleString('en'), ...inMs(times), answers.join(', ')];
      console.log(`| ${cells.join(' | ')} |`);
    }
    const kinds = [...this.#faultKinds].map(([kind, count]) => `${count} × ${kind}`);
    console.log(`\n${this.faults} faults${kinds.length > 0 ? `: ${kinds.join('; ')}` : ''}`);
  }
}

/** The median, the 99th percentile, and the longest. */
export const inMs = (times: Times): string[] =>
  [times.percentile(50), times.percentile(99), times.max].map((ms) =>
    ms.toLocaleString('en', { maximumFractionDigits: ms < 10 ? 1 : 0 }),
  );
