import { Migration } from '@mikro-orm/migrations';

/** A text that a member keeps in a room for later. */
export class Drafts extends Migration {
  override up(): void {
    this.addSql('alter table "membership" add column "draft" text null');
  }
}
