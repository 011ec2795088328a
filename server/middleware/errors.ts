import {
  Anonymous,
  Elsewhere,
  Ended,
  Forbidden,
  Full,
  Invalid,
  Limited,
  Missing,
  Refusal,
  Unavailable,
  Unreachable,
} from '../chat/errors.ts';
import type { Context, Middleware } from '../context.ts';
import { isFull } from '../database/full.ts';
import { isUnreachable } from '../database/unreachable.ts';
import { seeOther } from './pages.ts';

/** A refusal that HTTP itself has a status for. */
export class BadRequest extends Refusal {
  readonly status: 400 | 405 | 413 | 415;
  constructor(status: 400 | 405 | 413 | 415, message: string) {
    super(message);
    this.status = status;
  }
}

/** What should not happen. */
class Failure extends Refusal {}

/** A form's token that is missing, old or somebody else's. */
export class Forged extends Forbidden {}

/**
 * Turns whatever was thrown into a status and a page, an htmx fragment or JSON. Nothing else does.
 */
export const errors: Middleware = async (ctx, next) => {
  try {
    await next();
    if (ctx.body == null && [404, 405, 501].includes(ctx.status)) throw unanswered(ctx);
  } catch (error) {
    await refuse(ctx, error);
  }
};

async function refuse(ctx: Context, thrown: unknown): Promise<void> {
  const error = isFull(thrown) ? new Full() : isUnreachable(thrown) ? new Unreachable() : thrown;
  if (!(error instanceof Refusal)) {
    ctx.log.error(error);
    return refuse(
      ctx,
      new Failure(
        'Something went wrong here, and it is not your fault. What you sent may not be stored. Try again in a moment.',
      ),
    );
  }
  ctx.status = statusOf(error);
  ctx.isRefused = true;
  if (error instanceof Full)
    ctx.log.error('there is no room left on the disk: what people send is refused until there is');
  if (error instanceof Limited || error instanceof Unavailable)
    ctx.set('Retry-After', String(error.retryAfter));
  try {
    await tell(ctx, error);
  } catch (second) {
    if (error instanceof Failure) throw second; // not even this page can be shown: Koa answers in one line
    ctx.showForm = undefined; // the page that the form stood on is not theirs to see any more
    await refuse(ctx, second);
  }
}

function unanswered(ctx: Context): Refusal {
  return ctx.status === 404
    ? new Missing()
    : new BadRequest(
        405,
        'This address does not take such a request. Go back and use the links and buttons of the page.',
      );
}

function statusOf(error: Refusal): number {
  if (error instanceof Failure) return 500;
  if (error instanceof BadRequest) return error.status;
  if (error instanceof Invalid) return 422;
  if (error instanceof Limited) return 429;
  if (error instanceof Unavailable) return 503;
  if (error instanceof Missing) return 404;
  if (error instanceof Anonymous) return 401;
  if (error instanceof Ended || error instanceof Elsewhere) return 409;
  return 403;
}

async function tell(ctx: Context, error: Refusal): Promise<void> {
  if (wantsJson(ctx)) {
    ctx.body = inJson(error);
  } else if (ctx.isFramed) {
    ctx.page('live/ended.njk', { message: error.message });
  } else if (error instanceof Anonymous) {
    ctx.redirect(`/login?next=${encodeURIComponent(nextPage(ctx))}`);
    ctx.status = 303;
  } else if (error instanceof Ended && ctx.method !== 'POST') {
    seeOther(ctx, '/rooms');
  } else if (
    (error instanceof Invalid || error instanceof Limited || error instanceof Full) &&
    ctx.showForm
  ) {
    const { status } = ctx;
    ctx.refused = {
      problems: error instanceof Invalid ? error.problems : { '': error.message },
      typed: ctx.fields,
    };
    await ctx.showForm(ctx);
    ctx.status = status;
  } else {
    const { status } = ctx;
    ctx.page(`errors/${pageOf(ctx, error)}.njk`, {
      message: error.message,
      status,
      ...keptFrom(ctx),
      ...error.about,
    });
    ctx.status = status;
  }
}

function pageOf(ctx: Context, error: Refusal): string {
  if (error instanceof Elsewhere) return ctx.fields.body === undefined ? 'elsewhere' : 'ended';
  if (error instanceof Ended) return 'ended';
  if (error instanceof Forged) return 'forged';
  if (error instanceof Unreachable) return 'unreachable';
  return 'refused';
}

function inJson(error: Refusal): object {
  const { message } = error;
  const field = error instanceof Invalid ? Object.keys(error.problems)[0] : undefined;
  const refusal = { error: { message, ...(field && { field }) } };
  if (error instanceof Ended) return { ended: error.why, message, location: '/rooms', ...refusal };
  if (error instanceof Anonymous) return { ended: 'logged-out', message, location: '/login', ...refusal };
  return refusal;
}

/** Whether a script asked: never a text browser, which takes anything. */
export function wantsJson(ctx: Context): boolean {
  return ctx.path === '/poll' || ctx.is('json') === 'json' || ctx.accepts('html', 'json') === 'json';
}

/** The page to come back to after log-in: the one asked for, or the room that a form was sent to. */
function nextPage(ctx: Context): string {
  return ctx.method === 'POST' ? (/^\/rooms\/\d+/.exec(ctx.path)?.[0] ?? '/rooms') : ctx.url;
}

/** What was typed into the message form, for the page to give it back. */
export function keptFrom(ctx: Context) {
  return { kept: ctx.fields?.body, draft: ctx.fields, back: nextPage(ctx) };
}
