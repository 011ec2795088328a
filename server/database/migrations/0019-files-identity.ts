import { Migration } from '@mikro-orm/migrations';

/** By what a database and its folder of files know each other, and how far old rows have been deleted. */
export class FilesIdentityAndClearing extends Migration {
  override up(): void {
    this.addSql(`create table "files_identity" (
      "value" text not null primary key,
      "stamp" text not null,
      "swept_at" datetime null
    )`);
    this.addSql(`create table "clearing" (
      "name" text not null primary key,
      "until" datetime not null
    )`);
  }
}
