// What a tester does by keys.
import type { Browser } from './browser.ts';
import type { Desktop } from './desktop.ts';
import type { Reader } from './reader.ts';
import { until } from './until.ts';

/** Where the tester goes. A script moves the focus: how one comes there is no part of a scene. */
const PLACES = {
  begin: '.step button',
  field: '#body',
  send: '#message button',
  pause: '#announcements button',
};

/** A window of another program. */
const OTHER_WINDOW = `
import gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gtk
Gtk.Window(title="Another window").show_all()
Gtk.main()`;

/** A page has been read when nothing was said for so long. */
export const READ_MS = 2000;
/** A key has been answered. */
const ANSWERED_MS = 1000;
/** Where a key has begun nothing by then, it did not reach the page. */
export const BEGIN_MS = 20_000;
/** Between two letters. */
const TYPING_MS = 600;

/** A line of the log, as it was read. */
export interface Line {
  said: string;
  /** What a Braille display shows of it without another key. */
  braille: string;
}

export class Hands {
  readonly #desktop: Desktop;
  readonly #reader: Reader;
  readonly #browser: Browser;

  constructor(desktop: Desktop, reader: Reader, browser: Browser) {
    this.#desktop = desktop;
    this.#reader = reader;
    this.#browser = browser;
  }

  async presses(...keys: string[]): Promise<void> {
    await this.#desktop.press(...keys);
  }

  /** Moves the focus to a place, and waits until the reader has said where that is. */
  async goes(place: keyof typeof PLACES): Promise<void> {
    const goal = `document.querySelector('${PLACES[place]}')`;
    await this.#page(`${goal}.focus()`);
    await until(
      `focus at ${place}`,
      async () => (await this.#page(`document.activeElement === ${goal}`)) === 'true',
    );
    await this.#reader.silence(ANSWERED_MS);
  }

  /** Writes a message, and presses Send. */
  async sends(text: string): Promise<void> {
    await this.goes('field');
    if (text) await this.#desktop.ask('xdotool', ['type', '--delay', '60', '--', text]);
    const typed = `document.querySelector('${PLACES.field}').value`;
    await until('text in the field', async () => (await this.#page(typed)) === text || !text, BEGIN_MS);
    await this.goes('send');
    await this.presses('Return');
    await this.#reader.silence(READ_MS);
  }

  /** Types in the field without a stop: no key waits for the one before it. @param end in ms since 1970 */
  async types(end: number): Promise<void> {
    await this.goes('field'); // a letter that comes before the reader has followed is a command to it
    const count = Math.ceil((end - Date.now()) / TYPING_MS);
    const keys = Array.from({ length: count }, () => 'x');
    await this.#desktop.ask('xdotool', ['key', '--delay', String(TYPING_MS), ...keys]);
  }

  /** Puts a window of another program in front. */
  async goesAway(): Promise<void> {
    this.#desktop.run('/usr/bin/python3', ['-c', OTHER_WINDOW]);
    await this.#desktop.front(/^Another window$/);
  }

  async comesBack(): Promise<void> {
    await this.#desktop.front(this.#browser.title);
  }

  /** Reads the last lines of the log by the key for list items, and returns them in the order of the log. */
  async reads(count: number): Promise<Line[]> {
    if (count > 0) await this.goes('send'); // the reader follows the focus, and the log is before it
    const read: Line[] = [];
    for (let left = count; left > 0; left -= 1) {
      const from = Date.now();
      await this.presses('shift+i');
      await this.#reader.answer(from);
      await this.#reader.silence(ANSWERED_MS);
      const given = (await this.#reader.lines()).filter(({ at }) => at >= from);
      const said = given.flatMap(({ text }) => text?.trim() || []).join(' ');
      const braille = given.findLast((line) => line.braille)?.braille?.trimEnd() ?? '';
      read.unshift({ said, braille });
    }
    return read;
  }

  #page(expression: string): Promise<string> {
    return this.#browser.text(expression);
  }
}
