import { Migration } from '@mikro-orm/migrations';

/** How much of each limit is used up, by whom. */
export class Limits extends Migration {
  override up(): void {
    this.addSql('create table "allowance" ("bucket" text not null primary key, "whole_at" bigint not null)');
  }
}
