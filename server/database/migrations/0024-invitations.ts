import { Migration } from '@mikro-orm/migrations';

/** Links by which people become members of a room. */
export class Invitations extends Migration {
  override up(): void {
    this.addSql(`create table "invitation" (
      "id" integer not null primary key autoincrement,
      "room_id" integer not null,
      "maker_id" integer not null,
      "token" text not null,
      "made_at" datetime not null,
      "expires_at" datetime not null,
      "uses" integer not null,
      "used" integer not null default 0,
      constraint "invitation_room_id_foreign" foreign key ("room_id") references "room" ("id") on delete cascade,
      constraint "invitation_maker_id_foreign" foreign key ("maker_id") references "user" ("id") on delete cascade
    )`);
    this.addSql('create unique index "invitation_token_unique" on "invitation" ("token")');
    this.addSql('create index "invitation_room_id_index" on "invitation" ("room_id")');
    this.addSql('create index "invitation_maker_id_index" on "invitation" ("maker_id")');
  }
}
