import type Database from 'better-sqlite3';

/** More than the code has; those of lists of many lengths come and go. */
const MOST_STATEMENTS = 500;

/** The statements that a connection has prepared, to be run again: to prepare one takes longer than most take to run. */
export class KeptStatements {
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** Returns the statement, ready to run. It must have ended before it is asked for again. */
  prepare<Row = unknown>(sql: string): Database.Statement<unknown[], Row> {
    let statement = this.#statements.get(sql);
    if (!statement) {
      if (this.#statements.size >= MOST_STATEMENTS) this.#statements.clear();
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement as Database.Statement<unknown[], Row>;
  }

  /** A statement of the ORM. One without parameters may have values in its text: it is not asked for again, and not kept. */
  prepareBound<Row = unknown>(
    sql: string,
    parameters: readonly unknown[],
  ): Database.Statement<unknown[], Row> {
    return parameters.length > 0 ? this.prepare<Row>(sql) : this.#database.prepare<unknown[], Row>(sql);
  }
}
