import { Migration } from '@mikro-orm/migrations';

export class Attachments extends Migration {
  override up(): void {
    this.addSql(`create table "attachment" (
      "room_id" integer not null,
      "seq" integer not null,
      "name" text not null,
      "type" text not null,
      "size" integer not null,
      "width" integer null,
      "height" integer null,
      "description" text not null,
      "described_at" datetime null,
      primary key ("room_id", "seq"),
      constraint "attachment_room_id_foreign" foreign key ("room_id") references "room" ("id") on delete cascade
    )`);
    this.addSql('create unique index "attachment_name_unique" on "attachment" ("name")');
  }
}
