// What a tester does in a scene, by keys.
import type { Doing, Scene } from '../../server/practice/scene.ts';
import type { Bidi } from './bidi.ts';
import { type Desktop, rest, until } from './desktop.ts';
import type { Reader } from './reader.ts';

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
const READ_MS = 2000;
/** A key has been answered. */
const ANSWERED_MS = 1000;
/** Numbers of messages are said at most every five seconds, and those of the last ones have to come. */
const APART_MS = 6500;
/** Where a key has begun nothing by then, it did not reach the page. */
const BEGIN_MS = 20_000;
/** Between two letters. */
const TYPING_MS = 600;
/** Lines of the log that are read in the end. */
const MOST_READ = 4;

/** What is to be done before a scene begins, or instead of its beginning; all else follows from the scene. */
const OTHERWISE: Record<number, (tester: Tester) => Promise<void>> = {
  27: (tester) => tester.sends('Hello'),
  28: async (tester) => {
    await tester.sends('Hello');
    await tester.goes('begin');
    await tester.presses('Return');
  },
  29: (tester) => tester.sends(''),
  34: async (tester) => {
    await tester.goes('pause');
    await tester.presses('Return');
    await tester.goes('begin');
    await tester.presses('Return');
  },
  36: (tester) => tester.presses('F5'),
};

/** Scenes that nobody can play by keys alone, and why. */
export const UNPLAYED: Record<number, string> = {
  40: 'It is read on a Braille display, which a run without a tester does not have.',
};

/** When a scene was played, in ms since 1970, and what of it the page has noted itself. */
export interface Play {
  from: number;
  /** Before the log is read. */
  until: number;
  announced: string;
  /** What was said of each line of the log that came with the scene, in order. */
  log: string[];
}

export class Tester {
  readonly #desktop: Desktop;
  readonly #reader: Reader;
  readonly #browser: Bidi;

  constructor(desktop: Desktop, reader: Reader, browser: Bidi) {
    this.#desktop = desktop;
    this.#reader = reader;
    this.#browser = browser;
  }

  /** Opens the page of a scene, and plays it. */
  async plays(number: number, scene: Scene, address: string): Promise<Play> {
    const opened = Date.now();
    await this.#browser.open(address);
    await this.#desktop.front(/Firefox/);
    await until(
      'page',
      async () =>
        (await this.#page(`document.readyState + document.querySelectorAll('#said').length`)) === 'complete1',
    );
    await this.#reader.answer(opened);
    await this.#reader.silence(READ_MS);
    await this.goes(number === 34 ? 'pause' : number === 27 || number === 29 ? 'field' : 'begin');
    const lines = await this.#lines();
    const from = Date.now();
    await (OTHERWISE[number]?.(this) ?? this.presses('Return'));
    const begun = Date.now();
    if (!scene.page && number !== 36)
      await until('beginning', async () => (await this.#announced()).includes('–'), BEGIN_MS);
    await this.#does(scene.doings ?? [], begun);
    await this.#ends(scene, begun);
    const end = Date.now();
    const announced = await this.#announced();
    const count = scene.page ? 0 : Math.min((await this.#lines()) - lines, MOST_READ);
    return { from, until: end, announced, log: await this.#reads(count) };
  }

  /** Waits until all that was to come has come, and nothing more is said of it. */
  async #ends({ cues, lost, page, heard }: Scene, begun: number): Promise<void> {
    const end = begun + Math.max(0, ...cues.map(({ second }) => second), ...(lost ?? [])) * 1000;
    const isAll = async () =>
      page
        ? (await this.#page('location.search')).includes('=')
        : heard.length > 0 &&
          heard.length < 4 &&
          (await this.#announced()).split(' s  ').length > heard.length;
    await rest(Math.max(end - Date.now(), 0));
    await until('end of the scene', async () => Date.now() > end + APART_MS || (await isAll()));
    await this.#reader.silence(READ_MS);
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

  async #does(doings: Doing[], begun: number): Promise<void> {
    const acts: Record<Doing['act'], () => Promise<unknown>> = {
      types: () => this.presses('Down'),
      'goes away': async () => {
        this.#desktop.run('/usr/bin/python3', ['-c', OTHER_WINDOW]);
        await this.#desktop.front(/^Another window$/);
      },
      'comes back': () => this.#desktop.front(/Firefox/),
      resumes: async () => {
        await this.goes('pause');
        await this.presses('Return');
      },
      pauses: async () => {}, // before the beginning
      sends: async () => {}, // in its place
    };
    if (doings.length > 1 && doings.every(({ act }) => act === 'types'))
      return this.#types(begun + doings.at(-1)!.second * 1000);
    for (const { second, act } of doings) {
      await rest(Math.max(begun + second * 1000 - Date.now(), 0));
      await acts[act]();
    }
  }

  /** Types in the field without a stop: no key waits for the one before it. @param end in ms since 1970 */
  async #types(end: number): Promise<void> {
    await this.#page(`document.querySelector('${PLACES.field}').focus()`);
    const count = Math.ceil((end - Date.now()) / TYPING_MS);
    const keys = Array.from({ length: count }, () => 'x');
    await this.#desktop.ask('xdotool', ['key', '--delay', String(TYPING_MS), ...keys]);
  }

  /** Reads the last lines of the log by the key for list items, and returns them in the order of the log. */
  async #reads(count: number): Promise<string[]> {
    if (count > 0) await this.goes('send'); // the reader follows the focus, and the log is before it
    const read: string[] = [];
    for (let left = count; left > 0; left -= 1) {
      const from = Date.now();
      await this.presses('shift+i');
      await this.#reader.answer(from);
      await this.#reader.silence(ANSWERED_MS);
      const said = (await this.#reader.lines()).filter(({ at, text }) => text && at >= from);
      read.unshift(said.map(({ text }) => text!.trim()).join(' '));
    }
    return read;
  }

  #announced(): Promise<string> {
    return this.#page(`document.querySelector('#said')?.value ?? ''`);
  }

  async #lines(): Promise<number> {
    return Number(await this.#page(`document.querySelectorAll('.log li').length`));
  }

  #page(expression: string): Promise<string> {
    return this.#browser.text(expression);
  }
}
