/**
 * What a person is told when something they asked for is not done. Each has a sentence that says
 * what to do; `middleware/errors.ts` alone turns them into a status and a page or JSON.
 */
export abstract class Refusal extends Error {
  /** What more the page that tells of it shows. Not `details`: the spec runner takes that for a text. */
  readonly about: Record<string, unknown> = {};
}

/** What was typed cannot be taken; `problems` has a sentence for each field, by the field's name. */
export class Invalid extends Refusal {
  readonly problems: Record<string, string>;
  constructor(problems: Record<string, string>) {
    super(Object.values(problems).join(' '));
    this.problems = problems;
  }
}

/** It is there, but not for this person. */
export class Forbidden extends Refusal {}

/** It is not there, or not for this person to know of. */
export class Missing extends Refusal {
  constructor(message = 'There is no such page. Check the address, or start from the list of rooms.') {
    super(message);
  }
}

/** A room that is not there, or not for this person to know of: both in the same words. */
export class MissingRoom extends Missing {
  constructor() {
    super('There is no such room. Choose one from the list of rooms.');
  }
}

/** A room that the person was removed from. */
export class Barred extends Forbidden {
  constructor(room: { name: string }) {
    super(`You were removed from ${room.name}. Ask one of its administrators to add you again.`);
  }
}

/** Nobody is logged in. */
export class Anonymous extends Refusal {
  constructor(message = 'You are not logged in. Log in to go on.') {
    super(message);
  }
}

/** Done too often: to be tried again after a while. */
export class Limited extends Refusal {
  /** In seconds. */
  readonly retryAfter: number;
  /** @param what there were too many of, in words */
  constructor(what: string, waitMs: number) {
    const seconds = Math.ceil(waitMs / 1000);
    super(`Too many ${what} in a short time. Wait ${duration(seconds)}, then try again.`);
    this.retryAfter = seconds;
  }
}

function duration(seconds: number): string {
  const [count, unit] = seconds > 60 ? [Math.ceil(seconds / 60), 'minute'] : [seconds, 'second'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** Nothing is wrong with what was asked, but it cannot be done for now. */
export abstract class Unavailable extends Refusal {
  /** In seconds. */
  abstract readonly retryAfter: number;
}

/** There is no room left to store anything. */
export class Full extends Unavailable {
  readonly retryAfter = 10;
  constructor() {
    super(
      'Nothing can be stored at the moment, because the server has run out of room. What you sent was not stored: keep it, and send it again in a while.',
    );
  }
}

/** What everything is stored in cannot be reached. */
export class Unreachable extends Unavailable {
  readonly retryAfter = 5;
  constructor() {
    super(
      'Plainchat cannot reach its database at the moment. Wait 5 seconds, then try again: no message is stored twice.',
    );
  }
}

/** The person is in another room, which `current` names, and can be in one at a time. */
export class Elsewhere extends Refusal {
  override readonly about;
  constructor(room: { id: number; name: string }, current: { id: number; name: string }) {
    super(`You are in ${current.name}. You can be in one room at a time.`);
    this.about = { room, current };
  }
}

/** Why somebody is no longer in a room. */
export type Why = 'deleted' | 'removed' | 'moved' | 'left' | 'away';

/** The person is not in the room, or not any more, though it takes being in it. */
export class Ended extends Refusal {
  readonly why: Why;
  override readonly about;
  constructor(
    why: Why,
    room: { id: number; name: string },
    current?: { id: number; name: string },
    message = sentences[why](room.name, current?.name ?? ''),
  ) {
    super(message);
    this.why = why;
    this.about = { room, current, why };
  }
}

const sentences: Record<Why, (room: string, current: string) => string> = {
  deleted: (room) => `The room ${room} was deleted, with all its messages.`,
  removed: (room) => `You were removed from the room ${room}.`,
  moved: (room, current) =>
    `You are not in ${room}: you are in ${current}, and can be in one room at a time.`,
  left: (room) => `You left ${room}.`,
  away: (room) => `You are no longer in ${room}, because nothing was heard from you for some time.`,
};
