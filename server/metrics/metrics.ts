import { createRequire } from 'node:module';
import type * as prometheus from 'prom-client';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Most polls are answered from memory, so they are far faster. */
const POLL_SECONDS = [0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.01, 0.1, 1];
/** One in this many polls is timed. */
const ONE_IN = 64;

/** What metrics are read from when somebody asks for them. */
export interface Sources {
  build: { version: string; node: string; database: string };
  database(): { isUp: boolean; isListening: boolean; waiting: number };
  /** Gauges of this process, by name, each with its help. */
  own: Record<string, [help: string, look: () => number | Promise<number>]>;
  /** The same for what the database has to be asked for. */
  stored: Record<string, [help: string, look: () => Promise<number>]>;
}

/** How long a gauge may take. */
const LOOK_MS = 1000;

function addGauges(registry: prometheus.Registry, { build, database, own, stored }: Sources): void {
  const { Gauge } = loadPackage();
  const registers = [registry];
  const gauge = (name: string, help: string, look: () => number | Promise<number>) => {
    const added: prometheus.Gauge = new Gauge({
      name: `plainchat_${name}`,
      help,
      registers,
      collect: async () => added.set(await look()),
    });
  };
  new Gauge({
    name: 'plainchat_build_info',
    help: 'Which Plainchat this is: always 1.',
    labelNames: Object.keys(build),
    registers,
  }).set(build, 1);
  gauge('database_up', '1 while the database answers, else 0.', () => Number(database().isUp));
  gauge('listener_up', '1 while the server hears of what other servers change, else 0.', () =>
    Number(database().isListening),
  );
  gauge('pool_waiting', 'Requests that wait for a connection to the database.', () => database().waiting);
  for (const [name, [help, look]] of Object.entries(own)) gauge(name, help, look);
  for (const [name, [help, look]] of Object.entries(stored))
    gauge(name, `${help} Not a number while the database does not answer.`, () =>
      database().isUp ? inTime(look()) : NaN,
    );
}

/** The value; not a number if it does not come in time. */
async function inTime(value: Promise<number>): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<number>((resolve) => {
    timer = setTimeout(resolve, LOOK_MS, NaN);
  });
  return Promise.race([value.catch(() => NaN), late]).finally(() => clearTimeout(timer));
}

/** Metrics of one process for Prometheus, with the defaults of prom-client: memory, event loop delay and others. */
export class Metrics {
  /** A plain number, because every poll increments it. */
  #polls = 0;
  readonly #registry: prometheus.Registry;
  readonly #messages: prometheus.Counter;
  readonly #errors: prometheus.Counter;
  readonly #stalls: prometheus.Counter;
  readonly #slow: prometheus.Counter;
  readonly #refusals: prometheus.Counter<'limit'>;
  readonly #seconds: prometheus.Histogram<'method' | 'route' | 'status'>;
  readonly #pollSeconds: prometheus.Histogram;

  constructor(sources: Sources) {
    const { collectDefaultMetrics, Counter, Histogram, Registry } = loadPackage();
    this.#registry = new Registry();
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    addGauges(this.#registry, sources);
    const counter = (name: string, help: string) =>
      new Counter({ name: `plainchat_${name}`, help, registers });
    const polls = new Counter({
      name: 'plainchat_polls_total',
      help: 'Polls received.',
      registers,
      collect: () => {
        polls.reset();
        polls.inc(this.#polls);
      },
    });
    this.#messages = counter('messages_total', 'Messages stored.');
    this.#errors = counter('errors_total', 'Requests and chores that failed by a fault of Plainchat.');
    this.#stalls = counter(
      'event_loop_stalls_total',
      'Times at which no request was answered for half a second or more.',
    );
    this.#slow = counter('slow_statements_total', 'Statements that took half a second or more.');
    this.#refusals = new Counter({
      name: 'plainchat_refusals_total',
      help: 'Requests refused by a rate limit or a full queue.',
      labelNames: ['limit'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'plainchat_request_seconds',
      help: 'Duration of requests, except polls.',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers,
    });
    this.#pollSeconds = new Histogram({
      name: 'plainchat_poll_seconds',
      help: `Duration of polls that were answered from memory; a sample of one in ${ONE_IN}.`,
      buckets: POLL_SECONDS,
      registers,
    });
  }

  /** Returns whether to time this poll. */
  countPoll(): boolean {
    this.#polls += 1;
    return this.#polls % ONE_IN === 1;
  }

  observePoll(ms: number): void {
    this.#pollSeconds.observe(ms / 1000);
  }

  countMessage(): void {
    this.#messages.inc();
  }

  countError(): void {
    this.#errors.inc();
  }

  countStall(): void {
    this.#stalls.inc();
  }

  countSlowStatement(): void {
    this.#slow.inc();
  }

  /** @param limit what there was too much of */
  countRefusal(limit: string): void {
    this.#refusals.inc({ limit });
  }

  /** @param labels with the pattern of the address as `route` */
  observeRequest(labels: { method: string; route: string; status: number }, ms: number): void {
    this.#seconds.observe(labels, ms / 1000);
  }

  /** The metrics in Prometheus' text format. */
  async text(): Promise<{ type: string; text: string }> {
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}

/** Loaded only if METRICS_TOKEN is set. */
const loadPackage = () => createRequire(import.meta.url)('prom-client') as typeof prometheus;
