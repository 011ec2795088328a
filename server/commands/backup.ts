import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { recordAct } from '../chat/act.ts';
import { Attachment } from '../chat/entry.ts';
import { type Command, CommandError, type Console, withDatabase } from './command.ts';

const STEP = 1000;

/** Copies all data as of one moment, while a server may run. */
export const backup: Command = {
  parameters: ['FILE'],
  summary: 'copies all data to FILE, also while a server runs',
  run: (terminal, file = '') =>
    withDatabase(terminal, async (em) => {
      const { chatDb, databaseUrl } = terminal.env;
      if (databaseUrl)
        throw new CommandError(
          'The data is in PostgreSQL: copy it with pg_dump, then copy the folder FILES_DIR.',
        );
      for (const there of ['', '.files', '.keys']
        .map((ending) => file + ending)
        .filter((path) => existsSync(path))) {
        throw new CommandError(`There is a file ${there} already. Choose another name.`);
      }
      terminal.doing('Copying the database');
      const parts = ['', '.files', '.keys'].map((ending) => `${file}${ending}.part`);
      for (const part of parts) await rm(part, { recursive: true, force: true }); // of a backup that was interrupted
      let missing = 0;
      try {
        await copyDatabase(em, `${file}.part`, file);
        if (existsSync(`${chatDb}.keys`)) await copyFile(`${chatDb}.keys`, `${file}.keys.part`);
        missing = await copyFiles(em, terminal, `${file}.files.part`);
        await putInPlace(file);
      } catch (error) {
        for (const part of parts) await rm(part, { recursive: true, force: true });
        throw error;
      }
      await recordAct(em, 'backup made', { at: terminal.now });
      if (missing > 0)
        terminal.progress(
          `${missing} of the images and files are missing. Either their rooms were deleted during the backup, or “check” reports them.`,
        );
      terminal.print(
        `The data is copied to ${file}. Keep all files whose names begin with this one together, and private.`,
      );
    }),
};

/** Copies the database as of one moment, whatever is written meanwhile. @throws CommandError if it fails */
async function copyDatabase(em: EntityManager, part: string, file: string): Promise<void> {
  try {
    await em.execute('vacuum into ?', [part]);
  } catch (error) {
    throw new CommandError(
      `${file} cannot be written: ${(error as Error).cause instanceof Error ? ((error as Error).cause as Error).message : (error as Error).message}.`,
    );
  }
}

/** Copies the images and files of messages. No name is ever written twice, so each copy is whole. @returns how many are missing */
async function copyFiles(
  em: EntityManager,
  { env, progress, doing }: Console,
  folder: string,
): Promise<number> {
  const names = (await em.find(Attachment, {}, { fields: ['name'] })).map(({ name }) => name);
  if (names.length > 0) await mkdir(folder);
  let missing = 0;
  for (const [index, name] of names.entries()) {
    doing(`Copying image or file ${index + 1} of ${names.length}`);
    await copyFile(join(env.filesDir, name), join(folder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      missing += 1;
    });
    if ((index + 1) % STEP === 0) progress(`${index + 1} of ${names.length} images and files`);
  }
  return missing;
}

/** Gives the whole parts their names, the database last: a backup whose FILE is there is whole. */
async function putInPlace(file: string): Promise<void> {
  for (const ending of ['.files', '.keys', ''])
    if (existsSync(`${file}${ending}.part`)) {
      if (ending !== '.files') await flush(`${file}${ending}.part`);
      await rename(`${file}${ending}.part`, file + ending);
    }
}

async function flush(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  await file.sync();
}
