import { Migration } from '@mikro-orm/migrations';

/** What users are told while they are away: their choices, the links that confirm their addresses, and what is due. */
export class ToldWhileAway extends Migration {
  override up(): void {
    this.addSql(`create table "confirmation" (
      "id" text not null primary key,
      "user_id" integer not null,
      "email_key" text not null,
      "expires_at" datetime not null,
      constraint "confirmation_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade
    )`);
    this.addSql('create index "confirmation_expires_at_index" on "confirmation" ("expires_at")');
    this.addSql('create index "confirmation_user_id_index" on "confirmation" ("user_id")');
    this.addSql(`create table "away" (
      "user_id" integer not null primary key,
      "confirmed_key" text null,
      "what" text not null default 'mine',
      "mail" text not null default 'soon',
      "hook" text not null default 'never',
      "hook_url" text null,
      "minutes" integer not null default 15,
      "hour" integer not null default 8,
      "zone" text not null default 'UTC',
      "quiet_from" integer null,
      "quiet_until" integer null,
      "stop_key" text not null,
      "mail_day" integer not null default 0,
      "mails" integer not null default 0,
      constraint "away_user_id_foreign" foreign key ("user_id") references "user" ("id") on update cascade on delete cascade
    )`);
    this.addSql('create unique index "away_stop_key_unique" on "away" ("stop_key")');
    this.addSql(`create table "away_room" (
      "user_id" integer not null,
      "room_id" integer not null,
      "what" text not null,
      primary key ("user_id", "room_id"),
      constraint "away_room_user_id_foreign" foreign key ("user_id") references "user" ("id") on update cascade on delete cascade,
      constraint "away_room_room_id_foreign" foreign key ("room_id") references "room" ("id") on update cascade on delete cascade
    )`);
    this.addSql('create index "away_room_room_id_index" on "away_room" ("room_id")');
    this.addSql(`create table "news" (
      "room_id" integer not null primary key,
      "from_seq" integer not null,
      "until_seq" integer not null,
      "at" bigint not null,
      constraint "news_room_id_foreign" foreign key ("room_id") references "room" ("id") on update cascade on delete cascade
    )`);
    this.addSql(`create table "due" (
      "user_id" integer not null,
      "room_id" integer not null,
      "from_seq" integer not null,
      "until_seq" integer not null,
      "trying_until" integer null,
      "since" bigint not null,
      primary key ("user_id", "room_id"),
      constraint "due_user_id_foreign" foreign key ("user_id") references "user" ("id") on update cascade on delete cascade,
      constraint "due_room_id_foreign" foreign key ("room_id") references "room" ("id") on update cascade on delete cascade
    )`);
    this.addSql('create index "due_room_id_index" on "due" ("room_id")');
    this.addSql(`create table "telling" (
      "user_id" integer not null primary key,
      "look_at" bigint not null,
      "tries" integer not null default 0,
      "message_id" text null,
      "way" text null,
      "failure" text null,
      constraint "telling_user_id_foreign" foreign key ("user_id") references "user" ("id") on update cascade on delete cascade
    )`);
    this.addSql('create index "telling_look_at_index" on "telling" ("look_at")');
    this.addSql('alter table "room" add column "told_bare" integer not null default false');
  }
}
