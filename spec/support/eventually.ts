import * as assert from 'uvu/assert';

/** Everything of ours happens within this on an idle machine, in milliseconds. */
export const PATIENCE_MS = 6000;
const PAUSE_MS = 25;

/**
 * Looks until it sees what is expected; fails with the difference where it does not come in time. Looks are
 * counted, and not the time: on a busy machine each takes longer, as what they wait for does.
 */
export async function eventually<T>(
  look: () => Promise<T> | T,
  expected: T,
  patience = PATIENCE_MS,
): Promise<void> {
  for (let looks = Math.ceil(patience / PAUSE_MS); ; looks -= 1) {
    try {
      return assert.equal(await look(), expected);
    } catch (error) {
      if (looks <= 0) throw error; // till then the page may be on its way to another, and show nothing
    }
    await new Promise((again) => setTimeout(again, PAUSE_MS));
  }
}
