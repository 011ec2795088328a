import { Migration } from '@mikro-orm/migrations';

/** Who has sent each image and file, for what is kept of one person to be summed at a look into an index. */
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
