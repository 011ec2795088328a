import { isolated } from '../text/direction.ts';
/** The kind of a refusal. Each maps to an HTTP status. */
export type Code =
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'invalid'
  | 'rate-limited'
  | 'internal'
  | 'unavailable';

/**
 * An error whose message is a sentence for the user: what happened and what to do. Only
 * `middleware/errors.ts` turns it into a status and a page or JSON.
 */
export abstract class Refusal extends Error {
  abstract readonly code: Code;
  /** More values for the page that shows it. Not named `details`: the spec runner prints those as text. */
  readonly pageValues: Record<string, unknown> = {};
}

/** Input that breaks a rule. */
export class Invalid extends Refusal {
  readonly code: Code = 'invalid';
  /** A sentence for each field, by the field's name; `''` for the whole form. */
  readonly problems: Record<string, string>;
  constructor(problems: Record<string, string>) {
    super(Object.values(problems).join(' '));
    this.problems = problems;
  }
}

export class Forbidden extends Refusal {
  readonly code = 'forbidden';
}

/** It does not exist, or the user may not learn whether it exists. */
export class NotFound extends Refusal {
  readonly code: Code = 'not-found';
  constructor(message = 'There is no such page. Check the address, or start from the list of rooms.') {
    super(message);
  }
}

/** There is no such user, or they have deleted their account. */
export class UserNotFound extends NotFound {
  constructor() {
    super('There is nobody with this username. Search for them by username or email.');
  }
}

/** The same sentence for a room that does not exist and for one that the user may not know of. */
export class RoomNotFound extends NotFound {
  constructor() {
    super('There is no such room. Choose one from the list of rooms.');
  }
}

export class Banned extends Forbidden {
  constructor(room: { name: string }) {
    super(`You were removed from ${isolated(room.name)}. Ask one of its administrators to add you again.`);
  }
}

export class Unauthenticated extends Refusal {
  readonly code: Code = 'unauthenticated';
  constructor(message = 'You are not logged in. Log in to continue.') {
    super(message);
  }
}

export class RateLimited extends Refusal {
  readonly code: Code = 'rate-limited';
  /** In seconds. */
  readonly retryAfter: number;
  readonly what: string;
  /** @param what plural noun for the sentence, such as `messages` */
  constructor(what: string, waitMs: number) {
    const seconds = Math.ceil(waitMs / 1000);
    super(`Too many ${what} in a short time. Wait ${duration(seconds)}, then try again.`);
    this.retryAfter = seconds;
    this.what = what;
  }
}

/** Returns a time to wait in words. */
export function duration(seconds: number): string {
  const [count, unit] = seconds > 60 ? [Math.ceil(seconds / 60), 'minute'] : [seconds, 'second'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** The request is valid, but the server cannot answer it now. */
export abstract class Unavailable extends Refusal {
  readonly code: Code = 'unavailable';
  /** In seconds. */
  abstract readonly retryAfter: number;
}

export class DiskFull extends Unavailable {
  readonly retryAfter = 10;
  constructor() {
    super(
      "Nothing can be stored at the moment, because the server's disk is full. What you sent was not stored: keep a copy, and send it again later.",
    );
  }
}

export class DatabaseUnreachable extends Unavailable {
  readonly retryAfter = 5;
  constructor() {
    super(
      'Plainchat cannot reach its database at the moment. Wait 5 seconds, then try again: no message is stored twice.',
    );
  }
}

/** The user must leave the room `current` before they can enter `room`. */
export class InAnotherRoom extends Refusal {
  readonly code: Code = 'conflict';
  override readonly pageValues;
  constructor(room: { id: number; name: string }, current: { id: number; name: string }) {
    super(`You are in ${isolated(current.name)}. You can be in one room at a time.`);
    this.pageValues = { room, current };
  }
}

/** Why a user is no longer in a room. */
export type DepartureReason = 'deleted' | 'removed' | 'moved' | 'left' | 'away';

/** The act needs presence in the room, and the user is not in it. */
export class NotInRoom extends Refusal {
  readonly code: Code = 'conflict';
  readonly why: DepartureReason;
  override readonly pageValues;
  constructor(
    why: DepartureReason,
    room: { id: number; name: string },
    current?: { id: number; name: string },
    message = sentences[why](isolated(room.name), isolated(current?.name ?? '')),
  ) {
    super(message);
    this.why = why;
    this.pageValues = { room, current, why };
  }
}

const sentences: Record<DepartureReason, (room: string, current: string) => string> = {
  deleted: (room) => `The room ${room} was deleted, with all its messages.`,
  removed: (room) => `You were removed from the room ${room}.`,
  moved: (room, current) =>
    `You are not in ${room}: you are in ${current}, and can be in one room at a time.`,
  left: (room) => `You left ${room}.`,
  away: (room) => `You are no longer in ${room}, because nothing was heard from you for some time.`,
};
