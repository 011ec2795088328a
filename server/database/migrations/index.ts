import { FirstTables } from './0001-first-tables.ts';
import { Members } from './0002-members.ts';
import { People } from './0003-people.ts';
import { Settings } from './0004-settings.ts';
import { Mentions } from './0005-mentions.ts';
import { Attachments } from './0006-attachments.ts';
import { SigningKeys } from './0007-signing-keys.ts';
import { Announcements } from './0008-announcements.ts';
import { Look } from './0009-look.ts';
import { Limits } from './0010-limits.ts';
import { Accounts } from './0011-accounts.ts';
import { Reports } from './0012-reports.ts';
import { Uploaders } from './0013-uploaders.ts';
import { ReportLinks } from './0014-report-links.ts';

/** Every change of the schema, in order. A file is brought up to date at the start; none is edited once it is out. */
export const migrations = [
  { name: '0001-first-tables', class: FirstTables },
  { name: '0002-members', class: Members },
  { name: '0003-people', class: People },
  { name: '0004-settings', class: Settings },
  { name: '0005-mentions', class: Mentions },
  { name: '0006-attachments', class: Attachments },
  { name: '0007-signing-keys', class: SigningKeys },
  { name: '0008-announcements', class: Announcements },
  { name: '0009-look', class: Look },
  { name: '0010-limits', class: Limits },
  { name: '0011-accounts', class: Accounts },
  { name: '0012-reports', class: Reports },
  { name: '0013-uploaders', class: Uploaders },
  { name: '0014-report-links', class: ReportLinks },
];
