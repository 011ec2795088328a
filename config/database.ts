import { Migrator } from '@mikro-orm/migrations';
import { defineConfig } from '@mikro-orm/sqlite';
import { Attachment } from '../server/chat/attachment.ts';
import { Allowance } from '../server/chat/limit.ts';
import { Attempt } from '../server/chat/attempt.ts';
import { Ban } from '../server/chat/ban.ts';
import { Block } from '../server/chat/block.ts';
import { Departure } from '../server/chat/departure.ts';
import { Entry } from '../server/chat/entry.ts';
import { FormerUsername } from '../server/chat/former-username.ts';
import { Friendship } from '../server/chat/friendship.ts';
import { Membership } from '../server/chat/membership.ts';
import { Presence } from '../server/chat/presence.ts';
import { Report } from '../server/chat/report.ts';
import { ResetLink } from '../server/chat/reset-link.ts';
import { Room } from '../server/chat/room.ts';
import { Session } from '../server/chat/session.ts';
import { User } from '../server/chat/user.ts';
import { SqliteFile } from '../server/database/sqlite.ts';
import { migrations } from '../server/database/migrations/index.ts';

/**
 * What makes an answer a promise: a commit is on the disk before it is answered (`full`), readers
 * do not wait for a writer (`wal`), and a second process is waited for, in milliseconds.
 */
const PRAGMAS = ['journal_mode = wal', 'synchronous = full', 'busy_timeout = 5000', 'foreign_keys = on'];

/** What the ORM needs to open the SQLite file at `path`, or a database that is gone with the process at `:memory:`. */
export function databaseOptions(path: string) {
  return defineConfig({
    dbName: path,
    ...(path !== ':memory:' && { driverOptions: new SqliteFile(path, PRAGMAS) }),
    entities: [User, FormerUsername, Friendship, Block, Session, ResetLink, Attempt, Allowance, Room, Membership, Ban, Presence, Departure, Entry, Attachment, Report],
    extensions: [Migrator],
    migrations: { migrationsList: migrations, snapshot: false, silent: true },
  });
}
