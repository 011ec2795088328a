import { Migration } from '@mikro-orm/migrations';
import { searchKey } from '../../text/characters.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

interface NamedRoom {
  id: number;
  name: string;
  key: string;
  /** The ids of the two users of a conversation, with a space between. */
  pair: string | null;
}

/**
 * Marks that are letters count in searches now, as in か and が. The names of rooms are folded again, and the
 * index of the search is emptied: the server fills it again beside its other work, the newest messages first.
 */
export class KeptMarks extends Migration {
  override async up(): Promise<void> {
    const rooms = await this.#rows<NamedRoom>('select id, name, name_key as "key", pair from "room"');
    const users = await this.#rows<{ id: number; username: string }>('select id, username from "user"');
    const usernames = new Map(users.map(({ id, username }) => [id, username]));
    for (const { id, name, key, pair } of rooms) {
      const now = (pair && conversationOf(pair, usernames)) ?? name;
      if (now !== name) this.#rename(id, now);
      if (searchKey(now) !== key)
        this.addSql(`update "room" set "name_key" = ${quoted(searchKey(now))} where "id" = ${id}`);
    }
    for (const table of ['search_bits', 'search_chunk', 'search_segment', 'search_change', 'searched_room'])
      this.addSql(`delete from "${table}"`);
  }

  /** Migration 0027 gave some users another username, and left the names of their conversations. */
  #rename(id: number, name: string): void {
    this.addSql(`update "room" set "name" = ${quoted(name)} where "id" = ${id}`);
    for (const table of ['report', 'departure'])
      this.addSql(`update "${table}" set "room_name" = ${quoted(name)} where "room_id" = ${id}`);
  }

  async #rows<Row>(sql: string): Promise<Row[]> {
    return (await this.execute(sql)) as Row[];
  }
}

/** The name of a conversation, by the usernames of now. Undefined if a user is not there. */
function conversationOf(pair: string, usernames: Map<number, string>): string | undefined {
  const [one, other] = pair.split(' ').map((id) => usernames.get(Number(id)));
  if (one === undefined || other === undefined) return undefined;
  return [one, other].toSorted((a, b) => a.localeCompare(b)).join(' and ');
}
