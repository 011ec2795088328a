/** What stands for a `?` of a statement. */
export type Value = string | number;

/**
 * Reads plain rows by statements that the database has prepared and keeps. It sees what is committed, and
 * nothing else. What is written goes through the ORM.
 */
export interface Reader {
  /**
   * Returns the rows of a `select`. The text has to be one of few: each is kept, so values stand for `?`.
   * Names of columns in camel case need double quotes, as `u.id as "userId"`.
   */
  rows<Row extends object>(sql: string, ...values: Value[]): Row[] | Promise<Row[]>;
  /** A column with a time, in milliseconds since 1970. */
  time(value: unknown): number;
  /** A time that stands for a `?`. @param ms milliseconds since 1970 */
  timeValue(ms: number): Value;
}

/** The first row of a `select`; undefined if there is none. */
export async function rowOf<Row extends object>(
  reader: Reader,
  sql: string,
  ...values: Value[]
): Promise<Row | undefined> {
  const [row] = await reader.rows<Row>(sql, ...values);
  return row;
}

/** `?, ?, ?` for a list whose length is rounded up to a power of two, so that few texts are kept; the last value fills the rest. */
export function placeholders(values: Value[]): { marks: string; values: Value[] } {
  const length = 2 ** Math.ceil(Math.log2(Math.max(values.length, 1)));
  const filled = [...values, ...Array<Value>(length - values.length).fill(values.at(-1) ?? 0)];
  return { marks: filled.map(() => '?').join(', '), values: filled };
}
