import { Migration } from '@mikro-orm/migrations';

/** What is announced to people, in all rooms and in each. */
export class Announcements extends Migration {
  override up(): void {
    this.addSql('alter table "user" add column "announcements" text null');
    this.addSql('alter table "membership" add column "announcements" text null');
  }
}
