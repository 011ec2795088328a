import type { Context, Middleware } from '../context.ts';
import { checkedZone } from '../dates.ts';
import { isOpening } from './signs-of-life.ts';

/** Lets the next page tell what was done. */
export function flash(ctx: Context, sentence: string): void {
  if (ctx.session) ctx.session.flash = sentence;
}

/** The time zone of whoever reads: the one that they have chosen, else their browser's. */
export function zoneOf(ctx: Context): string {
  return checkedZone(ctx.user?.zone ?? browserZone(ctx));
}

/** The time zone of the browser, which a script tells; undefined where none has. */
export function browserZone(ctx: Context): string | undefined {
  return ctx.cookies.get('zone', { signed: false });
}

/** Lets a handler answer with a page, which knows who reads it. */
export const pages: Middleware = async (ctx, next) => {
  ctx.render = (template, values) => ctx.view.render(template, {
    user: ctx.user,
    csrf: ctx.csrf,
    path: ctx.path,
    zone: zoneOf(ctx),
    hourCycle: ctx.user?.hourCycle,
    htmx: ctx.get('HX-Request') === 'true',
    problems: ctx.refused?.problems,
    typed: ctx.refused?.typed ?? {},
    ...values,
  });
  ctx.page = (template, values = {}) => {
    const flash = isOpening(ctx) && !ctx.isRefused ? ctx.session?.flash : undefined;
    if (flash) delete ctx.session!.flash;
    ctx.type = 'html';
    ctx.body = ctx.render(template, { flash, ...values });
  };
  await next();
};
