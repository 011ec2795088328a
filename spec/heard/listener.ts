// A screen reader and a browser on a desktop of their own, and the scenes that are played for them.
import { heardIn, sceneOf } from '../../server/practice/scenes.ts';
import type { Browser } from './browser.ts';
import { startChromium } from './chromium.ts';
import { Desktop } from './desktop.ts';
import { startFirefox } from './firefox.ts';
import type { Line } from './hands.ts';
import { type Mark, markOf } from './marks.ts';
import type { Choice } from './options.ts';
import { Reader } from './reader.ts';
import { type Utterance, utterancesOf } from './speech.ts';
import { Tester } from './tester.ts';

/** A scene as it was heard. */
export interface Heard {
  number: number;
  utterances: Utterance[];
  /** What the page has noted of its own announcements. */
  announced: string;
  /** The lines of the log that came with it, as they were read. */
  log: Line[];
  mark: Mark;
}

export class Listener {
  readonly #desktop: Desktop;
  readonly #reader: Reader;
  readonly #browser: Browser;
  /** The scenes are played by this user. */
  readonly #username: string;

  private constructor(desktop: Desktop, reader: Reader, browser: Browser, username: string) {
    this.#desktop = desktop;
    this.#reader = reader;
    this.#browser = browser;
    this.#username = username;
  }

  /** @param address of the browser's first page, which takes the focus away from the field for addresses */
  static async start({ browser, command }: Choice, username: string, address: string): Promise<Listener> {
    const desktop = await Desktop.start();
    try {
      const reader = await Reader.start(desktop);
      const start = browser === 'chromium' ? startChromium : startFirefox;
      return new Listener(desktop, reader, await start(desktop, command, address), username);
    } catch (error) {
      await desktop.end();
      throw error;
    }
  }

  /** Plays a scene. @param address of its page */
  async hears(number: number, address: string): Promise<Heard> {
    const scene = sceneOf(number);
    const tester = new Tester(this.#desktop, this.#reader, this.#browser);
    const { from, until, announced, log } = await tester.plays(number, scene, address);
    const lines = (await this.#reader.lines()).filter(({ at }) => at <= until);
    const utterances = utterancesOf(lines, from);
    const expected = {
      texts: heardIn(number, this.#username),
      page: scene.page ?? [],
      isAlone: !scene.task && !scene.page,
      mayBeCut: (scene.doings ?? []).length > 0,
    };
    return { number, utterances, announced, log, mark: markOf(expected, utterances) };
  }

  async end(): Promise<void> {
    this.#browser.close();
    await this.#desktop.end();
  }
}
