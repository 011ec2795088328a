import { requireWellFormed } from '../chat/checks.ts';
import type { EntryRecord } from '../chat/entry.ts';
import { Invalid } from '../chat/errors.ts';
import type { Page } from '../chat/paging.ts';
import { placeholders, rowOf } from '../chat/reader.ts';
import { HAS, type Has } from '../chat/search-index.ts';
import { type Hit, search, type SearchQuery } from '../chat/search.ts';
import type { Context, Handler } from '../context.ts';
import { stayIn } from '../middleware/activity.ts';
import { blockedIds, requireViewer } from '../middleware/current-user.ts';
import { readerZone } from '../middleware/render.ts';
import { freshParameter } from '../middleware/reply.ts';
import { fold, lengthOf } from '../text/characters.ts';
import { wordsIn } from '../text/folded.ts';
import { dayAfter, startOfDay } from '../view/dates.ts';
import { excerpt } from '../view/excerpt.ts';
import { pageNumber } from './parameters.ts';
import { type MemberDetails, memberRoom } from './room-access.ts';

/** Hits on a page. */
const PAGE_SIZE = 20;
const LONGEST_QUERY = 1000;
const FIELDS = ['q', 'author', 'since', 'until', 'has'] as const;

/** GET /search */
export const show: Handler = (ctx) => showPage(ctx);

/** GET /rooms/ID/search */
export const showInRoom: Handler = async (ctx) => {
  const room = await memberRoom(ctx);
  await stayIn(ctx, room);
  await showPage(ctx, room);
};

async function showPage(ctx: Context, room?: MemberDetails): Promise<void> {
  requireViewer(ctx);
  const address = room ? `/rooms/${room.id}/search` : '/search';
  const typed = ctx.refused?.typed ?? typedIn(ctx);
  const found = ctx.refused ? undefined : await foundBy(ctx, room);
  ctx.page('search/show.njk', {
    room,
    address,
    typed,
    found: found && { ...found, lines: found.hits.rows.map((hit) => lineOf(ctx, hit, found)) },
    next: `${address}?${queryOf(typed)}&page=`,
    query: `?${queryOf(typed)}&page=${pageNumber(ctx, 'page')}`,
    check: freshParameter(),
  });
}

/** The fields of the search, as typed. */
export const typedIn = (ctx: Context): Record<string, string> =>
  Object.fromEntries(
    FIELDS.flatMap((name) => {
      const value = ctx.query[name];
      return typeof value === 'string' && value !== '' ? [[name, value]] : [];
    }),
  );

export const queryOf = (typed: Record<string, string>): string =>
  new URLSearchParams(
    FIELDS.flatMap((name): [string, string][] => (typed[name] ? [[name, typed[name]]] : [])),
  ).toString();

/** A message that was found, as it is now. */
export interface FoundMessage extends Hit {
  record: EntryRecord;
  /** The name of its room. */
  name: string;
}

/** What a page shows of the messages that were found. */
export interface FoundPage {
  /** At most 1,000. */
  count: number;
  words: string[];
  hits: Page<FoundMessage>;
  unsearched: Date | undefined;
  blocked: ReadonlySet<number>;
}

/** Searches as the address says; undefined if it says nothing. @throws Invalid for a field */
export async function foundBy(ctx: Context, room?: { id: number }): Promise<FoundPage | undefined> {
  const query = await queryIn(ctx);
  if (!query) return undefined;
  const { id } = requireViewer(ctx);
  const { hits, unsearched } = await search(ctx.reader, id, query, room?.id ?? ctx.token?.room ?? undefined);
  const number = pageNumber(ctx, 'page');
  const own = hits.slice((number - 1) * PAGE_SIZE, number * PAGE_SIZE);
  return {
    count: hits.length,
    words: query.words,
    hits: { rows: await messagesOf(ctx, own), number, hasNext: hits.length > number * PAGE_SIZE },
    unsearched,
    blocked: await blockedIds(ctx),
  };
}

async function queryIn(ctx: Context): Promise<Omit<SearchQuery, 'rooms'> | undefined> {
  for (const name of FIELDS)
    if (Array.isArray(ctx.query[name]))
      throw new Invalid({ [name]: 'This field was sent twice. Send it once.' });
  const { q = '', author, since, until, has } = typedIn(ctx);
  if (lengthOf(q) > LONGEST_QUERY)
    throw new Invalid({ q: 'A search has at most 1,000 characters. Search for fewer words.' });
  for (const [name, text] of [['q', q] as const, ['author', author ?? ''] as const])
    requireWellFormed(name, text);
  if (has !== undefined && !Object.hasOwn(HAS, has))
    throw new Invalid({ has: 'Choose “Anything”, an image, a file or a link.' });
  const words = wordsIn(q);
  if (words.length === 0 && !author && !since && !until && !has) return undefined;
  return {
    words,
    author: author === undefined ? undefined : await authorNamed(ctx, author),
    since: since === undefined ? undefined : dayStart(ctx, 'since', since),
    until: until === undefined ? undefined : dayStart(ctx, 'until', until, { isEnd: true }),
    has: has as Has | undefined,
  };
}

/** When the day begins in the reader's zone, or the one after it. @throws Invalid */
export function dayStart(ctx: Context, name: string, key: string, { isEnd = false } = {}): number {
  const zone = readerZone(ctx);
  const isDay = startOfDay(key, zone) !== undefined;
  const start = isDay && startOfDay(isEnd ? dayAfter(key) : key, zone);
  if (!start)
    throw new Invalid({ [name]: 'There is no such day. Enter it as year, month and day, like 2026-01-31.' });
  return start.getTime();
}

const AUTHOR = `
  select id from "user" where username_key = ? and deleted_at is null
  union all select user_id from former_username where username_key = ?`;

/** The id of a user by a username of now or before; 0, whom nobody is, if there is none. */
async function authorNamed(ctx: Context, typed: string): Promise<number> {
  const key = fold(typed.trim().replace(/^@/, ''));
  return (await rowOf<{ id: number }>(ctx.reader, AUTHOR, key, key))?.id ?? 0;
}

async function messagesOf(ctx: Context, hits: Hit[]): Promise<FoundMessage[]> {
  const { marks, values } = placeholders([...new Set(hits.map(({ room }) => room))]);
  const rooms = await ctx.reader.rows<{ id: number; name: string }>(
    `select id, name from room where id in (${marks})`,
    ...values,
  );
  const names = new Map(rooms.map(({ id, name }) => [id, name]));
  const messages: FoundMessage[] = [];
  for (const hit of hits) {
    const [entry] = await ctx.logCache.entries(hit.room, hit.seq, hit.seq);
    const name = names.get(hit.room);
    if (entry && name !== undefined) messages.push({ ...hit, record: entry.record, name });
  }
  return messages;
}

/** A hit as the page shows it. */
function lineOf(ctx: Context, { room, seq, name, record }: FoundMessage, { words, blocked }: FoundPage) {
  const { body, author, at, attachment, folded } = ctx.view.entryView(record, blocked);
  const text = [body, record.attachment?.description].filter(Boolean).join('\n');
  return {
    room,
    seq,
    name,
    author,
    at,
    folded,
    parts: folded ? [] : excerpt(text, words),
    attached: folded ? undefined : attachment?.words,
  };
}
