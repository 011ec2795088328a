import { Migration } from '@mikro-orm/migrations';
import { searchKey } from '../../text/characters.ts';

/** So many rooms are renamed by one statement. */
const AT_ONCE = 200;

/**
 * Makes counting and listing cost the same for any size: each entry knows how many messages the log has up
 * to it, so what is unread is a difference; and rooms are sorted by an index over their folded names.
 */
export class Counts extends Migration {
  override async up(): Promise<void> {
    this.addSql('alter table "entry" add column "messages" integer not null default 0');
    this.addSql('alter table "room" add column "messages" integer not null default 0');
    this.addSql(`alter table "room" add column "name_key" text not null default ''`);
    this.addSql(`update "entry" set "messages" = counted.messages from (
      select room_id, seq, sum(case when kind = 'message' then 1 else 0 end) over (partition by room_id order by seq) as messages from "entry"
    ) as counted where counted.room_id = "entry".room_id and counted.seq = "entry".seq`);
    this.addSql(
      'update "room" set "messages" = coalesce((select max("entry"."messages") from "entry" where "entry"."room_id" = "room"."id"), 0)',
    );
    for (const statement of await this.#nameKeys()) this.addSql(statement);
    this.addSql('create index "room_access_name_key_id_index" on "room" ("access", "name_key", "id")');
    this.addSql(
      'create index "mention_user_id_room_id_seq_index" on "mention" ("user_id", "room_id", "seq")',
    );
    this.addSql('drop index "mention_user_id_index"');
  }

  /** Statements that fold the names of all rooms, which SQL cannot. */
  async #nameKeys(): Promise<string[]> {
    const rooms = (await this.execute('select id, name from "room" order by id')) as {
      id: number;
      name: string;
    }[];
    const statements: string[] = [];
    for (let from = 0; from < rooms.length; from += AT_ONCE) {
      const some = rooms.slice(from, from + AT_ONCE);
      const cases = some.map(({ id, name }) => `when ${id} then '${searchKey(name).replaceAll("'", "''")}'`);
      statements.push(
        `update "room" set "name_key" = case "id" ${cases.join(' ')} end where "id" in (${some.map(({ id }) => id).join(', ')})`,
      );
    }
    return statements;
  }
}
