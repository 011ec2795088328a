import type { Callback } from 'uvu';

/** How the output of a run names a spec that failed at first. The end of the run counts these. */
export const SECOND_TRY = 'SECOND TRY:';
/** A run with more of them fails: so many are no chance. */
export const MOST_SECOND_TRIES = 3;

/**
 * Has a spec begin once more in a world of its own if it fails. What others make, such as a browser, a
 * terminal or a busy machine, fails a spec now and then. It is told aloud, for a race of ours would show
 * here too: each of these is a fault to be mended.
 */
export function withSecondTry(title: string, work: Callback): Callback {
  return async (context) => {
    try {
      await work(context);
    } catch (error) {
      console.error(SECOND_TRY, title, error);
      await work(context);
    }
  };
}
