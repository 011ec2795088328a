import { STYLES } from '../chat/preferences.ts';
import type { Style } from '../chat/user.ts';
import type { Context } from '../context.ts';
import { cookieOptions } from './session.ts';

const YEAR_MS = 365 * 24 * 3_600_000;

/** The style of pages: the user's, else the one that this browser has chosen. */
export function styleOf(ctx: Context): Style {
  return ctx.viewer?.style ?? chosenStyle(ctx) ?? 'calm';
}

/** The style that was chosen in this browser; undefined if none was. */
export function chosenStyle(ctx: Context): Style | undefined {
  const { name } = optionsOf(ctx);
  const style = ctx.cookies.get(name('style'), { signed: false });
  return style !== undefined && Object.hasOwn(STYLES, style) ? (style as Style) : undefined;
}

/** Keeps the style for the pages that this browser shows while nobody is logged in. */
export function keepStyle(ctx: Context, style: Style): void {
  const { name, attributes } = optionsOf(ctx);
  ctx.cookies.set(name('style'), style, { ...attributes, signed: false, maxAge: YEAR_MS });
}

const optionsOf = ({ env }: Context) => cookieOptions(env.publicUrl?.protocol === 'https:');
