// A desktop of a run's own: a display, a bus and a window manager, on which a screen reader and a browser run.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { endAllOf, isBusy, signal } from './processes.ts';
import { rest, until } from './until.ts';

const CUSTOMIZATIONS = fileURLToPath(new URL('orca-customizations.py', import.meta.url));
const READY_MS = 60_000;
const END_MS = 3000;

export class Desktop {
  /** What belongs to the run alone: profiles, settings, what was heard. */
  readonly folder: string;
  readonly #env: Record<string, string | undefined>;
  readonly #processes: ChildProcess[] = [];

  private constructor(folder: string) {
    this.folder = folder;
    process.once('exit', this.#clear);
    this.#env = {
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      HOME: folder,
      XDG_RUNTIME_DIR: join(folder, 'runtime'),
      XDG_DATA_HOME: join(folder, 'data'),
      XDG_CONFIG_HOME: join(folder, 'config'),
      XDG_CACHE_HOME: join(folder, 'cache'),
      HEARD_FILE: join(folder, 'heard.jsonl'),
      GSETTINGS_BACKEND: 'memory',
      NO_AT_BRIDGE: '0',
      LIBGL_ALWAYS_SOFTWARE: '1',
      LANG: 'C.UTF-8',
    };
  }

  /** Starts all but the screen reader and the browser. */
  static async start(): Promise<Desktop> {
    const desktop = new Desktop(await mkdtemp(join(tmpdir(), 'plainchat-heard-')));
    try {
      await desktop.#begin();
      return desktop;
    } catch (error) {
      await desktop.end();
      throw error;
    }
  }

  async #begin(): Promise<void> {
    await mkdir(join(this.folder, 'runtime'), { mode: 0o700 });
    for (const name of ['data/orca', 'config', 'cache', 'bin'])
      await mkdir(join(this.folder, name), { recursive: true });
    await copyFile(CUSTOMIZATIONS, join(this.folder, 'data/orca/orca-customizations.py'));
    const display = this.run('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x2000x24', '-nolisten', 'tcp']);
    const bus = this.run('dbus-daemon', ['--session', '--nofork', '--print-address']);
    const [number, address] = await Promise.all([firstLine(display, 'display'), firstLine(bus, 'bus')]);
    Object.assign(this.#env, { DISPLAY: `:${number}`, DBUS_SESSION_BUS_ADDRESS: address });
    this.run('openbox', []);
    for (const name of ['IsEnabled', 'ScreenReaderEnabled'])
      await this.ask('dbus-send', [
        '--session',
        '--print-reply',
        '--dest=org.a11y.Bus',
        '/org/a11y/bus',
        'org.freedesktop.DBus.Properties.Set',
        'string:org.a11y.Status',
        `string:${name}`,
        'variant:boolean:true',
      ]);
  }

  /** Starts a program that goes on until it is ended with the desktop. */
  run(command: string, options: string[], more: Record<string, string | undefined> = {}): ChildProcess {
    const child = spawn(command, options, {
      cwd: this.folder,
      env: { ...this.#env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    child.once('error', () => {}); // a program that is missing is told of before
    child.stdout.resume();
    child.stderr.resume();
    this.#processes.push(child);
    return child;
  }

  /** Runs a program to its end, and returns what it printed. */
  async ask(command: string, options: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(command, options, {
      env: this.#env,
      timeout: READY_MS,
    });
    return stdout;
  }

  /** Presses keys, each named as X names it: `Tab`, `shift+i`. */
  async press(...keys: string[]): Promise<void> {
    await this.ask('xdotool', ['key', '--clearmodifiers', '--delay', '60', ...keys]);
  }

  /** Waits for a window that the program shows, and puts it in front. */
  async front(title: RegExp): Promise<void> {
    const window = await until(`window ${title.source}`, async () => {
      const found = await this.ask('xdotool', ['search', '--onlyvisible', '--name', title.source]).catch(
        () => '',
      );
      return found.trim().split('\n').at(-1);
    });
    await this.ask('xdotool', ['windowactivate', '--sync', window]);
  }

  /** Whether a program of this desktop runs, or waits for a processor, just now. */
  isBusy(): boolean {
    return isBusy(this.#processes.map(({ pid }) => pid));
  }

  /** Ends a program of this desktop, and all that it has started. */
  async stop(child: ChildProcess): Promise<void> {
    if (!child.pid || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<boolean>((on) => child.once('exit', () => on(true)));
    signal(-child.pid, 'SIGTERM');
    if (!(await Promise.race([ended, rest(END_MS).then(() => false)]))) signal(-child.pid, 'SIGKILL');
    await ended;
  }

  /** Ends all programs, the latest first, and clears the folder away. */
  async end(): Promise<void> {
    for (const child of this.#processes.toReversed()) await this.stop(child);
    this.#clear();
    process.off('exit', this.#clear);
  }

  /** Ends what is left, as programs that the bus has started, and clears the folder away. At once: the process may end. */
  readonly #clear = (): void => {
    endAllOf(`HOME=${this.folder}`);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
}

/** The first line that a program prints. */
function firstLine(child: ChildProcess, what: string): Promise<string> {
  let printed = '';
  child.stdout!.on('data', (chunk) => void (printed += chunk));
  return until(what, () => (printed.includes('\n') ? printed.split('\n')[0]!.trim() : ''));
}
