import { Migration } from '@mikro-orm/migrations';

/** Friendships, blocks, direct rooms, and who may find and see a user. */
export class People extends Migration {
  override up(): void {
    this.addSql(`create table "friendship" (
      "low_id" integer not null,
      "high_id" integer not null,
      "asker_id" integer not null,
      "accepted_at" datetime null,
      primary key ("low_id", "high_id"),
      constraint "friendship_low_id_foreign" foreign key ("low_id") references "user" ("id") on update cascade on delete cascade,
      constraint "friendship_high_id_foreign" foreign key ("high_id") references "user" ("id") on update cascade on delete cascade,
      constraint "friendship_asker_id_foreign" foreign key ("asker_id") references "user" ("id") on delete cascade
    )`);
    this.addSql('create index "friendship_high_id_index" on "friendship" ("high_id")');
    this.addSql(`create table "block" (
      "user_id" integer not null,
      "blocked_id" integer not null,
      primary key ("user_id", "blocked_id"),
      constraint "block_user_id_foreign" foreign key ("user_id") references "user" ("id") on update cascade on delete cascade,
      constraint "block_blocked_id_foreign" foreign key ("blocked_id") references "user" ("id") on update cascade on delete cascade
    )`);
    this.addSql('alter table "user" add column "found_by_email" integer not null default true');
    this.addSql(`alter table "user" add column "whereabouts" text not null default 'friends'`);
    this.addSql('alter table "room" add column "pair" text null');
    this.addSql('create unique index "room_pair_unique" on "room" ("pair")');
    this.addSql('alter table "membership" add column "hidden" integer not null default false');
  }
}
