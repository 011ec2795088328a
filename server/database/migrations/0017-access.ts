import { Migration } from '@mikro-orm/migrations';

/**
 * Gives each user a number that rises whenever access to their account is ended. It also ends what acts at the
 * same moment as a deletion or a suspension could leave behind before.
 */
export class Access extends Migration {
  override up(): void {
    this.addSql('alter table "user" add column "access_version" integer not null default 0');
    this.addSql(
      `update "user" set "email" = '', "email_key" = 'former member ' || "id" where "deleted_at" is not null and "email" <> ''`,
    );
    const former = 'select "id" from "user" where "deleted_at" is not null';
    for (const table of ['session', 'reset_link', 'presence', 'departure', 'ban', 'mention'])
      this.addSql(`delete from "${table}" where "user_id" in (${former})`);
    this.addSql(
      'delete from "session" where "user_id" in (select "id" from "user" where "suspended_at" is not null)',
    );
    this.addSql(`delete from "block" where "user_id" in (${former}) or "blocked_id" in (${former})`);
    this.addSql(`delete from "friendship" where "low_id" in (${former}) or "high_id" in (${former})`);
    this.addSql(
      `delete from "membership" where "user_id" in (${former}) and "room_id" not in (select "id" from "room" where "access" = 'direct')`,
    );
  }
}
