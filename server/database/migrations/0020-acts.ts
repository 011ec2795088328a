import { Migration } from '@mikro-orm/migrations';

/** What operators and commands did. */
export class Acts extends Migration {
  override up(): void {
    this.addSql(`create table "act" (
      "id" integer not null primary key autoincrement,
      "at" datetime not null,
      "name" text not null,
      "by_id" integer null,
      "user_id" integer null,
      "room_id" integer null,
      "logged" integer not null default false,
      constraint "act_by_id_foreign" foreign key ("by_id") references "user" ("id") on delete set null,
      constraint "act_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete set null
    )`);
    this.addSql('create index "act_logged_id_index" on "act" ("logged", "id")');
    this.addSql('create index "act_name_at_index" on "act" ("name", "at")');
    this.addSql('create index "act_at_index" on "act" ("at")');
  }
}
