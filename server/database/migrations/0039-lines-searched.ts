import { Migration } from '@mikro-orm/migrations';

/**
 * The index of the search tells which messages have which characters, where it told of sixteen together. It is
 * emptied: the server fills it again beside its other work, the newest messages first.
 */
export class LinesSearched extends Migration {
  override up(): void {
    for (const table of ['search_bits', 'search_chunk', 'search_segment', 'search_change', 'searched_room'])
      this.addSql(`delete from "${table}"`);
    this.addSql('alter table "search_segment" add column "earliest" integer not null default 0');
    for (const column of ['oldest', 'rooms'])
      this.addSql(`alter table "search_segment" add column "${column}" text not null default ''`);
  }
}
