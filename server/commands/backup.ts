import { constants, existsSync, rmSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { Attachment } from '../chat/attachment.ts';
import { Undone, withDatabase, type Command, type Desk } from './command.ts';

const STEP = 1000;

/** Copies all data as it is at one moment, beside a running server. */
export const backup: Command = {
  takes: ['FILE'],
  what: 'copies all data to FILE, beside a running server',
  run: (desk, file = '') =>
    withDatabase(desk, async (em) => {
      const { chatDb, databaseUrl } = desk.env;
      if (databaseUrl)
        throw new Undone(
          'The data is in PostgreSQL: copy it with pg_dump, and the folder FILES_DIR after it.',
        );
      for (const there of ['', '.files', '.keys']
        .map((ending) => file + ending)
        .filter((path) => existsSync(path))) {
        throw new Undone(`There is a file ${there} already. Name one that is not there yet.`);
      }
      await copyDatabase(em, file);
      if (existsSync(`${chatDb}.keys`))
        await copyFile(`${chatDb}.keys`, `${file}.keys`, constants.COPYFILE_EXCL);
      const missing = await copyFiles(em, desk, `${file}.files`);
      if (missing > 0)
        desk.note(
          `${missing} of the images and files are not there any more: their rooms were deleted meanwhile, or “check” finds them missing.`,
        );
      desk.say(
        `The data is copied to ${file}. Keep what begins with this name together, and from everybody else.`,
      );
    }),
};

/** Copies the database, as it is at one moment, whatever is written meanwhile: all of it, or nothing. */
async function copyDatabase(em: EntityManager, file: string): Promise<void> {
  try {
    await em.execute('vacuum into ?', [file]);
  } catch (error) {
    rmSync(file, { force: true }); // it was not there before
    throw new Undone(
      `${file} cannot be written: ${(error as Error).cause instanceof Error ? ((error as Error).cause as Error).message : (error as Error).message}.`,
    );
  }
}

/** Copies the images and files of messages; returns how many were not there. A file is never written again under its name. */
async function copyFiles(em: EntityManager, { env, note }: Desk, folder: string): Promise<number> {
  const names = (await em.find(Attachment, {}, { fields: ['name'] })).map(({ name }) => name);
  if (names.length > 0) await mkdir(folder);
  let missing = 0;
  for (const [index, name] of names.entries()) {
    await copyFile(join(env.filesDir, name), join(folder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      missing += 1;
    });
    if ((index + 1) % STEP === 0) note(`${index + 1} of ${names.length} images and files`);
  }
  return missing;
}
