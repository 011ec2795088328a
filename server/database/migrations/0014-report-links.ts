import { Migration } from '@mikro-orm/migrations';

/** Whether people want a link at each message to report it. */
export class ReportLinks extends Migration {
  override up(): void {
    this.addSql('alter table "user" add column "report_links" integer not null default true');
  }
}
