import { createHash } from 'node:crypto';
import { Limited } from './errors.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** So often within so long. What was drawn comes back evenly: after a rush, at this pace. */
export interface Limit {
  times: number;
  withinMs: number;
}

interface Rule {
  /** What there was too much of, in words. */
  what: string;
  /** For one person, wherever they are. */
  person?: Limit;
  /** For all who come from one network address. */
  address: Limit;
}

const per = (withinMs: number, times: number): Limit => ({ times, withinMs });

/**
 * What may be done how often: more than people do, and less than a machine that means harm. Ten
 * times as much is allowed to an address, since a family, a school or an office has one for all.
 */
export const LIMITS = {
  /** A school's first day; also how often one can ask whether a name or email is taken. */
  account: { what: 'new accounts', address: per(HOUR_MS, 300) },
  /** With the right password: each costs a hash and a row. The wrong ones are counted in `attempt.ts`. */
  session: { what: 'log-ins', person: per(HOUR_MS, 300), address: per(HOUR_MS, 3000) },
  /** Ten a second: nobody types so fast, and a history that a script brings along still gets in. */
  post: { what: 'messages', person: per(MINUTE_MS, 600), address: per(MINUTE_MS, 6000) },
  /** Each takes room on the disk, and a processor to look at it. */
  upload: { what: 'files', person: per(10 * MINUTE_MS, 60), address: per(10 * MINUTE_MS, 600) },
  /** Each writes a notice into the room's log. */
  enter: { what: 'changes of room', person: per(MINUTE_MS, 120), address: per(MINUTE_MS, 1200) },
  /** An open room is in everybody's list. */
  room: { what: 'new rooms', person: per(HOUR_MS, 100), address: per(HOUR_MS, 1000) },
  /** A class is added one by one; each change writes a notice. */
  manage: { what: 'changes', person: per(MINUTE_MS, 120), address: per(MINUTE_MS, 1200) },
  /** Few, because each tells whether somebody has an email address. */
  search: { what: 'searches', person: per(10 * MINUTE_MS, 60), address: per(10 * MINUTE_MS, 600) },
  /** Each lands on somebody's list. */
  ask: { what: 'questions to be friends', person: per(HOUR_MS, 100), address: per(HOUR_MS, 1000) },
  /** Operators read each. */
  report: { what: 'reports', person: per(10 * MINUTE_MS, 20), address: per(10 * MINUTE_MS, 200) },
  /** Nobody's mailbox is to be filled. */
  mail: { what: 'mails asked for', person: per(HOUR_MS, 3), address: per(HOUR_MS, 30) },
  /** A username stays taken for good once somebody has had it. */
  rename: { what: 'changes of username', person: per(HOUR_MS, 20), address: per(HOUR_MS, 200) },
} satisfies Record<string, Rule>;

export type Act = keyof typeof LIMITS;

/** Passwords are counted one by one and exactly: see `attempt.ts`. */
export const WRONG_PASSWORDS = { withinMs: 10 * MINUTE_MS, forAccountFromAddress: 10, fromAddress: 100 };

/** A bucket that an act draws on, and how much it holds. */
export interface Bucket extends Limit {
  bucket: string;
}

/** What an act by somebody draws on. */
export function bucketsOf(act: Act, address: string, person?: number | string): Bucket[] {
  const rule: Rule = LIMITS[act];
  return [
    ...(rule.person && person !== undefined
      ? [{ bucket: hash(`${act} person ${person}`), ...rule.person }]
      : []),
    { bucket: hash(`${act} address ${address}`), ...rule.address },
  ];
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** How long one draw takes to come back, in milliseconds. */
export const shareOf = ({ times, withinMs }: Limit): number => withinMs / times;

/** How much of a bucket is drawn, in milliseconds until it is whole. */
const drawnOf = (wholeAt: number, now: number): number => Math.max(wholeAt - now, 0);

/** How long to wait before one can draw, in milliseconds; not over 0 where one can at once. */
export function waitFor(wholeAt: number, limit: Limit, now: number): number {
  return drawnOf(wholeAt, now) + shareOf(limit) - limit.withinMs;
}

/**
 * What is drawn of a bucket beyond all that it holds, in milliseconds: by processes that did not
 * know of each other yet, or by a clock that was set back since. It is to be forgiven.
 */
export function excessOf(wholeAt: number, limit: Limit, now: number): number {
  return Math.max(drawnOf(wholeAt, now) - limit.withinMs, 0);
}

/** The refusal of an act that was done too often. */
export function tooOften(act: Act, waitMs: number): Limited {
  return new Limited(LIMITS[act].what, waitMs);
}
