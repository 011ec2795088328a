import Keygrip from 'keygrip';

/** The signatures that are remembered; all are forgotten when there are more. */
const MOST_SIGNATURES = 20_000;

/**
 * The keys that sign cookies. Remembers the signatures that were right: a session sends the same one with
 * each request, and to compute it again costs more than the rest of a poll.
 */
export class CookieKeys {
  readonly #keys: Keygrip;
  readonly #right = new Map<string, number>();

  /** @param keys the newest first */
  constructor(keys: string[]) {
    this.#keys = new Keygrip(keys, 'sha256');
  }

  sign(data: string): string {
    return this.#keys.sign(data);
  }

  verify(data: string, signature: string): boolean {
    return this.index(data, signature) >= 0;
  }

  /** The number of the key that has signed the data, the newest being 0; -1 if none has. */
  index(data: string, signature: string): number {
    const signed = `${data} ${signature}`;
    const known = this.#right.get(signed);
    if (known !== undefined) return known;
    const index = this.#keys.index(data, signature);
    if (this.#right.size >= MOST_SIGNATURES) this.#right.clear();
    if (index >= 0) this.#right.set(signed, index); // wrong ones have no end
    return index;
  }
}
