// For whoever runs a Plainchat: `npm run chat -- NAME …`. Each command is safe beside a running server.
import { readEnv } from '../../config/env.ts';
import { backup } from './backup.ts';
import { check } from './check.ts';
import type { Command, Desk } from './command.ts';
import { endSessions } from './end-sessions.ts';
import { exportRoom } from './export.ts';
import { importRoom } from './import.ts';
import { move } from './move.ts';
import { operator } from './operator.ts';
import { resetLink } from './reset-link.ts';
import { restore } from './restore.ts';
import { stats } from './stats.ts';
import { users } from './users.ts';

const help: Command = { takes: [], what: 'shows this', run: async ({ say }) => say(overview()) };

/** Every command there is, by its name. */
const COMMANDS: Record<string, Command> = {
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
};

const usage = (name: string): string => [name, ...COMMANDS[name]!.takes].join(' ');

function overview(): string {
  const lines = Object.entries(COMMANDS).map(([name, { what }]) => `  ${usage(name).padEnd(26)} ${what}`);
  return `npm run chat -- NAME …\n\n${lines.join('\n')}`;
}

/** Runs a command. @returns its exit code: 0 done, 1 not done, 2 not understood */
export async function run(
  [name = 'help', ...given]: string[],
  desk: Omit<Desk, 'env'>,
  variables = process.env,
): Promise<number> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    desk.note(`There is no command ${name}.\n\n${overview()}`);
    return 2;
  }
  const needed = command.takes.filter((one) => !one.startsWith('['));
  if (given.length < needed.length || given.length > command.takes.length) {
    desk.note(`Use it like this: npm run chat -- ${usage(name)}`);
    return 2;
  }
  try {
    await command.run({ ...desk, env: readEnv(variables) }, ...given);
    return 0;
  } catch (error) {
    desk.note((error as Error).message);
    return 1;
  }
}

if (import.meta.main) {
  process.umask(0o077); // what is written has people's addresses and words in it
  process.stdout.on('error', () => {}); // whoever reads has seen enough, as `head` has: what is done is done to its end
  process.exitCode = await run(process.argv.slice(2), {
    now: new Date(),
    say: (line) => console.log(line),
    note: (line) => console.error(line),
  });
}
