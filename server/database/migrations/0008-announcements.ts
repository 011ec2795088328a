import { Migration } from '@mikro-orm/migrations';

/** What a screen reader announces to a user: in all rooms, and in one room. */
export class Announcements extends Migration {
  override up(): void {
    this.addSql('alter table "user" add column "announcements" text null');
    this.addSql('alter table "membership" add column "announcements" text null');
  }
}
