import { Migration } from '@mikro-orm/migrations';

/** The subject of a notice, read markers and bans. */
export class Members extends Migration {
  override up(): void {
    this.addSql('alter table "membership" add column "read_seq" integer not null default 0');
    this.addSql(
      'update "membership" set "read_seq" = (select "last_seq" from "room" where "room"."id" = "membership"."room_id")',
    );
    this.addSql(
      'alter table "entry" add column "subject_id" integer null constraint "entry_subject_id_foreign" references "user" ("id") on delete set null',
    );
    this.addSql(`create table "ban" (
      "room_id" integer not null,
      "user_id" integer not null,
      primary key ("room_id", "user_id"),
      constraint "ban_room_id_foreign" foreign key ("room_id") references "room" ("id") on update cascade on delete cascade,
      constraint "ban_user_id_foreign" foreign key ("user_id") references "user" ("id") on update cascade on delete cascade
    )`);
  }
}
