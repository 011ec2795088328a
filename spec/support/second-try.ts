/** How the output of a run names a story that failed at first. The end of the run counts these. */
export const SECOND_TRY = 'SECOND TRY:';

/**
 * Has a story that drives a program of others, a browser or a terminal, begin once more in a world of its own
 * if it fails: such a program hangs or draws late now and then, on a busy machine. It is told aloud, for a
 * race of ours would show here too. What drives only our own code has one try.
 */
export function withSecondTry(title: string, work: () => Promise<void>): () => Promise<void> {
  return async () => {
    try {
      await work();
    } catch (error) {
      console.error(SECOND_TRY, title, error);
      await work();
    }
  };
}
