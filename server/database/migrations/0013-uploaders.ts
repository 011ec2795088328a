import { Migration } from '@mikro-orm/migrations';

/** The author of each attachment, so that an index alone can sum up the storage of a user. */
export class Uploaders extends Migration {
  override up(): void {
    this.addSql(
      'alter table "attachment" add column "author_id" integer null constraint "attachment_author_id_foreign" references "user" ("id") on delete set null',
    );
    this.addSql(
      'update "attachment" set "author_id" = (select "author_id" from "entry" where "entry"."room_id" = "attachment"."room_id" and "entry"."seq" = "attachment"."seq")',
    );
    this.addSql('create index "attachment_author_id_size_index" on "attachment" ("author_id", "size")');
  }
}
