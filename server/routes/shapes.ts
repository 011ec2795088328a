import { hash } from 'node:crypto';
import { entryRecords } from '../chat/entry-records.ts';
import type { EntryRecord } from '../chat/entry.ts';
import { Invalid, NotFound } from '../chat/errors.ts';
import { rowOf } from '../chat/reader.ts';
import { countMessagesAfter, roomDetails } from '../chat/room-details.ts';
import { waitingMessages } from '../chat/waiting.ts';
import type { Context, Handler } from '../context.ts';
import type { Awaitable } from '../live/chain.ts';
import { mapInSlices } from '../live/slices.ts';
import { fitting } from '../live/tail.ts';
import { blockedIds, requireViewer } from '../middleware/current-user.ts';
import { readerZone } from '../middleware/render.ts';
import { originOf } from '../middleware/origin.ts';
import { shortened } from '../text/characters.ts';
import { day } from '../view/dates.ts';
import type { EntryView } from '../view/entry.ts';
import { quantity } from '../view/index.ts';
import { plainEntry, plainMessage, wrapped } from '../view/plain-text.ts';
import { entryTexts } from './entries.ts';
import { id } from './parameters.ts';
import { type MemberDetails, memberRoom } from './room-access.ts';
import { foundBy, queryOf, typedIn } from './search.ts';
import { stretchOf } from './stretch.ts';

/** What stands around the entries, at most: names of rooms, days, a query. */
const SPARE_BYTES = 32_768;
/** Characters of a message in the title of its entry in a feed. */
const TITLE_LENGTH = 60;

/** An entry of an answer, with its room. */
interface ShapedEntry {
  room: { id: number; name: string };
  record: EntryRecord;
  view: EntryView;
}

/** What an address says in any of its shapes. */
interface Shaped {
  title: string;
  /** The address of the same as a page, without the origin. */
  page: string;
  entries: ShapedEntry[];
  /** Which entries stay if all together are too large. */
  keep: 'first' | 'last';
  /** The first line of the text. */
  heading?: string | undefined;
  /** What the JSON has besides the entries. */
  fields: (entries: ShapedEntry[]) => object;
  /** Whether each entry has its room beside it. */
  isOfRooms?: boolean;
}

/** A shape other than a page's. */
interface Shape {
  type: string;
  /** The text of each entry. */
  pieces: (ctx: Context, shaped: Shaped) => Awaitable<string[]>;
  /** The answer. @param pieces those of the entries */
  whole: (ctx: Context, shaped: Shaped, entries: ShapedEntry[], pieces: string[]) => string;
}

const SHAPES: Record<string, Shape> = {
  txt: { type: 'text/plain; charset=utf-8', pieces: plainPieces, whole: plainWhole },
  json: { type: 'application/json; charset=utf-8', pieces: jsonPieces, whole: jsonWhole },
  atom: { type: 'application/atom+xml; charset=utf-8', pieces: atomPieces, whole: atomWhole },
};

/** GET /rooms/ID.txt, .json, .atom: the same part of the log as the page with the same parameters */
export const room: Handler = async (ctx) => {
  const room = await memberRoom(ctx);
  const stretch = await stretchOf(ctx, room);
  const { first, last, after, day, keep = 'last' } = stretch;
  const entries = await entriesOf(ctx, room, Math.max(first, 1), last);
  const seen = after ?? room.membership.readSeq;
  const isLatest = last === room.lastSeq && !day;
  const count = isLatest ? await countMessagesAfter(ctx.reader, room, Math.min(seen, room.lastSeq)) : 0;
  await send(ctx, {
    title: room.name,
    page: `/rooms/${room.id}${ctx.search}`,
    entries,
    keep,
    heading: isLatest ? quantity(count, 'new', 'new') : undefined,
    fields: (kept) => ({
      room: room.id,
      name: room.name,
      after: kept.at(-1)?.view.seq ?? Math.max(last, 0),
      ...(isLatest && { new: count }),
    }),
  });
};

/** GET /rooms/ID/messages/SEQ.txt, .json */
export const message: Handler = async (ctx) => {
  const room = await memberRoom(ctx);
  const seq = id(ctx.params.seq) ?? 0;
  const [entry] = seq > room.lastSeq ? [] : await entriesOf(ctx, room, seq, seq);
  if (entry?.view.kind !== 'message')
    throw new NotFound('There is no such message in this room. Choose one from the room.');
  await send(ctx, {
    title: room.name,
    page: `/rooms/${room.id}?from=${seq}#m-${seq}`,
    entries: [entry],
    keep: 'first',
    fields: () => ({
      room: room.id,
      name: room.name,
      ...ctx.view.entryJson(entry.record, blockedIn([entry])),
    }),
  });
};

/** GET /waiting.txt, .json, .atom: unread mentions and private messages, of all rooms or that of the token */
export const waiting: Handler = async (ctx) => {
  const viewer = requireViewer(ctx);
  const entries: ShapedEntry[] = [];
  const names = new Map<number, string>();
  for (const { room, seq } of await waitingMessages(ctx.reader, viewer.id, ctx.token?.room)) {
    if (ctx.readMarkers.unsaved(viewer.id, room) >= seq) continue;
    if (!names.has(room)) names.set(room, (await roomDetails(ctx.reader, viewer.id, room))?.name ?? '');
    const [record] = await entryRecords(ctx.reader, room, seq, seq);
    if (record)
      entries.push({ room: { id: room, name: names.get(room)! }, record, view: ctx.view.entryView(record) });
  }
  entries.sort((a, b) => a.record.at.getTime() - b.record.at.getTime()); // over rooms, there is no other order
  await send(ctx, {
    title: 'What waits for you',
    page: '/rooms',
    entries,
    keep: 'last',
    heading: quantity(entries.length, 'message'),
    fields: (kept) => ({ waiting: kept.length }),
    isOfRooms: true,
  });
};

/** GET /search.txt, .json, .atom */
export const search: Handler = (ctx) => sendSearch(ctx);

/** GET /rooms/ID/search.txt, .json, .atom */
export const searchInRoom: Handler = async (ctx) => sendSearch(ctx, await memberRoom(ctx));

async function sendSearch(ctx: Context, room?: MemberDetails): Promise<void> {
  requireViewer(ctx);
  const found = await foundBy(ctx, room);
  if (!found) throw new Invalid({ q: 'Say what to search for, as in q=word.' });
  const { count, hits, blocked } = found;
  const heading = `${quantity(count, 'message')} found`;
  const address = room ? `/rooms/${room.id}/search` : '/search';
  await send(ctx, {
    title: room ? `${heading} – ${room.name}` : heading,
    page: `${address}?${queryOf(typedIn(ctx))}&page=${hits.number}`,
    entries: hits.rows.map(({ room, name, record }) => ({
      room: { id: room, name },
      record,
      view: ctx.view.entryView(record, blocked),
    })),
    keep: 'first',
    heading,
    fields: () => ({
      found: count,
      page: hits.number,
      hasNext: hits.hasNext,
      unsearched: found.unsearched ?? null,
    }),
    isOfRooms: true,
  });
}

async function entriesOf(
  ctx: Context,
  room: MemberDetails,
  first: number,
  last: number,
): Promise<ShapedEntry[]> {
  const blocked = await blockedIds(ctx);
  const entries = await ctx.logCache.entries(room.id, first, last);
  return mapInSlices(entries, ({ record }) => ({ room, record, view: ctx.view.entryView(record, blocked) }));
}

/** Sends as many entries as fit into an answer. */
async function send(ctx: Context, shaped: Shaped): Promise<void> {
  const shape = SHAPES[/\.(\w+)$/.exec(ctx.path.toLowerCase())![1]!]!;
  const { entries, text } = fitted(ctx, shape, shaped, await shape.pieces(ctx, shaped));
  const changes = entries.map(({ record }) => (record.attachment?.describedAt ?? record.at).getTime());
  ctx.type = shape.type;
  ctx.set('Cache-Control', 'private, no-cache');
  ctx.remove('Pragma');
  ctx.etag = `W/"${hash('sha256', text, 'base64url').slice(0, 22)}"`;
  if (changes.length > 0) ctx.lastModified = new Date(Math.max(...changes));
  if (isUnchanged(ctx, Math.max(0, ...changes))) ctx.status = 304;
  else ctx.body = text;
}

/** The answer with as many entries as fit into it. */
function fitted(
  ctx: Context,
  shape: Shape,
  shaped: Shaped,
  pieces: string[],
): { entries: ShapedEntry[]; text: string } {
  const isFirst = shaped.keep === 'first';
  const count = fitting(isFirst ? pieces : pieces.toReversed(), SPARE_BYTES);
  const [from, to] = isFirst ? [0, count] : [pieces.length - count, pieces.length];
  const entries = shaped.entries.slice(from, to);
  return { entries, text: shape.whole(ctx, shaped, entries, pieces.slice(from, to)) };
}

/** A time in a header has no milliseconds: within so many, a change may have the same time. */
const TIME_MS = 2000;

/** Whether the client has the same already. @param changed when the newest entry of the answer was written */
function isUnchanged(ctx: Context, changed: number): boolean {
  const tags = ctx.get('If-None-Match');
  if (tags) return tags.split(/\s*,\s*/).includes(ctx.response.get('ETag'));
  const since = Date.parse(ctx.get('If-Modified-Since'));
  return since + 1000 > changed && ctx.now.getTime() - changed > TIME_MS;
}

function plainPieces(ctx: Context, { entries }: Shaped): Awaitable<string[]> {
  const width = widthIn(ctx);
  const hours = { zone: readerZone(ctx), hourCycle: requireViewer(ctx).hourCycle };
  return mapInSlices(entries, ({ view }) => wrapped(plainEntry(view, hours), width));
}

function plainWhole(
  ctx: Context,
  { heading, isOfRooms }: Shaped,
  entries: ShapedEntry[],
  pieces: string[],
): string {
  const width = widthIn(ctx);
  const zone = readerZone(ctx);
  const lines = heading === undefined ? [] : [heading];
  let current = '';
  for (const [index, { room, view }] of entries.entries()) {
    const words = isOfRooms ? `${room.name}, ${day(view.at, zone)}` : day(view.at, zone);
    if (words !== current) lines.push(wrapped(words, width));
    current = words;
    lines.push(pieces[index]!);
  }
  return `${lines.join('\n')}\n`;
}

/** @throws Invalid */
function widthIn(ctx: Context): number | undefined {
  const { width } = ctx.query;
  if (width === undefined) return undefined;
  const value = typeof width === 'string' && /^\d{2,3}$/.test(width) ? Number(width) : 0;
  if (value < 20 || value > 120)
    throw new Invalid({ width: 'The width of a line is 20 to 120 characters, as in width=40.' });
  return value;
}

async function jsonPieces(ctx: Context, { entries, isOfRooms }: Shaped): Promise<string[]> {
  const [first, last] = [entries[0], entries.at(-1)];
  if (!isOfRooms && first && last)
    return (await entryTexts(ctx, first.room.id, first.view.seq, last.view.seq)).map(({ json }) => json);
  return mapInSlices(entries, (entry) => {
    const { room, record } = entry;
    const json = ctx.view.entryJson(record, blockedIn([entry]));
    return JSON.stringify({ room: room.id, name: room.name, address: addressOf(entry), ...json });
  });
}

function jsonWhole(_: Context, { fields }: Shaped, entries: ShapedEntry[], pieces: string[]): string {
  return `${JSON.stringify({ ...fields(entries), entries: [] }).slice(0, -2)}${pieces.join(',')}]}`;
}

/** The authors of folded entries. */
const blockedIn = (entries: ShapedEntry[]): ReadonlySet<number> =>
  new Set(entries.filter(({ view }) => view.folded).map(({ record }) => record.author.id));

const addressOf = ({ room, view }: ShapedEntry): string => `/rooms/${room.id}?from=${view.seq}#m-${view.seq}`;

/** Only messages: a feed reader need not tell who came and went. The ids stay the same whatever the address of the server. */
async function atomPieces(ctx: Context, { entries }: Shaped): Promise<string[]> {
  const made = new Map<number, number>();
  for (const { room } of entries) if (!made.has(room.id)) made.set(room.id, await createdAt(ctx, room.id));
  return mapInSlices(entries, (entry) => {
    const { room, view } = entry;
    if (view.kind !== 'message') return '';
    const text = plainMessage(view);
    return ctx.view.render('shapes/_entry.njk', {
      id: uuid(`message ${made.get(room.id)} ${room.id} ${view.seq}`),
      title: inXml(
        `${view.author}${view.author === room.name ? '' : ` in ${room.name}`}: ${shortened(text.replace(/\s+/g, ' '), TITLE_LENGTH)}`,
      ),
      author: view.author,
      published: view.at,
      updated: updatedAt(entry),
      address: originOf(ctx) + addressOf(entry),
      text: inXml(text),
    });
  });
}

/** The newest message comes first. */
function atomWhole(ctx: Context, { title, page }: Shaped, entries: ShapedEntry[], pieces: string[]): string {
  const { id, createdAt } = requireViewer(ctx);
  const feed = ctx.view.render('shapes/feed.njk', {
    title: inXml(title),
    id: uuid(`feed ${createdAt} ${id} ${page}`),
    self: originOf(ctx) + ctx.url,
    page: originOf(ctx) + page,
    updated: entries.map(updatedAt).toSorted().at(-1) ?? new Date(0).toISOString(),
  });
  const end = feed.lastIndexOf('</feed>');
  return feed.slice(0, end) + pieces.toReversed().join('') + feed.slice(end);
}

const updatedAt = ({ record }: ShapedEntry): string =>
  (record.attachment?.describedAt ?? record.at).toISOString();

/** A text without the characters that XML cannot have. */
const inXml = (text: string): string =>
  text.replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '');

async function createdAt(ctx: Context, room: number): Promise<number> {
  const row = await rowOf<{ at: unknown }>(
    ctx.reader,
    'select created_at as at from room where id = ?',
    room,
  );
  return row ? ctx.reader.time(row.at) : 0;
}

/** An id that is always the same for the same name. */
function uuid(name: string): string {
  const digits = hash('sha256', `plainchat ${name}`, 'hex');
  return `urn:uuid:${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}
