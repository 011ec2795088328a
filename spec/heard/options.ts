// What the command was asked for, and whether this machine has what it needs.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { SCENES } from '../../server/practice/scenes.ts';

const BROWSERS = {
  firefox: ['firefox-esr', 'firefox'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
};
const NEEDED = ['orca', 'Xvfb', 'openbox', 'xdotool', 'dbus-daemon', 'dbus-send'];
const INSTALL =
  'apt-get install --no-install-recommends orca firefox-esr chromium xvfb openbox xdotool dbus at-spi2-core libatk-adaptor gir1.2-atspi-2.0 gir1.2-gtk-3.0 gir1.2-wnck-3.0';

export interface Options {
  browser: keyof typeof BROWSERS;
  scenes: number[];
  times: number;
  /** The folder of the files. */
  to: string;
}

/** A browser, and the command that starts it. */
export interface Choice extends Pick<Options, 'browser'> {
  command: string;
}

/** @throws with a sentence where the options are wrong */
export function optionsIn(given: string[]): Options {
  const { values } = parseArgs({
    args: given,
    options: {
      browser: { type: 'string', default: 'firefox' },
      scenes: { type: 'string', default: `1-${SCENES.length}` },
      times: { type: 'string', default: '1' },
      to: { type: 'string', default: 'tmp/heard' },
    },
  });
  const { browser } = values;
  if (browser !== 'firefox' && browser !== 'chromium')
    throw new Error('Write --browser firefox, or --browser chromium.');
  const times = Number(values.times);
  if (!Number.isInteger(times) || times < 1 || times > 9) throw new Error('Write --times with 1 to 9.');
  return { browser, scenes: numbersIn(values.scenes), times, to: values.to };
}

/** The scenes that a list names: `1-5,30`. @throws where one does not exist */
export function numbersIn(list: string): number[] {
  const numbers = list.split(',').flatMap((part) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? [];
    const [from, to] = [Number(first), Number(last)];
    return from >= 1 && to >= from && to <= SCENES.length
      ? Array.from({ length: to - from + 1 }, (_, index) => from + index)
      : [NaN];
  });
  if (numbers.some(Number.isNaN)) throw new Error(`Write --scenes as 1-${SCENES.length}, or as 1-5,30.`);
  return [...new Set(numbers)];
}

/** The version that a program prints; undefined where it is missing. */
export function versionOf(command: string): string | undefined {
  const { stdout, status } = spawnSync(command, ['--version'], { encoding: 'utf8', timeout: 30_000 });
  return status === 0 ? stdout.trim().split('\n')[0] : undefined;
}

const isFound = (command: string) => spawnSync('which', [command]).status === 0;

/** The command of a browser: for Chromium, `CHROMIUM` may have its path. @throws with a sentence where a program is missing */
export function choiceOf(browser: Options['browser'], { CHROMIUM } = process.env): Choice {
  const names = browser === 'chromium' && CHROMIUM ? [CHROMIUM] : BROWSERS[browser];
  const command = names.find(isFound);
  const missing = [...NEEDED.filter((name) => !isFound(name)), ...(command ? [] : [names.join(' or ')])];
  if (command && missing.length === 0) return { browser, command };
  throw new Error(`This machine has no ${missing.join(', no ')}: on Debian and Ubuntu, run ${INSTALL}.`);
}
