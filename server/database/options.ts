import type { Options } from '@mikro-orm/sql';
import { BindingDriver } from './binding-driver.ts';
import { createRequire } from 'node:module';
import { Act } from '../chat/act.ts';
import { Away, AwayRoom } from '../chat/away.ts';
import { Ban } from '../chat/ban.ts';
import { Block } from '../chat/block.ts';
import { requireStorable } from '../chat/checks.ts';
import { Clearing } from '../chat/clearing.ts';
import { Confirmation } from '../chat/confirmation.ts';
import { Departure } from '../chat/departure.ts';
import { Due, News, Telling } from '../chat/due.ts';
import { Attachment, Entry } from '../chat/entry.ts';
import { FilesIdentity } from '../chat/files-identity.ts';
import { FormerUsername } from '../chat/former-username.ts';
import { Friendship } from '../chat/friendship.ts';
import { Invitation } from '../chat/invitation.ts';
import { LoginAttempt } from '../chat/login-attempt.ts';
import { Membership } from '../chat/membership.ts';
import { Mention } from '../chat/mention.ts';
import { Pin } from '../chat/pin.ts';
import { Presence } from '../chat/presence.ts';
import { Report } from '../chat/report.ts';
import { ResetLink } from '../chat/reset-link.ts';
import { Room } from '../chat/room.ts';
import { RunResult } from '../chat/run-result.ts';
import { Run } from '../chat/run.ts';
import { SearchBits, SearchChange, SearchChunk, SearchedRoom, SearchSegment } from '../chat/search-index.ts';
import { Session } from '../chat/session.ts';
import { SigningKey } from '../chat/signing-key.ts';
import { TokenBucket } from '../chat/token-bucket.ts';
import { Token } from '../chat/token.ts';
import { User } from '../chat/user.ts';
import type * as postgresql from './postgresql.ts';
import { SqliteFile } from './sqlite.ts';

/**
 * `synchronous = full`: a commit is on the disk before the client is answered. `wal`: readers do not wait
 * for a writer. `busy_timeout`: how long to wait for another process, in milliseconds.
 */
const PRAGMAS = ['busy_timeout = 5000', 'journal_mode = wal', 'synchronous = full', 'foreign_keys = on'];

/** Every table. */
const ENTITIES = [
  User,
  FormerUsername,
  Friendship,
  Block,
  Session,
  SigningKey,
  ResetLink,
  LoginAttempt,
  TokenBucket,
  Room,
  Membership,
  Ban,
  Presence,
  Departure,
  Entry,
  Mention,
  Attachment,
  Pin,
  Invitation,
  Report,
  Act,
  FilesIdentity,
  Clearing,
  SearchBits,
  SearchChange,
  SearchChunk,
  SearchedRoom,
  SearchSegment,
  Token,
  Confirmation,
  Away,
  AwayRoom,
  News,
  Due,
  Telling,
  Run,
  RunResult,
];

export interface DatabaseSettings {
  /** Prints each statement and its duration on stderr. */
  logSql?: boolean;
  /** The address of the same PostgreSQL database without a pooler, if the other is one of a pooler. */
  listenUrl?: string | undefined;
}

/** @param where `postgres://…`, the path of an SQLite file, or `:memory:` for a database that ends with the process */
export function databaseOptions(
  where: string,
  { logSql = false, listenUrl }: DatabaseSettings = {},
): Options {
  return {
    ...(logSql && { debug: ['query'], logger: (line) => console.error(line) }),
    ...(isPostgres(where) ? postgresOptions(where, listenUrl) : sqliteOptions(where)),
    onQuery: (sql, parameters) => {
      requireStorable(parameters);
      return sql;
    },
    entities: ENTITIES,
  };
}

const sqliteOptions = (path: string): Options => ({
  driver: BindingDriver,
  dbName: path,
  ...(path !== ':memory:' && { driverOptions: new SqliteFile(path, PRAGMAS) }),
});

function postgresOptions(address: string, listenUrl?: string): Options {
  const loaded = createRequire(import.meta.url)('./postgresql.ts') as typeof postgresql; // with its driver, which a server with a file does not need
  return loaded.postgresOptions(address, listenUrl);
}

export function isPostgres(where: string): boolean {
  return /^postgres(ql)?:\/\//.test(where);
}
