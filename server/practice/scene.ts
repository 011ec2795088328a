import type { Cue, Step } from './steps.ts';

/** What the tester does while a scene plays, as the announcer is told of it. A spec plays it. */
export interface Doing {
  /** Seconds after the scene begins. */
  second: number;
  act: 'types' | 'goes away' | 'comes back' | 'pauses' | 'resumes' | 'sends';
}

/** A script for testers of screen readers: the same each time, at an address of its own. */
export interface Scene extends Step {
  /** What is in the log before it begins. Its first entry has the seq 4. */
  before?: Cue[];
  /** What the tester is to do, in words. */
  task?: string;
  doings?: Doing[];
  /** The page on which it ends is the point: found messages, or earlier ones that are shown above. */
  shows?: 'hits' | 'earlier';
  /** It begins when the tester sends a message by the form. */
  isSent?: boolean;
}
