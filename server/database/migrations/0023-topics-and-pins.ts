import { Migration } from '@mikro-orm/migrations';

/** A room has a topic, and messages that its administrators have pinned. */
export class TopicsAndPins extends Migration {
  override up(): void {
    this.addSql(`alter table "room" add column "topic" text not null default ''`);
    this.addSql(`create table "pin" (
      "room_id" integer not null,
      "seq" integer not null,
      primary key ("room_id", "seq"),
      constraint "pin_room_id_foreign" foreign key ("room_id") references "room" ("id") on delete cascade
    )`);
  }
}
