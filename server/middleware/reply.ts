import { randomInt } from 'node:crypto';
import type { Context } from '../context.ts';
import { cookieOptions } from './session.ts';

/** links and ELinks show a page that they have visited from their cache, whatever its headers say. */
const LINKS = /^E?Links\b/;
const TEXT_BROWSER = /^(Lynx|w3m)\b/i;
/** The addresses of changing pages in links of ours. Text of users is escaped, so it contains no links. */
const OWN_LINK = /(?<=<a [^>]*href=")\/(rooms|people|settings|operator|practice\/runs)\b[^"?]*(?=")/g;

/** How long a sentence waits for the next page, if nobody is logged in. */
const FLASH_MS = 60_000;

/** Shows a sentence on the next page. Where nobody is logged in there is no session, so a cookie keeps it. */
export function flash(ctx: Context, sentence: string): void {
  if (ctx.session?.userId !== undefined) ctx.session.flash = sentence;
  else setFlashCookie(ctx, encodeURIComponent(sentence));
}

/** Returns the sentence for this page, which no other page shows then. */
export function takenFlash(ctx: Context): string | undefined {
  const { name, attributes } = flashOptions(ctx);
  if (ctx.session?.userId === undefined) {
    const kept = ctx.cookies.get(name('flash'), attributes);
    if (kept) setFlashCookie(ctx, null);
    return kept && decodeURIComponent(kept);
  }
  const { flash } = ctx.session;
  if (flash) delete ctx.session.flash;
  return flash;
}

function setFlashCookie(ctx: Context, value: string | null): void {
  const { name, attributes } = flashOptions(ctx);
  ctx.cookies.set(name('flash'), value, { ...attributes, ...(value && { maxAge: FLASH_MS }) });
}

const flashOptions = ({ env }: Context) => cookieOptions(env.publicUrl?.protocol === 'https:');

/** Redirects by GET. */
export function seeOther(ctx: Context, address: string): void {
  ctx.redirect(keepsPages(ctx) ? fresh(address) : address);
  ctx.status = 303;
}

/**
 * The fragment that leads to the first unread message of a room, or to the latest. Only for text browsers:
 * without it they begin at the top of a page, while style and script open it at its end in others.
 */
export const landing = (ctx: Context): '' | '#latest' =>
  TEXT_BROWSER.test(ctx.get('User-Agent')) ? '#latest' : '';

/** A random query parameter: no browser has visited the address that contains it. */
export function freshParameter(): string {
  return `check=${randomInt(2 ** 40).toString(36)}`;
}

/** A captioned image, as `entries/_attachment.njk` has it. Text of users is escaped, so it has no elements. */
const CAPTIONED =
  / alt="([^"]*)"([^>]*>)<\/a> <span class="caption"[^>]*>[^<]*(?:<bdi>[^<]*<\/bdi>[^<]*)?<\/span>/g;

/** Whether a text browser asks: some of what it gets is written for it. */
export const isTextBrowser = (ctx: Context): boolean =>
  TEXT_BROWSER.test(ctx.get('User-Agent')) || LINKS.test(ctx.get('User-Agent'));

/** A text browser shows the words of an image and its caption alike: for it, the image has the words of both, once. */
export const withDescriptionsOnce = (html: string): string =>
  html.replace(CAPTIONED, ' alt="Image: $1"$2</a>');

/** Makes the addresses in a page's links fresh, for browsers that would show an outdated page. */
export function withFreshLinks(ctx: Context, html: string): string {
  return keepsPages(ctx) ? html.replace(OWN_LINK, fresh) : html;
}

/** Whether the browser ignores `no-store` on pages that it has visited. */
const keepsPages = (ctx: Context): boolean => LINKS.test(ctx.get('User-Agent'));

function fresh(address: string): string {
  if (address.includes('check=')) return address;
  return address.replace(/(?=#|$)/, `${address.includes('?') ? '&' : '?'}${freshParameter()}`);
}
