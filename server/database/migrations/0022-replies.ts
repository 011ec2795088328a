import { Migration } from '@mikro-orm/migrations';

/** A message may answer another one of its room. The index has the replies alone, so that other messages do not pay for it. */
export class Replies extends Migration {
  override up(): void {
    this.addSql('alter table "entry" add column "reply_to" integer null');
    this.addSql(
      'create index "entry_room_id_reply_to_seq_index" on "entry" ("room_id", "reply_to", "seq") where "reply_to" is not null',
    );
  }
}
