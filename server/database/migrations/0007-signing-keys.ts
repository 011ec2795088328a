import { Migration } from '@mikro-orm/migrations';

/** The keys that sign cookies, for processes that share a database but no folder. */
export class SigningKeys extends Migration {
  override up(): void {
    this.addSql(`create table "signing_key" (
      "value" text not null primary key,
      "created_at" datetime not null
    )`);
  }
}
