import type { Reader, Value } from './reader.ts';

/** Counts end here, and pages show `999+`. */
export const MOST_COUNTED = 1000;

/** A page of a list. */
export interface Page<Row> {
  rows: Row[];
  /** 1 for the first page. */
  number: number;
  /** Whether there is a page after this one. */
  hasNext: boolean;
}

/**
 * Reads one page of a list.
 * @param sql a `select` whose last two `?` are those of `limit ? offset ?`
 * @param size the most rows of a page
 */
export async function readPage<Row extends object>(
  reader: Reader,
  sql: string,
  values: Value[],
  { number, size }: { number: number; size: number },
): Promise<Page<Row>> {
  const found = await reader.rows<Row>(sql, ...values, size + 1, (number - 1) * size);
  return { rows: found.slice(0, size), number, hasNext: found.length > size };
}

/** Sorts a page by username as people sort names. The database cuts the pages by the folded username. */
export function sortByUsername<Row extends { username: string }>(page: Page<Row>): Page<Row> {
  page.rows.sort((a, b) => a.username.localeCompare(b.username));
  return page;
}
