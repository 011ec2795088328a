import { Migrator } from '@mikro-orm/migrations';
import type { Options } from '@mikro-orm/sql';
import { SqliteDriver } from '@mikro-orm/sqlite';
import { Allowance } from '../server/chat/allowance.ts';
import { Attachment } from '../server/chat/attachment.ts';
import { Attempt } from '../server/chat/attempt.ts';
import { Ban } from '../server/chat/ban.ts';
import { Block } from '../server/chat/block.ts';
import { Departure } from '../server/chat/departure.ts';
import { Entry } from '../server/chat/entry.ts';
import { FormerUsername } from '../server/chat/former-username.ts';
import { Friendship } from '../server/chat/friendship.ts';
import { Membership } from '../server/chat/membership.ts';
import { Mention } from '../server/chat/mention.ts';
import { Presence } from '../server/chat/presence.ts';
import { Report } from '../server/chat/report.ts';
import { ResetLink } from '../server/chat/reset-link.ts';
import { Room } from '../server/chat/room.ts';
import { Session } from '../server/chat/session.ts';
import { SigningKey } from '../server/chat/signing-key.ts';
import { User } from '../server/chat/user.ts';
import { migrations } from '../server/database/migrations/index.ts';
import { inPostgres } from '../server/database/postgresql-migrations.ts';
import { isPostgres, postgresOptions } from '../server/database/postgresql.ts';
import { SqliteFile } from '../server/database/sqlite.ts';

/**
 * What makes an answer a promise: a commit is on the disk before it is answered (`full`), readers
 * do not wait for a writer (`wal`), and a second process is waited for, in milliseconds.
 */
const PRAGMAS = ['busy_timeout = 5000', 'journal_mode = wal', 'synchronous = full', 'foreign_keys = on'];

/** What the ORM needs to open a database: `postgres://…`, the path of an SQLite file, or `:memory:`, which is gone with the process. */
export function databaseOptions(where: string): Options {
  return {
    ...(isPostgres(where) ? postgresOptions(where) : sqliteOptions(where)),
    entities: [
      User,
      FormerUsername,
      Friendship,
      Block,
      Session,
      SigningKey,
      ResetLink,
      Attempt,
      Allowance,
      Room,
      Membership,
      Ban,
      Presence,
      Departure,
      Entry,
      Mention,
      Attachment,
      Report,
    ],
    extensions: [Migrator],
    migrations: {
      migrationsList: isPostgres(where) ? inPostgres(migrations) : migrations,
      snapshot: false,
      silent: true,
    },
  };
}

const sqliteOptions = (path: string): Options => ({
  driver: SqliteDriver,
  dbName: path,
  ...(path !== ':memory:' && { driverOptions: new SqliteFile(path, PRAGMAS) }),
});
