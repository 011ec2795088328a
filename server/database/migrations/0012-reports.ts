import { Migration } from '@mikro-orm/migrations';

/** Reports and suspensions. */
export class Reports extends Migration {
  override up(): void {
    this.addSql('alter table "user" add column "suspended_at" datetime null');
    this.addSql(`alter table "user" add column "suspended_for" text not null default ''`);
    this.addSql(`create table "report" (
      "id" integer not null primary key autoincrement,
      "room_id" integer not null,
      "room_name" text not null,
      "seq" integer not null,
      "author_id" integer not null,
      "body" text not null,
      "said_at" datetime not null,
      "reporter_id" integer not null,
      "reason" text not null,
      "made_at" datetime not null,
      "answer" text null,
      "answered_by_id" integer null,
      "answered_at" datetime null,
      constraint "report_author_id_foreign" foreign key ("author_id") references "user" ("id"),
      constraint "report_reporter_id_foreign" foreign key ("reporter_id") references "user" ("id"),
      constraint "report_answered_by_id_foreign" foreign key ("answered_by_id") references "user" ("id") on delete set null
    )`);
    this.addSql(
      'create unique index "report_room_id_seq_reporter_id_unique" on "report" ("room_id", "seq", "reporter_id")',
    );
  }
}
