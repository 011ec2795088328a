// Orca on a desktop, and what it gives to speech.
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Desktop } from './desktop.ts';
import { type SpeechLine, speechLines } from './speech.ts';
import { rest, until } from './until.ts';

/** Orca looks for others of its user by `pgrep`, on other desktops too, and will not run beside them. */
const NO_PGREP = '#!/bin/sh\nexit 1\n';
const PAUSE_MS = 50;
/** An answer to a key that takes longer never comes. */
const ANSWER_MS = 8000;
/** What goes on saying something for longer is not waited for. */
const MOST_MS = 90_000;

export class Reader {
  readonly #desktop: Desktop;
  readonly #file: string;

  private constructor(desktop: Desktop) {
    this.#desktop = desktop;
    this.#file = join(desktop.folder, 'heard.jsonl');
  }

  /** Starts Orca, and returns once it speaks. */
  static async start(desktop: Desktop): Promise<Reader> {
    const pgrep = join(desktop.folder, 'bin/pgrep');
    await writeFile(pgrep, NO_PGREP);
    await chmod(pgrep, 0o755);
    desktop.run('orca', []);
    const reader = new Reader(desktop);
    await until('Orca that speaks', async () => (await reader.lines()).find(({ text }) => text));
    return reader;
  }

  /** All that was given to speech so far. */
  async lines(): Promise<SpeechLine[]> {
    return speechLines(await readFile(this.#file, 'utf8').catch(() => ''));
  }

  /**
   * Waits until nothing was given to speech for so long. A moment counts only if neither the reader nor the
   * browser is waiting for a processor: so a busy machine only takes longer.
   */
  async silence(ms: number): Promise<void> {
    let quiet = 0;
    const countSaid = async () => (await this.lines()).filter(({ braille }) => braille === undefined).length;
    let count = await countSaid();
    for (const began = Date.now(); Date.now() - began < MOST_MS && quiet < ms; await rest(PAUSE_MS)) {
      const now = await countSaid();
      if (now > count) quiet = 0;
      else if (!this.#desktop.isBusy()) quiet += PAUSE_MS;
      count = now;
    }
  }

  /** Waits until something is said, for a while: the reader may have nothing to say. @param from in ms since 1970 */
  async answer(from: number): Promise<void> {
    for (const began = Date.now(); Date.now() - began < ANSWER_MS; await rest(PAUSE_MS))
      if ((await this.lines()).some(({ at, text }) => text && at >= from)) return;
  }
}
