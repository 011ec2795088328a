import { NotFound, Unauthenticated } from '../chat/errors.ts';
import { findRow } from '../chat/find-row.ts';
import { rowOf } from '../chat/reader.ts';
import { User } from '../chat/user.ts';
import { type Viewer, viewerOf } from '../chat/viewer.ts';
import type { Context, Middleware } from '../context.ts';
import { csrfToken } from './csrf.ts';

/** Methods that read. A request with another one acts, and needs its user as an entity. */
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Sets who sends the request: `ctx.viewer` and `ctx.csrf`; for acts `ctx.user` too. */
export const currentUser: Middleware = async (ctx, next) => {
  const id = ctx.token?.user ?? ctx.session?.userId;
  if (id !== undefined) await setUser(ctx, id);
  if (!ctx.token) ctx.csrf = csrfToken(ctx);
  else if (!ctx.viewer)
    throw new Unauthenticated(
      'The account of this token cannot be used now. Ask the people who run this Plainchat.',
    );
  await next();
};

async function setUser(ctx: Context, id: number): Promise<void> {
  const cached = ctx.token ? undefined : await ctx.sessions.find(ctx.req, ctx.res);
  if (cached?.user === id) {
    ctx.cachedUser = cached;
    ctx.viewer = await ctx.sessions.viewerOf(cached);
  } else {
    ctx.viewer = await viewerOf(ctx.reader, id);
  }
  if (!ctx.viewer || READING.has(ctx.method)) return;
  const user = await findRow(ctx.em, User, { id });
  if (!user || user.deletedAt || user.suspendedAt) return;
  user.verifiedAccess = user.accessVersion;
  ctx.user = user;
}

/** Returns the user as plain columns. @throws Unauthenticated if nobody is logged in */
export function requireViewer(ctx: Context): Viewer {
  if (!ctx.viewer) throw new Unauthenticated();
  return ctx.viewer;
}

/** @throws NotFound if the user is not an operator: others must not learn that these pages exist */
export function requireOperator(ctx: Context): Viewer {
  const viewer = requireViewer(ctx);
  if (!viewer.operator) throw new NotFound();
  return viewer;
}

/** Returns the user as an entity. @throws Unauthenticated if nobody is logged in */
export function requireUser(ctx: Context): User {
  if (!ctx.user) throw new Unauthenticated();
  return ctx.user;
}

/** The user as an entity for a page that reads: made of the columns that are known, without a query. */
export function entityOf(ctx: Context): User | undefined {
  if (!ctx.viewer || !READING.has(ctx.method)) return undefined;
  return ctx.em.merge(User, { ...ctx.viewer, createdAt: new Date(ctx.viewer.createdAt) });
}

/** The ids of the users that the user has blocked. */
export async function blockedIds(ctx: Context): Promise<ReadonlySet<number>> {
  if (ctx.cachedUser) return ctx.sessions.blockedBy(ctx.cachedUser);
  const { id } = requireViewer(ctx);
  const rows = await ctx.reader.rows<{ id: number }>(
    'select blocked_id as id from block where user_id = ?',
    id,
  );
  return new Set(rows.map(({ id }) => id));
}

/** The id of the room that the user is in; undefined if they are in none. */
export async function presentRoom(ctx: Context): Promise<number | undefined> {
  const { id } = requireViewer(ctx);
  // An act may have changed it since the user was looked up.
  if (ctx.cachedUser && READING.has(ctx.method)) return ctx.cachedUser.room ?? undefined;
  const sql = 'select room_id as room from presence where user_id = ?';
  return (await rowOf<{ room: number }>(ctx.reader, sql, id))?.room;
}
