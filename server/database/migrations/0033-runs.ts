import { Migration } from '@mikro-orm/migrations';

/** Runs of testers through the scenes of the practice room, and what they heard in each. */
export class Runs extends Migration {
  override up(): void {
    this.addSql(`create table "run" (
      "id" integer not null primary key autoincrement,
      "user_id" integer not null,
      "reader" text not null,
      "reader_version" text not null,
      "browser" text not null,
      "browser_version" text not null,
      "system" text not null,
      "settings" text not null,
      "secret" text null,
      "made_at" datetime not null,
      constraint "run_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade
    )`);
    this.addSql('create index "run_user_id_index" on "run" ("user_id")');
    this.addSql('create unique index "run_secret_unique" on "run" ("secret")');
    this.addSql(`create table "run_result" (
      "run_id" integer not null,
      "scene" integer not null,
      "verdict" text not null,
      "heard" text not null,
      "announced" text not null,
      "noted_at" datetime not null,
      primary key ("run_id", "scene"),
      constraint "run_result_run_id_foreign" foreign key ("run_id") references "run" ("id") on delete cascade
    )`);
  }
}
