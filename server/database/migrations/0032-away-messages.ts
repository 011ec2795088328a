import { Migration } from '@mikro-orm/migrations';

/** Words that stand beside the name of a user who is away. */
export class AwayMessages extends Migration {
  override up(): void {
    this.addSql(`alter table "user" add column "away" text not null default ''`);
  }
}
