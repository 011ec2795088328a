import { Migration } from '@mikro-orm/migrations';

/** The style, and the live view for users without JavaScript. */
export class Look extends Migration {
  override up(): void {
    this.addSql(`alter table "user" add column "live_view" text not null default 'off'`);
    this.addSql(`alter table "user" add column "style" text not null default 'calm'`);
  }
}
