import { Migration } from '@mikro-orm/migrations';

/** What the clearing of old rows needs: the order in which usernames were given up, and indexes over times. */
export class Growth extends Migration {
  override up(): void {
    this.addSql('alter table "former_username" add column "position" integer not null default 0');
    this.addSql('create index "former_username_user_id_index" on "former_username" ("user_id")');
    this.addSql('create index "report_answered_at_index" on "report" ("answered_at")');
    this.addSql('create index "session_seen_at_index" on "session" ("seen_at")');
    this.addSql('create index "session_created_at_index" on "session" ("created_at")');
    this.addSql('create index "attempt_at_index" on "attempt" ("at")');
    this.addSql('create index "allowance_whole_at_index" on "allowance" ("whole_at")');
    this.addSql('create index "reset_link_expires_at_index" on "reset_link" ("expires_at")');
  }
}
