import { Migration } from '@mikro-orm/migrations';

/** A room knows when its latest message was written, by which its members see their rooms sorted. */
export class LatestMessages extends Migration {
  override up(): void {
    this.addSql('alter table "room" add column "said_at" datetime null');
    this.addSql(`update "room" set "said_at" = (
      select "entry"."at" from "entry" where "entry"."room_id" = "room"."id" and "entry"."kind" = 'message' order by "entry"."seq" desc limit 1
    )`);
  }
}
