import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Polls take far less: most are answered from memory. */
const POLL_SECONDS = [0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.01, 0.1, 1];
/** Of so many polls one is timed. */
const ONE_IN = 64;

/** What Prometheus is told of one process, the delay of its event loop and its memory among it. */
export class Metrics {
  /** Counted on the way of each poll, so by a plain number. */
  #polls = 0;
  readonly #registry = new Registry();
  readonly #messages: Counter;
  readonly #seconds: Histogram<'method' | 'route' | 'status'>;
  readonly #pollSeconds: Histogram;

  /** @param present counts who is in a room now, by all processes */
  constructor(present: () => Promise<number>) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    const polls = new Counter({
      name: 'plainchat_polls_total',
      help: 'Polls that were asked.',
      registers,
      collect: () => {
        polls.reset();
        polls.inc(this.#polls);
      },
    });
    const people: Gauge = new Gauge({
      name: 'plainchat_people_present',
      help: 'People who are in a room now.',
      registers,
      collect: async () => people.set(await present()),
    });
    this.#messages = new Counter({
      name: 'plainchat_messages_total',
      help: 'Messages that were stored.',
      registers,
    });
    this.#seconds = new Histogram({
      name: 'plainchat_request_seconds',
      help: 'How long requests took, but for polls.',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers,
    });
    this.#pollSeconds = new Histogram({
      name: 'plainchat_poll_seconds',
      help: `How long polls took that were answered from memory: one in ${ONE_IN}.`,
      buckets: POLL_SECONDS,
      registers,
    });
  }

  /** Notes that a poll was asked; returns whether it is one to be timed. */
  polled(): boolean {
    this.#polls += 1;
    return this.#polls % ONE_IN === 1;
  }

  /** Notes how long a poll took that is timed. */
  pollTook(ms: number): void {
    this.#pollSeconds.observe(ms / 1000);
  }

  /** Notes that a message was stored; with how long it took, where it went no further than the live path. */
  posted(ms?: number): void {
    this.#messages.inc();
    if (ms !== undefined) this.answered({ method: 'POST', route: '/rooms/:id/messages', status: 201 }, ms);
  }

  /** Notes a request, by the pattern of its address. */
  answered(labels: { method: string; route: string; status: number }, ms: number): void {
    this.#seconds.observe(labels, ms / 1000);
  }

  /** The text that Prometheus takes, and its type. */
  async text(): Promise<{ type: string; text: string }> {
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}
