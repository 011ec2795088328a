import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import type Koa from 'koa';
import type { Env } from '../config/env.ts';
import type { LeaseTimes } from './chat/presence.ts';
import type { SessionData } from './chat/session.ts';
import type { User } from './chat/user.ts';
import type { Folder } from './files/folder.ts';
import type { Leases } from './live/leases.ts';
import type { Limits } from './live/limits.ts';
import type { Reads } from './live/reads.ts';
import type { Streams } from './live/streams.ts';
import type { Log } from './log.ts';
import type { SendMail } from './mail.ts';
import type { Writer } from './live/writer.ts';
import type { Metrics } from './metrics.ts';
import type { Upload } from './middleware/upload.ts';
import type { View } from './view.ts';

/** What the whole app shares. */
export interface Services {
  env: Env;
  clock: () => Date;
  files: Folder;
  leases: Leases;
  limits: Limits;
  log: Log;
  /** Undefined where nobody may ask for them. */
  metrics: Metrics | undefined;
  /** Sends a mail; undefined where no mail server is set. */
  mail: SendMail | undefined;
  reads: Reads;
  streams: Streams;
  times: LeaseTimes;
  view: View;
  writer: Writer;
}

/** What a request carries on its way, beside what Koa gives it. */
export interface Carried extends Services {
  /** The request's own unit of work. */
  em: EntityManager;
  now: Date;
  /** The person's network address, as far as the proxies in front are believed. */
  address: string;
  session: (Partial<SessionData> & { regenerate(): Promise<void>; externalKey?: string }) | null;
  /** The value of the session's cookie, where this request begins it. */
  sessionKey: string;
  /** Who is logged in. */
  user: User | undefined;
  /** The token that this page's forms carry. */
  csrf: string;
  /** The fields of the body. One that was given twice, or as anything but a text, is a text that no rule takes. */
  fields: Record<string, string>;
  /** The file that comes with the fields, where there is one. */
  upload: Upload | undefined;
  /** Shows the page whose form this request sends, for a refusal to be told on it. */
  showForm: Handler | undefined;
  /** Whether what was asked for is being refused. */
  isRefused: boolean | undefined;
  /** What was refused, by field, and what was typed. */
  refused: { problems: Record<string, string>; typed: Record<string, string> } | undefined;
  /** Whether this is a page in a frame of ours, which has to tell for itself what leads elsewhere. */
  isFramed: boolean | undefined;
  /** A page as text. */
  render(template: string, values: Record<string, unknown>): string;
  /** Answers with a page, which tells what was done before it. */
  page(template: string, values?: Record<string, unknown>): void;
  params: Record<string, string>;
  body: unknown;
}

export type Context = Omit<Koa.ExtendableContext, keyof Carried> & Carried;
export type Handler = (ctx: Context) => Promise<void> | void;
export type Middleware = (ctx: Context, next: () => Promise<void>) => Promise<void> | void;
