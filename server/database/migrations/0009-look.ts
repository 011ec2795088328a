import { Migration } from '@mikro-orm/migrations';

/** How people have Plainchat look, and whether a page without script reloads itself for them. */
export class Look extends Migration {
  override up(): void {
    this.addSql(`alter table "user" add column "live_view" text not null default 'off'`);
    this.addSql(`alter table "user" add column "style" text not null default 'calm'`);
  }
}
