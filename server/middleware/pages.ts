import { randomInt } from 'node:crypto';
import type { Context, Middleware } from '../context.ts';
import { checkedZone } from '../dates.ts';
import { isOpening } from './signs-of-life.ts';

/** Links and ELinks ask for no page a second time, or not for one that leads elsewhere by now. */
const LINKS = /^E?Links\b/;
/** The addresses of our pages that change, in the links to them; what people write is escaped, and has none. */
const OWN_LINK = /(?<=<a [^>]*href=")\/(rooms|people|settings)\b[^"?]*(?=")/g;

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

/** A parameter that makes an address new: text browsers show one that they have visited as it was then. */
export function freshMark(): string {
  return `check=${randomInt(2 ** 40).toString(36)}`;
}

/** Whether the browser shows a page that it has visited as it was then, whatever it is told. */
const keepsPages = (ctx: Context): boolean => LINKS.test(ctx.get('User-Agent'));

/** The address, made new for a browser that keeps pages. */
function fresh(ctx: Context, address: string): string {
  if (!keepsPages(ctx) || address.includes('check=')) return address;
  return address.replace(/(?=#|$)/, `${address.includes('?') ? '&' : '?'}${freshMark()}`);
}

/** Sends the browser on to the next page, by GET. */
export function seeOther(ctx: Context, address: string): void {
  ctx.redirect(fresh(ctx, address));
  ctx.status = 303;
}

/** Lets a handler answer with a page, which knows who reads it. */
export const pages: Middleware = async (ctx, next) => {
  ctx.render = (template, values) =>
    ctx.view.render(template, {
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
    const html = ctx.render(template, { flash, ...values });
    ctx.body = keepsPages(ctx) ? html.replace(OWN_LINK, (address) => fresh(ctx, address)) : html;
  };
  await next();
};
