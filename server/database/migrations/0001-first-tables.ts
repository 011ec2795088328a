import { Migration } from '@mikro-orm/migrations';

/** Accounts, sessions, rooms, memberships, presences and logs. */
export class FirstTables extends Migration {
  override up(): void {
    this.addSql(`create table "attempt" (
      "id" integer not null primary key autoincrement,
      "bucket" text not null,
      "at" datetime not null
    )`);
    this.addSql('create index "attempt_bucket_index" on "attempt" ("bucket")');

    this.addSql(`create table "user" (
      "id" integer not null primary key autoincrement,
      "username" text not null,
      "username_key" text not null,
      "email" text not null,
      "email_key" text not null,
      "password_hash" text not null,
      "created_at" datetime not null
    )`);
    this.addSql('create unique index "user_username_key_unique" on "user" ("username_key")');
    this.addSql('create unique index "user_email_key_unique" on "user" ("email_key")');

    this.addSql(`create table "session" (
      "id" text not null primary key,
      "user_id" integer not null,
      "data" text not null,
      "created_at" datetime not null,
      "seen_at" datetime not null,
      constraint "session_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade
    )`);
    this.addSql('create index "session_user_id_index" on "session" ("user_id")');

    this.addSql(`create table "room" (
      "id" integer not null primary key autoincrement,
      "name" text not null,
      "access" text not null,
      "creator_id" integer not null,
      "last_seq" integer not null default 0,
      "created_at" datetime not null,
      constraint "room_creator_id_foreign" foreign key ("creator_id") references "user" ("id")
    )`);

    this.addSql(`create table "presence" (
      "user_id" integer not null primary key,
      "room_id" integer not null,
      "lease" text not null,
      "expires_at" datetime not null,
      "closing" integer not null default false,
      constraint "presence_user_id_foreign" foreign key ("user_id") references "user" ("id") on update cascade on delete cascade,
      constraint "presence_room_id_foreign" foreign key ("room_id") references "room" ("id") on delete cascade
    )`);
    this.addSql('create index "presence_room_id_index" on "presence" ("room_id")');

    this.addSql(`create table "membership" (
      "room_id" integer not null,
      "user_id" integer not null,
      "role" text not null,
      "joined_at" datetime not null,
      primary key ("room_id", "user_id"),
      constraint "membership_room_id_foreign" foreign key ("room_id") references "room" ("id") on update cascade on delete cascade,
      constraint "membership_user_id_foreign" foreign key ("user_id") references "user" ("id") on update cascade on delete cascade
    )`);
    this.addSql('create index "membership_user_id_index" on "membership" ("user_id")');

    this.addSql(`create table "entry" (
      "room_id" integer not null,
      "seq" integer not null,
      "kind" text not null,
      "author_id" integer not null,
      "body" text not null,
      "key" text null,
      "at" datetime not null,
      primary key ("room_id", "seq"),
      constraint "entry_room_id_foreign" foreign key ("room_id") references "room" ("id") on delete cascade,
      constraint "entry_author_id_foreign" foreign key ("author_id") references "user" ("id")
    )`);
    this.addSql(
      'create unique index "entry_room_id_author_id_key_unique" on "entry" ("room_id", "author_id", "key")',
    );

    this.addSql(`create table "departure" (
      "user_id" integer not null primary key,
      "room_id" integer not null,
      "room_name" text not null,
      "why" text not null,
      "told" integer not null,
      constraint "departure_user_id_foreign" foreign key ("user_id") references "user" ("id") on update cascade on delete cascade
    )`);
  }
}
