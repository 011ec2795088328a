import { hash, randomUUID } from 'node:crypto';
import type { View } from './index.ts';

/** All pages are dropped when they have more bytes. */
const MOST_BYTES = 8_000_000;

/** A page in parts: what stays, as bytes, and between that the names of what is different each time. */
type Parts = (Buffer | string)[];

/**
 * Pages that were rendered once, each kept under all that it was rendered from: a client that asks again for what
 * has not changed gets the same HTML. What is different on each page, as a token, is put into it afterwards. They
 * are kept as bytes, since to write a text as UTF-8 takes ten times as long as to copy it.
 */
export class KeptPages {
  readonly #view: View;
  readonly #pages = new Map<string, Parts>();
  /** Stands, with a name, for what is put in afterwards. Nobody outside this process knows it, so nobody can write it. */
  readonly #mark = randomUUID();
  readonly #named = new RegExp(`${this.#mark}-(\\w+)\\.`);
  #bytes = 0;

  constructor(view: View) {
    this.#view = view;
  }

  /**
   * Renders a page, or finds it.
   * @param values plain data, as from JSON
   * @param identity what tells these values from others, if that is shorter
   * @param fresh what is different each time, in ASCII, without a character that HTML escapes
   */
  render(
    template: string,
    values: object,
    fresh: Record<string, string>,
    identity: unknown = values,
  ): Buffer {
    const key = hash('sha256', JSON.stringify([template, identity]), 'base64url');
    const parts =
      this.#pages.get(key) ?? this.#keep(key, this.#rendered(template, values, Object.keys(fresh)));
    return Buffer.concat(
      parts.map((part) => (typeof part === 'string' ? Buffer.from(fresh[part]!, 'latin1') : part)),
    );
  }

  #rendered(template: string, values: object, names: string[]): Parts {
    const marks = names.map((name) => [name, `${this.#mark}-${name}.`]);
    const html = this.#view.render(template, { ...values, ...Object.fromEntries(marks) });
    return html.split(this.#named).map((part, index) => (index % 2 === 0 ? Buffer.from(part) : part));
  }

  #keep(key: string, parts: Parts): Parts {
    if (this.#bytes > MOST_BYTES) {
      this.#pages.clear();
      this.#bytes = 0;
    }
    this.#pages.set(key, parts);
    for (const part of parts) this.#bytes += part.length;
    return parts;
  }
}
