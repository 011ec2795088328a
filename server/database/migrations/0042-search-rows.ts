import { Migration } from '@mikro-orm/migrations';

/**
 * The index of the search has its rows of bits under one number, what each search reads of a segment ahead of
 * its long columns, and shorter numbers of messages. It is emptied: the server fills it again beside its other
 * work, the newest messages first.
 */
export class SearchRows extends Migration {
  override up(): void {
    for (const table of ['search_bits', 'search_segment']) this.addSql(`drop table "${table}"`);
    this.addSql(
      'create table "search_segment" ("id" integer not null primary key, "chunks" integer not null default 0, "closed" integer not null default false, "earliest" integer not null default 0, "latest" integer not null default 0, "newest" text not null, "oldest" text not null default \'\', "rooms" text not null default \'\')',
    );
    this.addSql('create table "search_bits" ("id" integer not null primary key, "bits" text not null)');
    for (const table of ['search_chunk', 'search_change', 'searched_room'])
      this.addSql(`delete from "${table}"`);
  }
}
