import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { run } from '../../server/commands/chat.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What a command has printed, and the code that it ended with. */
export interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

/** Runs `npm run chat -- …` on a database. */
export async function chat(
  file: string,
  given: string[],
  variables: Record<string, string> = {},
  now = new Date(),
): Promise<Outcome> {
  const printed = { out: '', err: '' };
  const desk = {
    now,
    print: (line: string) => void (printed.out += `${line}\n`),
    progress: (line: string) => void (printed.err += `${line}\n`),
  };
  return { code: await run(given, desk, { CHAT_DB: file, ...variables }), ...printed };
}

/** The same as a process of its own, whose output is read, or not, as behind `head`. */
export function chatProcess(file: string, given: string[], { isRead = true } = {}): Promise<Outcome> {
  const child = spawn(process.execPath, ['config/node.mjs', 'server/commands/chat.ts', ...given], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, CHAT_DB: file },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = { out: '', err: '' };
  if (!isRead) child.stdout.destroy();
  child.stdout.on('data', (chunk) => void (printed.out += chunk));
  child.stderr.on('data', (chunk) => void (printed.err += chunk));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...printed })));
}
