import { constants, existsSync, renameSync, rmSync } from 'node:fs';
import { copyFile, cp, rename, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import type { ActName } from '../chat/act.ts';
import { migrations } from '../database/migrations/index.ts';
import { type Command, CommandError } from './command.ts';

/** Copies a backup to the place of the server's data. */
export const restore: Command = {
  parameters: ['FILE'],
  summary: 'restores a backup; overwrites nothing',
  run: async ({ env: { chatDb, databaseUrl, filesDir }, print, progress }, file = '') => {
    if (databaseUrl)
      throw new CommandError(
        'The data is in PostgreSQL: restore it with pg_restore. This command restores an SQLite file: unset DATABASE_URL to use it.',
      );
    if (!existsSync(file)) throw new CommandError(`There is no file ${file}.`);
    for (const there of [chatDb, `${chatDb}-wal`, `${chatDb}.keys`, filesDir].filter((path) =>
      existsSync(path),
    )) {
      throw new CommandError(
        `There is a file ${there} already, and this command overwrites nothing. Stop the server and move the file away first, or set CHAT_DB to another path.`,
      );
    }
    progress(`Checking ${file}, and copying it to ${chatDb} …`);
    copySound(file, `${chatDb}.part`);
    if (existsSync(`${file}.files`)) {
      await rm(`${filesDir}.part`, { recursive: true, force: true }); // of a restore that was interrupted
      await cp(`${file}.files`, `${filesDir}.part`, { recursive: true });
      await rename(`${filesDir}.part`, filesDir);
    }
    if (existsSync(`${file}.keys`)) await copyFile(`${file}.keys`, `${chatDb}.keys`, constants.COPYFILE_EXCL);
    else progress(`There is no ${file}.keys: unless SESSION_KEYS is set, everybody has to log in again.`);
    renameSync(`${chatDb}.part`, chatDb); // last: if the database is there, all of it is
    print(`The data is at ${chatDb}. Start the server: it upgrades a backup of an earlier version.`);
  },
};

/** Leaves an act for the log of the server; not in a backup of a version that had none. */
function recordRestore(copy: string): void {
  const database = new DatabaseSync(copy);
  try {
    if (database.prepare("select 1 from sqlite_master where name = 'act'").get())
      database
        .prepare('insert into act (at, name) values (?, ?)')
        .run(Date.now(), 'backup restored' satisfies ActName);
  } finally {
    database.close();
  }
}

/** Copies a database, its write-ahead log included. @throws CommandError if it is not one of Plainchat, is damaged, or is of a later version */
function copySound(from: string, to: string): void {
  const database = new DatabaseSync(from);
  try {
    rmSync(to, { force: true }); // of a restore that was interrupted
    const [row] = database.prepare('pragma integrity_check').all();
    if (row?.integrity_check !== 'ok')
      throw new CommandError(`${from} is damaged: ${String(row?.integrity_check)}`);
    const known = new Set(migrations.map(({ name }) => name));
    const later = database
      .prepare('select name from mikro_orm_migrations')
      .all()
      .find(({ name }) => !known.has(String(name)));
    if (later)
      throw new CommandError(
        `${from} is of a later version of Plainchat: it has the migration ${String(later.name)}. Restore it with that version.`,
      );
    database.prepare('vacuum into ?').run(to);
    recordRestore(to);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    rmSync(to, { force: true }); // it was not there before
    throw new CommandError(`${from} cannot be restored: ${(error as Error).message}.`);
  } finally {
    database.close();
  }
}
