const PATIENCE_MS = 60_000;
const PAUSE_MS = 50;

export const rest = (ms: number) => new Promise<void>((on) => setTimeout(on, ms));

/** Waits until `look` gives something. @throws with `what` after a minute */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  patience = PATIENCE_MS,
): Promise<NonNullable<T>> {
  for (const began = Date.now(); Date.now() - began < patience; await rest(PAUSE_MS)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`There is still no ${what}.`);
}
