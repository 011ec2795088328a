import { Migration } from '@mikro-orm/migrations';

/** Tokens with which programs read and write for their users; and a mark at what one has written. */
export class Tokens extends Migration {
  override up(): void {
    this.addSql(
      'create table "token" ("id" integer not null primary key autoincrement, "user_id" integer not null, "room_id" integer null, "name" text not null, "hash" text not null, "writes" integer not null default false, "created_at" datetime not null, "expires_at" datetime not null, "used_at" datetime null, constraint "token_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade, constraint "token_room_id_foreign" foreign key ("room_id") references "room" ("id") on delete cascade)',
    );
    this.addSql('create unique index "token_hash_unique" on "token" ("hash")');
    this.addSql('create index "token_user_id_index" on "token" ("user_id")');
    this.addSql('create index "token_room_id_index" on "token" ("room_id")');
    this.addSql('alter table "entry" add column "by_token" integer not null default false');
  }
}
