import { Migration } from '@mikro-orm/migrations';

/** Whether a user wants a link to report at each message. */
export class ReportLinks extends Migration {
  override up(): void {
    this.addSql('alter table "user" add column "report_links" integer not null default true');
  }
}
