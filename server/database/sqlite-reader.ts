import type Database from 'better-sqlite3';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { requireStorable } from '../chat/checks.ts';
import type { Reader, Value } from '../chat/reader.ts';
import { KeptStatements } from './kept-statements.ts';
import { noteDuration } from './slow-statements.ts';

/** Reads an SQLite database over a connection of this thread: at once, some microseconds a row. */
export class SqliteReader implements Reader {
  readonly #database: Database.Database;
  readonly #statements: KeptStatements;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#statements = new KeptStatements(database);
  }

  rows<Row extends object>(sql: string, ...values: Value[]): Row[] | Promise<Row[]> {
    requireStorable(values);
    // A database in memory has one connection for all: what an open transaction wrote is not committed.
    if (this.#database.inTransaction) return this.#afterTransaction<Row>(sql, values);
    const begun = performance.now();
    const rows = this.#statements.prepare<Row>(sql).all(...values);
    noteDuration(sql, begun);
    return rows;
  }

  time(value: unknown): number {
    return value as number;
  }

  timeValue(ms: number): number {
    return ms;
  }

  async #afterTransaction<Row>(sql: string, values: Value[]): Promise<Row[]> {
    while (this.#database.inTransaction) await nextTurn();
    return this.#statements.prepare<Row>(sql).all(...values);
  }
}
