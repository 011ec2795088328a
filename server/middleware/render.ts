import { randomUUID } from 'node:crypto';
import type { Context, Middleware } from '../context.ts';
import { checkedZone } from '../view/dates.ts';
import { maskedToken } from './csrf.ts';
import {
  freshParameter,
  isTextBrowser,
  landing,
  takenFlash,
  withDescriptionsOnce,
  withFreshLinks,
} from './reply.ts';
import { isUserNavigation } from './request.ts';
import { styleOf } from './style.ts';
import { waitingFor } from './waiting.ts';

/** Sets `ctx.render`, `ctx.page` and `ctx.plainPage`, which give the user, their zone and the refusal to every template. */
export const render: Middleware = async (ctx, next) => {
  ctx.render = (template, values) =>
    ctx.view.render(template, { ...common(ctx), csrf: tokenFor(ctx), ...values });
  ctx.page = (template, values = {}) => send(ctx, ctx.render(template, { flash: takeFlash(ctx), ...values }));
  ctx.plainPage = (template, values, identity = values) => {
    const fresh = { csrf: tokenFor(ctx) ?? '', check: freshParameter(), key: randomUUID() };
    const others = { ...common(ctx), flash: takeFlash(ctx) };
    send(ctx, ctx.keptPages.render(template, { ...others, ...values }, fresh, [others, identity]));
  };
  await next();
};

/** What every template gets, but for the token. */
const common = (ctx: Context) => ({
  user: ctx.viewer,
  waiting: waitingFor(ctx),
  path: ctx.path,
  look: styleOf(ctx),
  zone: readerZone(ctx),
  hourCycle: ctx.viewer?.hourCycle,
  landing: landing(ctx),
  htmx: ctx.get('HX-Request') === 'true',
  problems: ctx.refused?.problems,
  typed: ctx.refused?.typed ?? {},
});

/** Undefined if the database is away. */
const tokenFor = ({ csrf }: Context): string | undefined => csrf && maskedToken(csrf);

/** The flash, which one page shows. */
const takeFlash = (ctx: Context): string | undefined =>
  isUserNavigation(ctx) && !ctx.isRefused ? takenFlash(ctx) : undefined;

function send(ctx: Context, html: string | Buffer): void {
  ctx.type = 'html';
  ctx.body = isTextBrowser(ctx) ? withDescriptionsOnce(withFreshLinks(ctx, html.toString())) : html;
}

/** The reader's time zone: the one that they chose in the settings, else their browser's. */
export function readerZone(ctx: Context): string {
  return checkedZone(ctx.viewer?.zone ?? browserZone(ctx));
}

/** The browser's time zone, from the cookie that a script sets; undefined without script. */
export function browserZone(ctx: Context): string | undefined {
  return ctx.cookies.get('zone', { signed: false });
}
