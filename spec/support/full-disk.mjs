// Preloaded into a server by a spec: as long as the file beside its database is there, that database
// cannot grow, and SQLite says what it says where a disk is full.
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';

const LARGEST = 2 ** 31 - 2;
const prepare = Database.prototype.prepare;
const limits = new WeakMap();

Database.prototype.prepare = function (sql) {
  const limit = existsSync(`${this.name}.full`) ? 1 : LARGEST; // 1: no larger than it is
  if (this.name && !this.readonly && limits.get(this) !== limit) {
    limits.set(this, limit);
    this.pragma(`max_page_count = ${limit}`);
  }
  return prepare.call(this, sql);
};
