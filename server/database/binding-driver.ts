import {
  AbstractSqlDriver,
  NativeQueryBuilder,
  SqlitePlatform,
  type Configuration,
  type Dictionary,
  type EntityData,
  type AnyEntity,
  type LoggingOptions,
  type QueryResult,
  type RawQueryFragment,
  type Transaction,
} from '@mikro-orm/sql';
import { SqliteConnection } from '@mikro-orm/sqlite';
import { CompiledQuery, type Kysely } from 'kysely';
import { requireStorable } from '../chat/checks.ts';

/**
 * The ORM's driver of SQLite, which binds values to a statement. The package's own writes them into its text:
 * so each statement is another, to be parsed and planned once more, and none is found among the kept ones.
 */
export class BindingDriver extends AbstractSqlDriver<SqliteConnection> {
  constructor(config: Configuration) {
    super(config, new SqlitePlatform(), BindingConnection, ['kysely', 'better-sqlite3']);
  }
}

class BindingConnection extends SqliteConnection {
  override async execute<T extends QueryResult | EntityData<AnyEntity> | EntityData<AnyEntity>[]>(
    query: string | NativeQueryBuilder | RawQueryFragment,
    params: readonly unknown[] | Dictionary = [],
    method: 'all' | 'get' | 'run' = 'all',
    context?: Transaction<Kysely<unknown>>,
    logging?: LoggingOptions,
  ): Promise<T> {
    const given = query instanceof NativeQueryBuilder ? query.toRaw() : query;
    const [sql, values] = typeof given === 'string' ? [given, params] : [given.sql, given.params];
    if (!Array.isArray(values) || !values.every(isBindable) || /\?\?|\\\?/.test(sql))
      return super.execute<T>(query, params, method, context, logging);
    requireStorable(values);
    await this.ensureConnection();
    const run = async () => {
      const compiled = CompiledQuery.raw(sql, values.map(bound));
      const result = await (context ?? this.getClient()).executeQuery(compiled);
      return this.transformRawResult<T>(result, method);
    };
    return this.executeQuery(sql, run, { ...logging, query: sql, params: values });
  }
}

/** Lists, objects and parts of SQL stand in the text, as with the package's own driver; such a statement is not kept. */
const isBindable = (value: unknown): boolean =>
  value === null ||
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value) ||
  value instanceof Date ||
  Buffer.isBuffer(value);

/** A value as SQLite takes it. A whole number is bound as one: SQLite would take a JavaScript number for a fraction. */
function bound(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  const number = value instanceof Date ? value.getTime() : value;
  return Number.isSafeInteger(number) ? BigInt(number as number) : number;
}
