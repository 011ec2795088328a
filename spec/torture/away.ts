import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../support/postgres.ts';
import { tortureAway } from '../support/torture-away.ts';

/** Tortures what users are told while they are away, and prints what it came to. */
export async function tortureAwayFor({
  kills,
  seed,
  isOnPostgres,
}: {
  kills: number;
  seed: number;
  isOnPostgres: boolean;
}): Promise<void> {
  console.log(`${kills} kills of processes that tell, seed ${seed}`);
  const began = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'plainchat-'));
  const postgres = isOnPostgres ? await startPostgres() : undefined;
  try {
    const where = postgres ? await postgres.create() : join(folder, 'chat.db');
    const onKill = (killed: number) => void (killed % 50 === 0 && console.log(`${killed} kills`));
    const { messages, mails, doubles } = await tortureAway(where, { kills, seed, onKill });
    const seconds = Math.round((performance.now() - began) / 1000);
    console.log(
      `${kills} kills, ${messages} messages in ${mails} mails, in ${seconds} s: each was told once. ${doubles} mails came twice, under the same Message-ID.`,
    );
  } finally {
    await postgres?.end();
    await rm(folder, { recursive: true, force: true });
  }
}
