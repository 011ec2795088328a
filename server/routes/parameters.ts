import { Invalid, RoomNotFound } from '../chat/errors.ts';
import type { Context } from '../context.ts';

const LARGEST_ID = 2 ** 31 - 1;

/** The id of a room, by default the one in the address. @throws RoomNotFound if it is not an id */
export function roomId(ctx: Context, text: string | string[] | undefined = ctx.params.id): number {
  const value = id(text);
  if (value === undefined) throw new RoomNotFound();
  return value;
}

/** Returns undefined if the text is not an id. */
export function id(text: string | string[] | undefined): number | undefined {
  const value = typeof text === 'string' && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : NaN;
  return value <= LARGEST_ID ? value : undefined;
}

/**
 * A seq, from an address (as `before=51`) or a form; undefined if it is missing.
 * @throws Invalid if it is not a whole number of at least 0
 */
export function seq(name: string, value: string | string[] | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && /^\d+$/.test(value)) return Math.min(Number(value), LARGEST_ID);
  throw new Invalid({
    [name]: `The number of an entry must be a whole number of at least 0, as in ${name}=50.`,
  });
}

/** The number of a page of a list, as in `page=2`; 1 if it is missing or is no number. */
export function pageNumber(ctx: Context, name: string): number {
  return id(ctx.query[name]) ?? 1;
}

/** A field of a form; '' if it is missing. */
export function field(ctx: Context, name: string): string {
  return ctx.fields[name] ?? '';
}
