// Preloaded into a server by a spec: as long as the file beside its database is there, that database
// cannot grow, and SQLite says what it says where a disk is full.
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';

const LARGEST = 2 ** 31 - 2;
const { prepare } = Database.prototype;
const limits = new WeakMap();

/** Sets how large the database may be now, if that has changed. */
function setLimit(database) {
  const limit = existsSync(`${database.name}.full`) ? 1 : LARGEST; // 1: no larger than it is
  if (!database.name || database.readonly || limits.get(database) === limit) return;
  limits.set(database, limit);
  database.pragma(`max_page_count = ${limit}`);
}

Database.prototype.prepare = function (sql) {
  setLimit(this);
  const statement = prepare.call(this, sql);
  // It is kept, and runs again later.
  for (const name of ['run', 'all']) {
    const original = statement[name].bind(statement);
    statement[name] = (...values) => {
      setLimit(this);
      return original(...values);
    };
  }
  return statement;
};
