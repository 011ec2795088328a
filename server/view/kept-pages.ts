import { hash, randomUUID } from 'node:crypto';
import type { View } from './index.ts';

/** All pages are dropped when they have more characters. */
const MOST_CHARACTERS = 8_000_000;

/**
 * Pages that were rendered once, each kept under all that it was rendered from: a client that asks again for what
 * has not changed gets the same HTML. What is different on each page, as a token, is put into it afterwards.
 */
export class KeptPages {
  readonly #view: View;
  readonly #pages = new Map<string, string>();
  /** Stands for what is put in afterwards. Nobody outside this process knows it, so nobody can write it. */
  readonly #mark = randomUUID();
  #characters = 0;

  constructor(view: View) {
    this.#view = view;
  }

  /**
   * Renders a page, or finds it.
   * @param values plain data, as from JSON
   * @param identity what tells these values from others, if that is shorter
   * @param fresh what is different each time, without a character that HTML escapes
   */
  render(
    template: string,
    values: object,
    fresh: Record<string, string>,
    identity: unknown = values,
  ): string {
    const key = hash('sha256', JSON.stringify([template, identity]), 'base64url');
    const marks = Object.keys(fresh).map((name): [string, string] => [name, `${this.#mark}-${name}.`]);
    let html = this.#pages.get(key);
    if (html === undefined) {
      html = this.#view.render(template, { ...values, ...Object.fromEntries(marks) });
      this.#keep(key, html);
    }
    return marks.reduce((page, [name, mark]) => page.replaceAll(mark, () => fresh[name]!), html);
  }

  #keep(key: string, html: string): void {
    if (this.#characters > MOST_CHARACTERS) {
      this.#pages.clear();
      this.#characters = 0;
    }
    this.#pages.set(key, html);
    this.#characters += html.length;
  }
}
