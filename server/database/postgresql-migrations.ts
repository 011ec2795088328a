import type { Migration } from '@mikro-orm/migrations';
import type { AbstractSqlDriver, Configuration, MigrationObject } from '@mikro-orm/sql';

/** The SQL of SQLite in the migrations, and the same in PostgreSQL. */
const DIALECT: [sqlite: RegExp, postgresql: string][] = [
  [/\binteger not null primary key autoincrement\b/g, 'serial primary key'],
  [/\binteger not null default (true|false)\b/g, 'boolean not null default $1'],
  [/"told" integer\b/g, '"told" boolean'],
  [/\bdatetime\b/g, 'timestamptz(3)'],
  [/^create unique index ("\w+") on ("\w+") (\(.*\))$/g, 'alter table $2 add constraint $1 unique $3'],
];

type MigrationClass = new (driver: AbstractSqlDriver, config: Configuration) => Migration & { up(): void };

/** Translates the migrations to PostgreSQL. They are written once, so that both databases get the same tables by the same steps. */
export function inPostgres(migrations: MigrationObject[]): MigrationObject[] {
  return migrations.map(({ name, class: original }) => ({
    name,
    class: translated(original as MigrationClass),
  }));
}

function translated(original: MigrationClass): MigrationClass {
  return class extends original {
    override addSql(sql: Parameters<Migration['addSql']>[0]): void {
      super.addSql(typeof sql === 'string' ? translateStatement(sql) : sql);
    }
  };
}

function translateStatement(sql: string): string {
  return DIALECT.reduce((text, [sqlite, postgresql]) => text.replace(sqlite, postgresql), sql);
}
