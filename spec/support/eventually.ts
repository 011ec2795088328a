import * as assert from 'uvu/assert';

/** Everything of ours happens within this, in milliseconds. */
export const PATIENCE_MS = 6000;

/** Looks until it sees what is expected; fails with the difference where it does not come in time. */
export async function eventually<T>(
  look: () => Promise<T> | T,
  expected: T,
  patience = PATIENCE_MS,
): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      return assert.equal(await look(), expected);
    } catch (error) {
      if (Date.now() > deadline) throw error; // till then the page may be on its way to another, and show nothing
    }
    await new Promise((again) => setTimeout(again, 25));
  }
}
