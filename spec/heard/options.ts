// What the command was asked for, and whether this machine has what it needs.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { SCENES } from '../../server/practice/scenes.ts';

const FIREFOX = ['firefox-esr', 'firefox'];
const NEEDED = ['orca', 'Xvfb', 'openbox', 'xdotool', 'dbus-daemon', 'dbus-send'];
const INSTALL =
  'apt-get install --no-install-recommends orca firefox-esr xvfb openbox xdotool dbus at-spi2-core libatk-adaptor gir1.2-atspi-2.0 gir1.2-gtk-3.0 gir1.2-wnck-3.0';

export interface Options {
  scenes: number[];
  times: number;
  /** The folder of the files. */
  to: string;
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
  if (values.browser === 'chromium')
    throw new Error(
      'The Chromium of the specs has no windows (it is built as “headless shell”), so no screen reader sees it. Use --browser firefox.',
    );
  if (values.browser !== 'firefox') throw new Error('Write --browser firefox.');
  const times = Number(values.times);
  if (!Number.isInteger(times) || times < 1 || times > 9) throw new Error('Write --times with 1 to 9.');
  return { scenes: numbersIn(values.scenes), times, to: values.to };
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

/** The command of Firefox. @throws with a sentence where a program is missing */
export function firefoxCommand(): string {
  const missing = NEEDED.filter((command) => spawnSync('which', [command]).status !== 0);
  const firefox = FIREFOX.find((command) => spawnSync('which', [command]).status === 0);
  if (firefox && missing.length === 0) return firefox;
  const names = [...missing, ...(firefox ? [] : ['Firefox'])];
  throw new Error(`This machine has no ${names.join(', no ')}: on Debian and Ubuntu, run ${INSTALL}.`);
}
