import { Migration } from '@mikro-orm/migrations';

export class Mentions extends Migration {
  override up(): void {
    this.addSql(`create table "mention" (
      "room_id" integer not null,
      "seq" integer not null,
      "user_id" integer not null,
      "name" text not null,
      primary key ("room_id", "seq", "user_id"),
      constraint "mention_room_id_foreign" foreign key ("room_id") references "room" ("id") on delete cascade,
      constraint "mention_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade
    )`);
    this.addSql('create index "mention_user_id_index" on "mention" ("user_id")');
  }
}
