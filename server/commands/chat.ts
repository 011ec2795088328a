// The commands for the people who run a Plainchat: `npm run chat -- NAME …`. Each is safe while a server runs.
import { readEnv } from '../../config/env.ts';
import { backup } from './backup.ts';
import { check } from './check.ts';
import type { Command, Console } from './command.ts';
import { ProgressClock } from './progress.ts';
import { endSessions } from './end-sessions.ts';
import { exportRoom } from './export.ts';
import { importRoom } from './import.ts';
import { mailTest } from './mail-test.ts';
import { move } from './move.ts';
import { operator } from './operator.ts';
import { resetLink } from './reset-link.ts';
import { restore } from './restore.ts';
import { stats } from './stats.ts';
import { users } from './users.ts';

const help: Command = {
  parameters: [],
  summary: 'shows this list',
  run: async ({ print }) => print(overview()),
};

/** Every command, by name. */
export const COMMANDS: Record<string, Command> = {
  help,
  backup,
  restore,
  move,
  check,
  export: exportRoom,
  import: importRoom,
  users,
  operator,
  'reset-link': resetLink,
  'end-sessions': endSessions,
  stats,
  'mail-test': mailTest,
};

const HELP = ['--help', '-h'];
const OPTIONS = Object.values(COMMANDS).flatMap(({ parameters }) => parameters);

/** `--force` for instance: no command may take it for the name of a file or a user. */
const isUnknownOption = (given: string): boolean => /^--?[a-z]/i.test(given) && !OPTIONS.includes(given);

const usage = (name: string): string => [name, ...COMMANDS[name]!.parameters].join(' ');

function overview(): string {
  const lines = Object.entries(COMMANDS).map(
    ([name, { summary }]) => `  ${usage(name).padEnd(26)} ${summary}`,
  );
  return `npm run chat -- NAME …\n\n${lines.join('\n')}`;
}

/** What the caller of `run` has to give. */
export type Terminal = Omit<Console, 'env' | 'doing' | 'taken'> & Partial<Pick<Console, 'taken'>>;

/** Runs a command. @returns the exit code: 0 done, 1 failed, 2 wrong usage */
export async function run(
  [given0 = 'help', ...given]: string[],
  terminal: Terminal,
  variables = process.env,
): Promise<number> {
  const name = HELP.includes(given0) ? 'help' : given0;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    terminal.progress(`There is no command ${name}.\n\n${overview()}`);
    return 2;
  }
  if (given.some((one) => HELP.includes(one))) {
    terminal.print(`npm run chat -- ${usage(name)}\n\n${command.summary}`);
    return 0;
  }
  const needed = command.parameters.filter((one) => !one.startsWith('['));
  if (
    given.length < needed.length ||
    given.length > command.parameters.length ||
    given.some(isUnknownOption)
  ) {
    terminal.progress(`Use it like this: npm run chat -- ${usage(name)}`);
    return 2;
  }
  const clock = new ProgressClock(terminal.progress);
  try {
    const doing = (what: string) => clock.doing(what);
    await command.run({ taken: async () => {}, ...terminal, doing, env: readEnv(variables) }, ...given);
    return 0;
  } catch (error) {
    terminal.progress((error as Error).message);
    return 1;
  } finally {
    clock.end();
  }
}

/** Resolves when the reader of stdout has taken what was printed, or has gone. */
async function stdoutTaken(): Promise<void> {
  const { stdout } = process;
  if (!stdout.writableNeedDrain || stdout.destroyed) return;
  await new Promise<void>((resume) => {
    for (const event of ['drain', 'close', 'error']) stdout.once(event, () => resume());
  });
}

if (import.meta.main) {
  process.umask(0o077); // the files have addresses and messages of users
  process.stdout.on('error', () => {}); // the reader closed the pipe, as `head` does: the command still finishes its work
  process.exitCode = await run(process.argv.slice(2), {
    now: new Date(),
    print: (line) => console.log(line),
    progress: (line) => console.error(line),
    taken: stdoutTaken,
  });
}
