// How a tester plays a scene.
import type { Doing, Scene } from '../../server/practice/scene.ts';
import type { Browser } from './browser.ts';
import type { Desktop } from './desktop.ts';
import { BEGIN_MS, Hands, type Line, READ_MS } from './hands.ts';
import type { Reader } from './reader.ts';
import { rest, until } from './until.ts';

/** Numbers of messages are said at most every five seconds, and those of the last ones have to come. */
const APART_MS = 6500;
/** Lines of the log that are read in the end. */
const MOST_READ = 4;

/** What is to be done before a scene begins, or instead of its beginning; all else follows from the scene. */
const OTHERWISE: Record<number, (hands: Hands) => Promise<void>> = {
  27: (hands) => hands.sends('Hello'),
  28: async (hands) => {
    await hands.sends('Hello');
    await hands.goes('begin');
    await hands.presses('Return');
  },
  29: (hands) => hands.sends(''),
  34: async (hands) => {
    await hands.goes('pause');
    await hands.presses('Return');
    await hands.goes('begin');
    await hands.presses('Return');
  },
  36: (hands) => hands.presses('F5'),
};

/** When a scene was played, in ms since 1970, and what of it the page has noted itself. */
export interface Play {
  from: number;
  /** Before the log is read. */
  until: number;
  announced: string;
  /** The lines of the log that came with the scene, as they were read. */
  log: Line[];
}

export class Tester {
  readonly #reader: Reader;
  readonly #browser: Browser;
  readonly #hands: Hands;

  constructor(desktop: Desktop, reader: Reader, browser: Browser) {
    this.#reader = reader;
    this.#browser = browser;
    this.#hands = new Hands(desktop, reader, browser);
  }

  /** Opens the page of a scene, and plays it. */
  async plays(number: number, scene: Scene, address: string): Promise<Play> {
    const opened = Date.now();
    await this.#browser.open(address);
    await this.#hands.comesBack();
    await until(
      'page',
      async () =>
        (await this.#page(`document.readyState + document.querySelectorAll('#said').length`)) === 'complete1',
    );
    await this.#reader.answer(opened);
    await this.#reader.silence(READ_MS);
    await this.#hands.goes(number === 34 ? 'pause' : number === 27 || number === 29 ? 'field' : 'begin');
    const lines = await this.#lines();
    const from = Date.now();
    await (OTHERWISE[number]?.(this.#hands) ?? this.#hands.presses('Return'));
    const begun = Date.now();
    if (!scene.page && number !== 36)
      await until('beginning', async () => (await this.#announced()).includes('–'), BEGIN_MS);
    await this.#does(scene.doings ?? [], begun);
    await this.#ends(scene, begun);
    const end = Date.now();
    const announced = await this.#announced();
    const count = scene.page ? 0 : Math.min((await this.#lines()) - lines, MOST_READ);
    return { from, until: end, announced, log: await this.#hands.reads(count) };
  }

  /** Waits until all that was to come has come, and nothing more is said of it. */
  async #ends({ cues, lost, page, heard }: Scene, begun: number): Promise<void> {
    const end = begun + Math.max(0, ...cues.map(({ second }) => second), ...(lost ?? [])) * 1000;
    const isAll = async () =>
      page
        ? (await this.#page('location.search')).includes('=')
        : heard.length > 0 &&
          heard.length < 4 &&
          (await this.#announced()).split('–').at(-1)!.split(' s  ').length > heard.length;
    await rest(Math.max(end - Date.now(), 0));
    await until('end of the scene', async () => Date.now() > end + APART_MS || (await isAll()));
    await this.#reader.silence(READ_MS);
  }

  async #does(doings: Doing[], begun: number): Promise<void> {
    const acts: Record<Doing['act'], () => Promise<unknown>> = {
      types: () => this.#hands.presses('Down'),
      'goes away': () => this.#hands.goesAway(),
      'comes back': () => this.#hands.comesBack(),
      resumes: async () => {
        await this.#hands.goes('pause');
        await this.#hands.presses('Return');
      },
      pauses: async () => {}, // before the beginning
      sends: async () => {}, // in its place
    };
    if (doings.length > 1 && doings.every(({ act }) => act === 'types'))
      return this.#hands.types(begun + doings.at(-1)!.second * 1000);
    for (const { second, act } of doings) {
      await rest(Math.max(begun + second * 1000 - Date.now(), 0));
      await acts[act]();
    }
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
