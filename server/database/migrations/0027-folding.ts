import { Migration } from '@mikro-orm/migrations';
import { fold, searchKey } from '../../text/characters.ts';
import { type AccountRow, refoldedAccounts } from '../account-keys.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * Folds usernames, emails and the names of rooms again: what looks the same has the same key now, without
 * invisible characters, and however a domain is typed. No account is lost: see `refoldedAccounts`.
 */
export class Folding extends Migration {
  override async up(): Promise<void> {
    const accounts = await this.#rows<AccountRow>(
      `select id, username, username_key as "usernameKey", email, email_key as "emailKey" from "user" where deleted_at is null`,
    );
    const changed = refoldedAccounts(accounts);
    // First out of the way: a key may be that of an account that changes later.
    for (const { id } of changed)
      this.addSql(`update "user" set "username_key" = '#${id}', "email_key" = '#${id}' where "id" = ${id}`);
    for (const { id, username, usernameKey, emailKey } of changed)
      this.addSql(
        `update "user" set "username" = ${quoted(username)}, "username_key" = ${quoted(usernameKey)}, "email_key" = ${quoted(emailKey)} where "id" = ${id}`,
      );
    await this.#formerUsernames();
    for (const { name } of await this.#rows<{ name: string }>('select distinct name from "mention"'))
      if (fold(name) !== name)
        this.addSql(`update "mention" set "name" = ${quoted(fold(name))} where "name" = ${quoted(name)}`);
    for (const { id, name, key } of await this.#rows<{ id: number; name: string; key: string }>(
      'select id, name, name_key as "key" from "room"',
    ))
      if (searchKey(name) !== key)
        this.addSql(`update "room" set "name_key" = ${quoted(searchKey(name))} where "id" = ${id}`);
  }

  /** A former username that is another's now, or another's former one, is reserved no more. */
  async #formerUsernames(): Promise<void> {
    const former = await this.#rows<{ key: string }>('select username_key as "key" from "former_username"');
    const keys = new Set(former.map(({ key }) => key));
    for (const { key } of former) {
      const folded = fold(key);
      if (folded === key) continue;
      this.addSql(
        keys.has(folded)
          ? `delete from "former_username" where "username_key" = ${quoted(key)}`
          : `update "former_username" set "username_key" = ${quoted(folded)} where "username_key" = ${quoted(key)}`,
      );
      keys.add(folded);
    }
    this.addSql(
      'delete from "former_username" where exists (select 1 from "user" u where u.username_key = "former_username"."username_key")',
    );
  }

  async #rows<Row>(sql: string): Promise<Row[]> {
    return (await this.execute(sql)) as Row[];
  }
}
