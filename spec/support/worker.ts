// A process of the run: it is sent the files of specs one by one, and answers with what came of each.
import { pathToFileURL } from 'node:url';
import { endAll } from './teardown.ts';

/** What came of the specs in a file. */
export interface Outcome {
  /** All that was written meanwhile. */
  printed: string;
  passed: number;
  skipped: number;
  total: number;
  ms: number;
}

/** A suite that uvu has queued: gives what went wrong, how many passed, were skipped, and there were. */
type Suite = () => Promise<[errors: string | true, passed: number, skipped: number, total: number]>;

const uvu = globalThis as unknown as { UVU_DEFER: 1; UVU_INDEX: number; UVU_QUEUE: Suite[][] };
uvu.UVU_DEFER = 1;
await import('uvu');
const [, , database, only = ''] = process.argv;
process.env.SPEC_ONLY = only;
if (database === 'postgres') await startPostgres();

process.on('message', (file: string) => void outcomeOf(file).then((outcome) => process.send!(outcome)));
process.on('disconnect', () => void endAll().then(() => process.exit()));
process.send!('ready');

// uvu passes in silence where an error cannot be printed: so the counting is done here.
async function outcomeOf(file: string): Promise<Outcome> {
  const outcome = { printed: '', passed: 0, skipped: 0, total: 0, ms: performance.now() };
  const writes = [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write }));
  for (const { stream } of writes)
    stream.write = (chunk: string | Uint8Array) => Boolean((outcome.printed += String(chunk)));
  uvu.UVU_INDEX = 0;
  uvu.UVU_QUEUE[0] = [];
  try {
    await import(pathToFileURL(file).href);
    for (const suite of uvu.UVU_QUEUE[0]) {
      const [errors, passed, skipped, total] = await suite();
      if (typeof errors === 'string') console.log(errors);
      outcome.passed += passed;
      outcome.skipped += skipped;
      outcome.total += total;
    }
  } finally {
    for (const { stream, write } of writes) stream.write = write;
  }
  return { ...outcome, ms: performance.now() - outcome.ms };
}

/** Has each spec have its database on a PostgreSQL of this process. Skips them all aloud where there can be none, and fails in CI. */
async function startPostgres(): Promise<void> {
  process.env.SPEC_DATABASE = 'postgres'; // for specs that have something more to say of it
  try {
    await (await import('./database.ts')).usePostgres();
  } catch (error) {
    console.error(`SKIPPED: specs on PostgreSQL. It does not start here: ${String(error)}`);
    process.exit(process.env.CI ? 1 : 0);
  }
}
