import type { Pool } from 'pg';
import { requireStorable } from '../chat/checks.ts';
import type { Reader, Value } from '../chat/reader.ts';
import { sha256 } from '../text/hash.ts';

interface Statement {
  name?: string;
  text: string;
}

/** Reads a PostgreSQL database by named statements, which each connection prepares once; behind a pooler, by plain ones. */
export class PostgresReader implements Reader {
  readonly #pool: Pool;
  readonly #isPooled: boolean;
  readonly #statements = new Map<string, Statement>();

  constructor(pool: Pool, { isPooled = false } = {}) {
    this.#pool = pool;
    this.#isPooled = isPooled;
  }

  async rows<Row extends object>(sql: string, ...values: Value[]): Promise<Row[]> {
    requireStorable(values);
    const { rows } = await this.#pool.query<Row>({ ...this.#statement(sql), values });
    return rows;
  }

  time(value: unknown): number {
    return value instanceof Date ? value.getTime() : Date.parse(String(value));
  }

  timeValue(ms: number): string {
    return new Date(ms).toISOString();
  }

  #statement(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      let number = 0;
      const text = sql.replace(/\?/g, () => `$${(number += 1)}`);
      statement = { ...(!this.#isPooled && { name: sha256(text) }), text }; // the same in all readers of a connection
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
