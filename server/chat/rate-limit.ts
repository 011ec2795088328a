import { sha256 } from '../text/hash.ts';
import { siteOf } from '../text/network.ts';
import { RateLimited } from './errors.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** `times` acts within `withinMs`. The bucket refills evenly, so after a burst this is the pace. */
export interface RateLimit {
  times: number;
  withinMs: number;
}

interface Rule {
  /** Plural noun for the refusal's sentence. */
  what: string;
  /** For one user at all addresses. */
  person?: RateLimit;
  /** For all users at one network address. */
  address: RateLimit;
  /** Whether each process counts by itself, and a restart forgets: to count it costs no row. */
  isInMemory?: boolean;
}

/** A /48 of IPv6 may do as much as so many addresses: it can have 65,536 networks that count as one each. */
const ADDRESSES_OF_SITE = 10;

const per = (withinMs: number, times: number): RateLimit => ({ times, withinMs });

/**
 * The limits are above what people do, and below what an attacker's script needs. An address has ten times
 * the limit of a user, because a family, a school or an office shares one.
 */
export const RATE_LIMITS = {
  /** Enough for a school's first day. Also limits how often a client can ask whether a username or email is taken. */
  account: { what: 'new accounts', address: per(HOUR_MS, 300) },
  /** With the right password: each costs a hash and a row. `login-attempt.ts` counts the wrong ones. */
  session: { what: 'log-ins', person: per(HOUR_MS, 300), address: per(HOUR_MS, 3000) },
  /** Ten a second: nobody types that fast, and a script can still import a history. */
  post: { what: 'messages', person: per(MINUTE_MS, 600), address: per(MINUTE_MS, 6000) },
  /** Each takes disk space, and processor time for checks. */
  upload: { what: 'files', person: per(10 * MINUTE_MS, 60), address: per(10 * MINUTE_MS, 600) },
  /** Each writes a notice into the room's log. */
  enter: { what: 'changes of room', person: per(MINUTE_MS, 120), address: per(MINUTE_MS, 1200) },
  /** Every user sees an open room in their list. */
  room: { what: 'new rooms', person: per(HOUR_MS, 100), address: per(HOUR_MS, 1000) },
  /** Enough to add a school class one by one. Each change writes a notice. */
  manage: { what: 'changes', person: per(MINUTE_MS, 120), address: per(MINUTE_MS, 1200) },
  /** Low, because each reveals whether an account has an email address. */
  search: { what: 'searches', person: per(10 * MINUTE_MS, 60), address: per(10 * MINUTE_MS, 600) },
  /** Each appears in another user's list. */
  ask: { what: 'friend requests', person: per(HOUR_MS, 100), address: per(HOUR_MS, 1000) },
  /** Operators read each. */
  report: { what: 'reports', person: per(10 * MINUTE_MS, 20), address: per(10 * MINUTE_MS, 200) },
  /** Protects mailboxes from floods. */
  mail: { what: 'requests for emails', person: per(HOUR_MS, 3), address: per(HOUR_MS, 30) },
  /** Each username that a user has had stays reserved for good. */
  rename: { what: 'changes of username', person: per(HOUR_MS, 20), address: per(HOUR_MS, 200) },
  /** For one reset link in place of a user. Each may cost a hash. */
  reset: {
    what: 'attempts to set a password',
    person: per(10 * MINUTE_MS, 10),
    address: per(10 * MINUTE_MS, 100),
  },
  /** Every page, and JSON that the fast path does not answer. A page that reloads itself draws 6 a minute, a reader who hurries some 60. */
  page: {
    what: 'pages',
    person: per(MINUTE_MS, 300),
    address: per(MINUTE_MS, 3000),
    isInMemory: true,
  },
  /** A page of a log can have 50 images. */
  file: {
    what: 'images and files',
    person: per(MINUTE_MS, 1200),
    address: per(MINUTE_MS, 12_000),
    isInMemory: true,
  },
  /** Each reads all of a room. */
  transcript: {
    what: 'transcripts',
    person: per(HOUR_MS, 60),
    address: per(HOUR_MS, 600),
    isInMemory: true,
  },
  /** Each reads all that a user has written. */
  data: {
    what: 'downloads of your data',
    person: per(HOUR_MS, 5),
    address: per(HOUR_MS, 50),
    isInMemory: true,
  },
} satisfies Record<string, Rule>;

export type LimitedAction = keyof typeof RATE_LIMITS;

/** Counted one by one, without a bucket: see `login-attempt.ts`. */
export const WRONG_PASSWORDS = {
  withinMs: 10 * MINUTE_MS,
  forNameFromAddress: 10,
  fromAddress: 100,
  fromSite: ADDRESSES_OF_SITE * 100,
};

/** A token bucket: its name, a hash, and its limit. */
export interface Bucket extends RateLimit {
  bucket: string;
  isInMemory: boolean;
}

/** Returns the buckets that an action draws on. */
export function bucketsFor(action: LimitedAction, address: string, person?: number | string): Bucket[] {
  const rule: Rule = RATE_LIMITS[action];
  const { isInMemory = false } = rule;
  const { times, withinMs } = rule.address;
  const site = siteOf(address);
  return [
    ...(rule.person && person !== undefined
      ? [{ bucket: sha256(`${action} person ${person}`), ...rule.person, isInMemory }]
      : []),
    ...(site
      ? [
          {
            bucket: sha256(`${action} site ${site}`),
            times: ADDRESSES_OF_SITE * times,
            withinMs,
            isInMemory,
          },
        ]
      : []),
    { bucket: sha256(`${action} address ${address}`), times, withinMs, isInMemory },
  ];
}

/** The time in which one token comes back, in milliseconds. */
export const refillMs = ({ times, withinMs }: RateLimit): number => withinMs / times;

/** The used part of a bucket, in milliseconds until it is full. */
const usedMs = (wholeAt: number, now: number): number => Math.max(wholeAt - now, 0);

/** The time until the bucket has a token, in milliseconds; 0 or less if it has one now. */
export function waitMs(wholeAt: number, limit: RateLimit, now: number): number {
  return usedMs(wholeAt, now) + refillMs(limit) - limit.withinMs;
}

/**
 * The used part beyond the size of the bucket, in milliseconds. It arises when processes have not heard from
 * each other yet, or a clock was set back since. Callers give it back.
 */
export function excessMs(wholeAt: number, limit: RateLimit, now: number): number {
  return Math.max(usedMs(wholeAt, now) - limit.withinMs, 0);
}

export function rateLimited(action: LimitedAction, waitMs: number): RateLimited {
  return new RateLimited(RATE_LIMITS[action].what, waitMs);
}
