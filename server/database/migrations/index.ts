import { FirstTables } from './0001-first-tables.ts';
import { Members } from './0002-members.ts';
import { People } from './0003-people.ts';
import { Settings } from './0004-settings.ts';
import { Announcements } from './0008-announcements.ts';
import { Look } from './0009-look.ts';
import { Accounts } from './0011-accounts.ts';

/** Every change of the schema, in order. A file is brought up to date at the start; none is edited once it is out. */
export const migrations = [
  { name: '0001-first-tables', class: FirstTables },
  { name: '0002-members', class: Members },
  { name: '0003-people', class: People },
  { name: '0004-settings', class: Settings },
  { name: '0008-announcements', class: Announcements },
  { name: '0009-look', class: Look },
  { name: '0011-accounts', class: Accounts },
];
