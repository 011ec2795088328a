import type { Looks } from './looks.ts';
import type { Signals } from './signals.ts';

/** Signals and looks of a PostgreSQL database: so far it can tell nothing, so that all goes the usual way. */
export class PostgresLive implements Signals, Looks {
  ofUser(): number {
    return NaN;
  }

  ofRoom(): number {
    return NaN;
  }

  settled(): void {}

  whereabouts(): undefined {}

  blockedBy(): number[] {
    return [];
  }

  room(): undefined {}

  entries(): [] {
    return [];
  }

  describedAt(): [] {
    return [];
  }

  usernames(): string[] {
    return [];
  }
}
