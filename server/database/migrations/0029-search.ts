import { Migration } from '@mikro-orm/migrations';

/** The index of the search, which the server fills beside its other work. */
export class Search extends Migration {
  override up(): void {
    this.addSql(
      'create table "search_chunk" ("id" integer not null primary key, "texts" text not null, "numbers" text not null)',
    );
    this.addSql(
      'create table "search_segment" ("id" integer not null primary key, "chunks" integer not null default 0, "closed" integer not null default false, "latest" integer not null default 0, "newest" text not null)',
    );
    this.addSql(
      'create table "search_bits" ("segment" integer not null, "place" integer not null, "bits" text not null, primary key ("segment", "place"))',
    );
    this.addSql(
      'create table "searched_room" ("room" integer not null primary key, "low" integer not null, "high" integer not null)',
    );
    this.addSql(
      'create table "search_change" ("room" integer not null, "seq" integer not null, primary key ("room", "seq"))',
    );
  }
}
