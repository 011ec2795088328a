import {
  type Code,
  DatabaseUnreachable,
  DiskFull,
  Forbidden,
  InAnotherRoom,
  Invalid,
  NotFound,
  NotInRoom,
  RateLimited,
  Refusal,
  Unauthenticated,
  Unavailable,
} from '../chat/errors.ts';
import type { Context, Handler, Middleware } from '../context.ts';
import { QueueFull } from '../live/fair-queue.ts';
import { isDiskFull, isUnreachable, refusedByGuard } from '../database/errors.ts';
import { seeOther } from './reply.ts';
import { isByToken, isFramed, wantsJson, wantsText } from './request.ts';
import { allowFraming } from './security-headers.ts';
import { shownAgain, withEncodingProblems } from './typed.ts';
import { lookUpWaiting } from './waiting.ts';

const STATUS: Record<Code, number> = {
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  invalid: 422,
  'rate-limited': 429,
  internal: 500,
  unavailable: 503,
};

/** A refusal for which HTTP has a status of its own. */
export class HttpRefusal extends Refusal {
  readonly code = 'invalid';
  readonly status: 400 | 405 | 413 | 415;
  constructor(status: 400 | 405 | 413 | 415, message: string) {
    super(message);
    this.status = status;
  }
}

/** Shows the problems on another form than the one that the table of routes names. */
export class InvalidForm extends Invalid {
  readonly form: Handler;
  readonly status: number;
  /** @param problems a sentence for each field */
  constructor(
    problems: Record<string, string>,
    { form, status = STATUS.invalid }: { form: Handler; status?: number },
  ) {
    super(problems);
    this.form = form;
    this.status = status;
  }
}

/** Why a form is not known to be the user's: no cookie came, it is of another origin, the session has ended, or is another one, or the page is too old. */
export type TokenProblem = 'cookies' | 'origin' | 'ended' | 'session' | 'old';

/** The CSRF token is missing, or belongs to another session. */
export class InvalidToken extends Forbidden {
  override readonly pageValues;
  constructor(cause: TokenProblem, message: string) {
    super(message);
    this.pageValues = { cause };
  }
}

/** A bug of ours. */
class InternalError extends Refusal {
  readonly code = 'internal';
}

/** Turns every error into a status and a page, an htmx fragment or JSON. */
export const errors: Middleware = async (ctx, next) => {
  try {
    await next();
    if (ctx.body == null && [404, 405, 501].includes(ctx.status)) throw refusalOfUnanswered(ctx);
  } catch (error) {
    await refuse(ctx, error);
  }
};

function refusalOfUnanswered(ctx: Context): Refusal {
  if (ctx.status === 404) return new NotFound();
  return new HttpRefusal(
    405,
    'This address does not accept such a request. Go back, and use the links and buttons of the page.',
  );
}

async function refuse(ctx: Context, thrown: unknown): Promise<void> {
  const refusal = refusalFor(ctx, thrown);
  ctx.status = statusOf(refusal);
  ctx.isRefused = true;
  if (refusal instanceof RateLimited) ctx.metrics?.countRefusal(refusal.what);
  if (refusal instanceof QueueFull) ctx.metrics?.countRefusal('full queue');
  if (refusal instanceof RateLimited || refusal instanceof Unavailable)
    ctx.set('Retry-After', String(refusal.retryAfter));
  try {
    await answer(ctx, refusal);
  } catch (second) {
    if (refusal instanceof InternalError) throw second; // the error page itself has failed: Koa answers with one line
    ctx.form = undefined; // the user may not see the page of the form any more
    await refuse(ctx, second);
  }
}

/** Returns the refusal to answer with, and logs errors that the operator has to solve. */
function refusalFor(ctx: Context, thrown: unknown): Refusal {
  if (isUnreachable(thrown)) return new DatabaseUnreachable();
  if (isDiskFull(thrown) || thrown instanceof DiskFull) {
    ctx.log.error('the disk is full: messages and files are refused until space is freed');
    return new DiskFull();
  }
  if (thrown instanceof Refusal) return thrown;
  const refused = refusedByGuard(thrown);
  if (refused) return refused;
  ctx.log.error(thrown);
  ctx.metrics?.countError();
  return new InternalError(
    'Something went wrong here, and it is not your fault. Your message or change may not be stored. Check, and try again in a moment.',
  );
}

const statusOf = (refusal: Refusal): number =>
  refusal instanceof HttpRefusal || refusal instanceof InvalidForm ? refusal.status : STATUS[refusal.code];

async function answer(ctx: Context, refusal: Refusal): Promise<void> {
  const { status } = ctx;
  if (!(refusal instanceof Unavailable)) await lookUpWaiting(ctx); // for the header of the page
  const form = refusal instanceof InvalidForm ? refusal.form : ctx.form;
  if (wantsJson(ctx)) {
    ctx.body = jsonOf(refusal);
  } else if (isFramed(ctx)) {
    allowFraming(ctx);
    ctx.page('live/ended.njk', { message: refusal.message });
  } else if (refusal instanceof Unauthenticated && !isByToken(ctx)) {
    ctx.redirect(`/login?next=${encodeURIComponent(nextPage(ctx))}`);
    ctx.status = 303;
  } else if (refusal instanceof NotInRoom && ctx.method !== 'POST') {
    seeOther(ctx, '/rooms');
  } else if (wantsText(ctx)) {
    ctx.type = 'text/plain';
    ctx.body = `${refusal.message}\n`;
  } else if (form && hasForm(refusal)) {
    const problems =
      refusal instanceof Invalid
        ? withEncodingProblems(refusal.problems, ctx.fields)
        : { '': refusal.message };
    ctx.refused = { problems, typed: shownAgain({ ...singleParameters(ctx.query), ...ctx.fields }) };
    await form(ctx);
    ctx.status = status;
  } else {
    const values = { message: refusal.message, status, ...keptDraft(ctx), ...refusal.pageValues };
    ctx.page(`errors/${pageOf(ctx, refusal)}.njk`, values);
    ctx.status = status;
  }
}

/** Whether to show the refusal on the page of the form, where the user can correct and send it again. */
const hasForm = (refusal: Refusal): boolean =>
  [Invalid, RateLimited, DiskFull, QueueFull].some((kind) => refusal instanceof kind);

function pageOf(ctx: Context, refusal: Refusal): string {
  if (refusal instanceof InAnotherRoom) return ctx.fields.body === undefined ? 'elsewhere' : 'ended';
  if (refusal instanceof NotInRoom) return 'ended';
  if (refusal instanceof InvalidToken) return 'forged';
  if (refusal instanceof DatabaseUnreachable) return 'unreachable';
  return 'refused';
}

function jsonOf(refusal: Refusal): object {
  const { message } = refusal;
  const field = refusal instanceof Invalid ? Object.keys(refusal.problems)[0] : undefined;
  const error = { message, ...(field && { field }) };
  if (refusal instanceof NotInRoom) return { ended: refusal.why, message, location: '/rooms', error };
  if (refusal instanceof Unauthenticated) return { ended: 'logged-out', message, location: '/login', error };
  return { error };
}

/** The page to show after log-in: the requested one, or the room or the invitation that a form was sent to. */
function nextPage(ctx: Context): string {
  return ctx.method === 'POST' ? (/^\/(rooms\/\d+|join\/[\w-]+)/.exec(ctx.path)?.[0] ?? '/rooms') : ctx.url;
}

/** The query parameters that are given once. */
function singleParameters(query: Context['query']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

/** What the user typed into the message form, for the page to show it again. */
export function keptDraft(ctx: Context) {
  const draft = ctx.fields && shownAgain(ctx.fields);
  return { kept: draft?.body, draft, back: nextPage(ctx) };
}
