import { constants, existsSync, rmSync } from 'node:fs';
import { copyFile, cp } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { migrations } from '../database/migrations/index.ts';
import { Undone, type Command } from './command.ts';

/** Puts a backup where the server looks for its data, and in nothing else's place. */
export const restore: Command = {
  takes: ['FILE'],
  what: 'makes the data from such a copy, where there is none',
  run: async ({ env: { chatDb, databaseUrl, filesDir }, say, note }, file = '') => {
    if (databaseUrl)
      throw new Undone(
        'The data is in PostgreSQL: restore it with pg_restore. This command makes a file, where DATABASE_URL is unset.',
      );
    if (!existsSync(file)) throw new Undone(`There is no file ${file}.`);
    for (const there of [chatDb, `${chatDb}-wal`, `${chatDb}.keys`, filesDir].filter((path) =>
      existsSync(path),
    )) {
      throw new Undone(
        `There is a file ${there} already, which is not written over. Stop the server and move it away first, or set CHAT_DB to another path.`,
      );
    }
    copySound(file, chatDb);
    if (existsSync(`${file}.keys`)) await copyFile(`${file}.keys`, `${chatDb}.keys`, constants.COPYFILE_EXCL);
    else note(`There is no ${file}.keys: unless SESSION_KEYS is set, everybody has to log in again.`);
    if (existsSync(`${file}.files`))
      await cp(`${file}.files`, filesDir, { recursive: true, errorOnExist: true, force: false });
    say(
      `The data is at ${chatDb}. Start the server, which brings it up to date where the copy is of an earlier version.`,
    );
  },
};

/** Copies a database of ours, with what may still stand in its log of writes. @throws Undone where it is none, or broken, or of a later version */
function copySound(from: string, to: string): void {
  const database = new DatabaseSync(from);
  try {
    const [row] = database.prepare('pragma integrity_check').all();
    if (row?.integrity_check !== 'ok')
      throw new Undone(`${from} is damaged: ${String(row?.integrity_check)}`);
    const known = new Set(migrations.map(({ name }) => name));
    const later = database
      .prepare('select name from mikro_orm_migrations')
      .all()
      .find(({ name }) => !known.has(String(name)));
    if (later)
      throw new Undone(
        `${from} is of a later version of Plainchat, which knows ${String(later.name)}. Restore it with that version.`,
      );
    database.prepare('vacuum into ?').run(to);
  } catch (error) {
    if (error instanceof Undone) throw error;
    rmSync(to, { force: true }); // it was not there before
    throw new Undone(`${from} cannot be restored: ${(error as Error).message}.`);
  } finally {
    database.close();
  }
}
