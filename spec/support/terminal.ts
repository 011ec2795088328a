import xterm from '@xterm/headless';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'uvu';
import { eventually } from './eventually.ts';

/** What takes longer never comes, on the slowest machine too. */
const PATIENCE_MS = 60_000;
/** The size of the screen, in characters. */
export interface Size {
  columns: number;
  rows: number;
}

const LARGE: Size = { columns: 100, rows: 66 };

/** A program in a terminal and a home of its own, seen as the text on its screen. */
export class Terminal {
  readonly #home = mkdtempSync(join(tmpdir(), 'terminal-'));
  readonly #size: Size;
  readonly #emulator: xterm.Terminal;
  #script: ChildProcess | undefined;
  #ended: Promise<void> | undefined;
  #changed = () => {};

  constructor(size = LARGE) {
    this.#size = size;
    this.#emulator = new xterm.Terminal({ cols: size.columns, rows: size.rows, allowProposedApi: true });
  }

  /** Starts a command line, where nobody has settings but those in `env`. */
  open(command: string, env: Record<string, string> = {}): void {
    // `script` gives it a terminal, which has no size yet. Its id is noted, for it to be ended.
    const line = `stty rows ${this.#size.rows} cols ${this.#size.columns}; echo $$ > "$HOME/pid"; exec ${command}`;
    const script = spawn('script', ['-qfc', line, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      cwd: this.#home,
      env: {
        PATH: process.env.PATH,
        HOME: this.#home,
        TMPDIR: this.#home,
        SHELL: '/bin/sh',
        TERM: 'xterm',
        LANG: 'C.UTF-8',
        ...env,
      },
    });
    this.#script = script;
    this.#ended = new Promise((resolve) => script.once('close', () => resolve()));
    script.stdout.on('data', (data: Buffer) => this.#emulator.write(data, () => this.#changed()));
    script.stdin.on('error', () => {}); // it has ended, and the spec that waits for its screen is told
    this.#emulator.onData((answer) => this.press(answer)); // what a program asks of its terminal
  }

  /** Ends the program, and clears its home away. */
  async close(): Promise<void> {
    try {
      process.kill(Number(readFileSync(join(this.#home, 'pid'), 'utf8')), 'SIGKILL');
    } catch {
      this.#script?.kill(); // it has ended by itself, or never began
    }
    await this.#ended;
    this.#emulator.dispose();
    rmSync(this.#home, { recursive: true });
  }

  /** Writes a file into its home, and returns its path. */
  write(name: string, content: string | Uint8Array, mode = 0o600): string {
    const path = join(this.#home, name);
    writeFileSync(path, content, { mode });
    return path;
  }

  /** Waits until the program has saved a whole file whose name has this ending. */
  saved(ending: string, isWhole: (content: Buffer) => boolean): Promise<void> {
    const look = () => {
      const name = readdirSync(this.#home).find((name) => name.endsWith(ending));
      return name !== undefined && isWhole(readFileSync(join(this.#home, name)));
    };
    return eventually(look, true);
  }

  press(keys: string): void {
    this.#script?.stdin?.write(keys);
  }

  screen(): string {
    const { active } = this.#emulator.buffer;
    const lines = Array.from({ length: this.#size.rows }, (_, row) =>
      active
        .getLine(active.baseY + row)
        ?.translateToString(true)
        .trimEnd(),
    );
    return lines.join('\n').trimEnd();
  }

  /** Waits for a text, and for what else `also` wants, to be on the screen. @throws with the screen where it never is */
  async waitFor(text: string, also = /^/): Promise<void> {
    const holds = () => this.screen().includes(text) && also.test(this.screen());
    if (holds()) return;
    let late: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const missing = () => reject(new Error(`“${text || also}” is not on the screen:\n${this.screen()}`));
        this.#changed = () => holds() && resolve();
        late = setTimeout(missing, PATIENCE_MS);
        void this.#ended?.then(() => this.#emulator.write('', missing)); // after what it wrote last
      });
    } finally {
      clearTimeout(late);
      this.#changed = () => {};
    }
  }
}

/** A spec of a story in a program. */
type Tell = (story: string, work: () => Promise<void>) => void;

/** Returns what tells a story where a program can be run in a terminal. Where not, the story is skipped, and it says so: skipped is not passed. */
export function where(program: string, test: Test): Tell {
  const missing = ['script', program].filter(
    (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0,
  );
  if (missing.length === 0) return (story, work) => test(story, work);
  console.error(`SKIPPED: the stories in ${program}. Install ${missing.join(' and ')} to run them.`);
  return (story) => test.skip(story);
}
