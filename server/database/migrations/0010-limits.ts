import { Migration } from '@mikro-orm/migrations';

/** Token buckets. */
export class Limits extends Migration {
  override up(): void {
    this.addSql('create table "allowance" ("bucket" text not null primary key, "whole_at" bigint not null)');
  }
}
