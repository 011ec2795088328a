import { Migration } from '@mikro-orm/migrations';

/** Preferences, former usernames, and the browser of a session. */
export class Settings extends Migration {
  override up(): void {
    this.addSql('alter table "user" add column "zone" text null');
    this.addSql('alter table "user" add column "hour_cycle" text not null default \'h23\'');
    this.addSql('alter table "user" add column "enter_sends" integer not null default false');
    this.addSql('alter table "session" add column "user_agent" text not null default \'\'');
    this.addSql(`create table "former_username" (
      "username_key" text not null primary key,
      "user_id" integer not null,
      constraint "former_username_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade
    )`);
  }
}
