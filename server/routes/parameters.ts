import { Invalid, MissingRoom } from '../chat/errors.ts';
import type { Context } from '../context.ts';

const LARGEST_ID = 2 ** 31 - 1;

/** The id of a room, by default the one in the address. @throws Missing where it is none */
export function roomId(ctx: Context, text: string | string[] | undefined = ctx.params.id): number {
  const value = id(text);
  if (value === undefined) throw new MissingRoom();
  return value;
}

/** The id in a text; undefined where it is none. */
export function id(text: string | string[] | undefined): number | undefined {
  const value = typeof text === 'string' && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : NaN;
  return value <= LARGEST_ID ? value : undefined;
}

/**
 * A seq, as `before=51` in an address or a field of a form; undefined where it is missing.
 * @throws Invalid where it is no whole number of at least 0
 */
export function seq(name: string, value: string | string[] | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && /^\d+$/.test(value)) return Math.min(Number(value), LARGEST_ID);
  throw new Invalid({
    [name]: `The number of an entry must be a whole number of at least 0, as in ${name}=50.`,
  });
}

/** A field of a form, empty where it is missing. */
export function field(ctx: Context, name: string): string {
  return ctx.fields[name] ?? '';
}
