import { Migration } from '@mikro-orm/migrations';

/** Whether a user is told what they have not read by notifications of the browser, too. */
export class Notifications extends Migration {
  override up(): void {
    this.addSql('alter table "away" add column "browser" integer not null default false');
  }
}
