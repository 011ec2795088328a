import type { AbstractSqlDriver, Configuration, MigrationObject } from '@mikro-orm/sql';
import type { Migration } from '@mikro-orm/migrations';

/** What migrations say in the words of SQLite, and how PostgreSQL says it. */
const WORDS: [sqlite: RegExp, postgresql: string][] = [
  [/\binteger not null primary key autoincrement\b/g, 'serial primary key'],
  [/\binteger not null default (true|false)\b/g, 'boolean not null default $1'],
  [/"told" integer\b/g, '"told" boolean'],
  [/\bdatetime\b/g, 'timestamptz(3)'],
  [/^create unique index ("\w+") on ("\w+") (\(.*\))$/g, 'alter table $2 add constraint $1 unique $3'],
];

type Written = new (driver: AbstractSqlDriver, config: Configuration) => Migration & { up(): void };

/** The same migrations for PostgreSQL: written once, so that both have the same tables by the same steps. */
export function inPostgres(migrations: MigrationObject[]): MigrationObject[] {
  return migrations.map(({ name, class: original }) => ({ name, class: translated(original as Written) }));
}

function translated(original: Written): Written {
  return class extends original {
    override addSql(sql: Parameters<Migration['addSql']>[0]): void {
      super.addSql(typeof sql === 'string' ? inWordsOfPostgres(sql) : sql);
    }
  };
}

/** One statement, as PostgreSQL says it. */
export function inWordsOfPostgres(sql: string): string {
  return WORDS.reduce((text, [sqlite, postgresql]) => text.replace(sqlite, postgresql), sql);
}
