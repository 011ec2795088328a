import { constants, existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { Undone, withDatabase, type Command } from './command.ts';

/** Copies all data as it is at one moment, beside a running server. */
export const backup: Command = {
  takes: ['FILE'],
  what: 'copies all data to FILE, beside a running server',
  run: (desk, file = '') => withDatabase(desk, async (em) => {
    const { chatDb } = desk.env;
    if (existsSync(file)) throw new Undone(`There is a file ${file} already. Name one that is not there yet.`);
    await em.execute('vacuum into ?', [file]); // of one moment, whatever is written meanwhile
    desk.note(`${file}: accounts, rooms and messages`);
    if (existsSync(`${chatDb}.keys`)) {
      await copyFile(`${chatDb}.keys`, `${file}.keys`, constants.COPYFILE_EXCL);
      desk.note(`${file}.keys: the keys that sign cookies`);
    }
    desk.say(`The data is copied to ${file}. Keep what begins with this name together, and from everybody else.`);
  }),
};
