import { Migration } from '@mikro-orm/migrations';

/** Indexes for the lists that pages show: open reports, a user's reports, administrators, suspended users. */
export class Lists extends Migration {
  override up(): void {
    this.addSql('create index "report_answer_id_index" on "report" ("answer", "id")');
    this.addSql('create index "report_reporter_id_id_index" on "report" ("reporter_id", "id")');
    this.addSql('create index "membership_room_id_role_index" on "membership" ("room_id", "role")');
    this.addSql('create index "user_suspended_at_index" on "user" ("suspended_at")');
  }
}
