import { Migration } from '@mikro-orm/migrations';

/** Operators, deleted accounts and reset links. */
export class Accounts extends Migration {
  override up(): void {
    this.addSql('alter table "user" add column "operator" integer not null default false');
    this.addSql('alter table "user" add column "deleted_at" datetime null');
    this.addSql(`create table "reset_link" (
      "id" text not null primary key,
      "user_id" integer not null,
      "expires_at" datetime not null,
      constraint "reset_link_user_id_foreign" foreign key ("user_id") references "user" ("id") on delete cascade
    )`);
  }
}
