import { Readable } from 'node:stream';
import { isImage } from '../chat/attachment.ts';
import { plainTextOf } from '../chat/entry.ts';
import { Invalid } from '../chat/errors.ts';
import { pinnedMessages } from '../chat/pin.ts';
import { rowOf } from '../chat/reader.ts';
import { entryLine, fileLine, type RoomHeader, roomLine } from '../chat/room-lines.ts';
import { stretchBetween, type TranscriptEntry, transcriptEntries } from '../chat/transcript.ts';
import type { Context, Handler } from '../context.ts';
import { stayIn } from '../middleware/activity.ts';
import { blockedIds, requireViewer } from '../middleware/current-user.ts';
import { readerZone } from '../middleware/render.ts';
import { seeOther } from '../middleware/reply.ts';
import { FORMATS } from '../view/attachment.ts';
import { day, dayKey } from '../view/dates.ts';
import { plainEntry, wrapped } from '../view/plain-text.ts';
import { epubParts } from './epub.ts';
import { memberRoom } from './room-access.ts';
import { dayStart } from './search.ts';
import { contentOf, type Transcript } from './transcript-content.ts';

type Parts = AsyncGenerator<string>;

const KINDS: Record<
  string,
  { type: string; write: (ctx: Context, transcript: Transcript) => AsyncGenerator<string | Buffer> }
> = {
  html: { type: 'text/html; charset=utf-8', write: pageParts },
  txt: { type: 'text/plain; charset=utf-8', write: plainParts },
  epub: { type: 'application/epub+zip', write: epubParts },
  jsonl: { type: 'application/jsonl; charset=utf-8', write: lineParts },
};

/** GET /rooms/ID/transcript.html, .txt, .epub, .jsonl: the room, or its days from `since` to `until`, as one file, sent piece by piece */
export const download: Handler = async (ctx) => {
  const room = await memberRoom(ctx);
  await stayIn(ctx, room);
  const stretch = await stretchBetween(ctx.reader, room, daysIn(ctx));
  const ending = ctx.path.split('.').at(-1)!.toLowerCase();
  const { type, write } = KINDS[ending]!;
  const transcript = { room, ...stretch, blocked: await blockedIds(ctx) };
  ctx.type = type;
  ctx.attachment(
    `${room.name.replace(/[^\p{L}\p{N}-]+/gu, '-')}-${ctx.now.toISOString().slice(0, 10)}.${ending}`,
  );
  ctx.set('Content-Security-Policy', "default-src 'none'; style-src data:; img-src data:; sandbox"); // the file has all that it shows
  ctx.body = ctx.method === 'HEAD' ? '' : Readable.from(write(ctx, transcript));
};

/** GET /rooms/ID/transcript: what the form of a transcript asks for: leads to the file `as` of the days from `since` to `until` */
export const choose: Handler = async (ctx) => {
  const room = await memberRoom(ctx);
  await stayIn(ctx, room);
  const { as = 'html' } = ctx.query;
  if (typeof as !== 'string' || !Object.hasOwn(KINDS, as))
    throw new Invalid({ as: 'Choose one of these kinds of file.' });
  const { since, until } = daysIn(ctx);
  if (since && until && since >= until)
    throw new Invalid({ until: 'This day is before the first one. Enter a later day, or leave it empty.' });
  const query = DAYS.filter((name) => ctx.query[name]).map((name): [string, string] => [
    name,
    String(ctx.query[name]),
  ]);
  const days = query.length > 0 ? `?${new URLSearchParams(query).toString()}` : '';
  seeOther(ctx, `/rooms/${room.id}/transcript.${as}${days}`);
};

const DAYS = ['since', 'until'] as const;

/** When the first day begins and the last one ends, in the reader's zone; undefined for those left empty. @throws Invalid */
function daysIn(ctx: Context): { since: Date | undefined; until: Date | undefined } {
  const [since, until] = DAYS.map((name) => {
    const { [name]: key } = ctx.query;
    return key ? new Date(dayStart(ctx, name, String(key), { isEnd: name === 'until' })) : undefined;
  });
  return { since, until };
}

async function* plainParts(ctx: Context, { room, blocked, ...stretch }: Transcript): Parts {
  const hours = { zone: readerZone(ctx), hourCycle: requireViewer(ctx).hourCycle };
  yield `${room.name}\nTimes are in ${hours.zone}.\n`;
  let current = '';
  for await (const entries of transcriptEntries(ctx.reader, room.id, stretch)) {
    let text = '';
    for (const entry of entries) {
      const view = ctx.view.entryView(entry, blocked);
      const words = day(view.at, hours.zone);
      if (words !== current) text += `\n${words}\n`;
      current = words;
      text += `${wrapped(plainEntry(view, hours))}\n`;
    }
    yield text;
  }
}

const ROOM = `
  select r.name, r.topic, r.access, c.username as creator, r.created_at as "createdAt"
  from room r join "user" c on c.id = r.creator_id where r.id = ?`;

/** What `import` takes. Days of a room are numbered from 1. */
async function* lineParts(ctx: Context, { room, first, last }: Transcript): Parts {
  const row = await rowOf<Omit<RoomHeader, 'createdAt'> & { createdAt: unknown }>(ctx.reader, ROOM, room.id);
  if (!row) return;
  const numbered = (seq: number) => seq - first + 1;
  const pins = (await pinnedMessages(ctx.reader, room.id)).filter(({ seq }) => seq >= first && seq <= last);
  const header = {
    createdAt: new Date(ctx.reader.time(row.createdAt)),
    lastSeq: Math.max(numbered(last), 0),
  };
  yield `${roomLine({ ...row, ...header, pins: pins.map(({ seq }) => numbered(seq)) })}\n`;
  for await (const entries of transcriptEntries(ctx.reader, room.id, { first, last }))
    for (const entry of entries) {
      const { author, subject, kind, key, reply, byToken = false, at } = entry;
      const seq = numbered(entry.seq);
      const content = await contentOf(ctx, entry);
      const body = content ? entry.body : plainTextOf(entry);
      const replyTo = reply && reply.seq >= first ? numbered(reply.seq) : null;
      const names = { author: author.username, subject: subject?.username ?? null };
      yield `${entryLine({ seq, kind, ...names, body, key, replyTo, byToken, at })}\n`;
      const { description = '', describedAt = null } = entry.attachment ?? {};
      if (content) yield `${fileLine(seq, { description, describedAt, content })}\n`;
    }
}

async function* pageParts(ctx: Context, { room, blocked, ...stretch }: Transcript): Parts {
  const hours = { zone: readerZone(ctx), hourCycle: requireViewer(ctx).hourCycle };
  const whole = ctx.view.render('transcripts/page.njk', { room, ...hours, style: STYLE });
  const end = whole.lastIndexOf('</main>');
  yield whole.slice(0, end);
  let current: string | undefined;
  for await (const entries of transcriptEntries(ctx.reader, room.id, stretch))
    for (const entry of entries) {
      const line = ctx.view.entryView(entry, blocked);
      const key = dayKey(line.at, hours.zone);
      const isNewDay = key !== current;
      const image = line.folded ? undefined : await imageOf(ctx, entry);
      yield ctx.view.render('transcripts/_entry.njk', {
        line,
        image,
        isNewDay,
        isFirst: current === undefined,
        ...hours,
      });
      current = key;
    }
  yield `${current === undefined ? '' : '</ul>\n'}${whole.slice(end)}`;
}

/** The image of a message as a `data:` address; undefined if it has none. */
async function imageOf(ctx: Context, entry: TranscriptEntry): Promise<string | undefined> {
  const { attachment } = entry;
  if (!attachment || !isImage(attachment.type)) return undefined;
  const content = await contentOf(ctx, entry);
  return content && `data:${FORMATS[attachment.type].mediaType};base64,${content.toString('base64')}`;
}

const STYLE = `data:text/css;base64,${Buffer.from(
  `body { max-width: 45rem; margin: 1rem auto; padding: 0 1rem; font: 1.1rem/1.6 sans-serif; color-scheme: light dark; }
ul { list-style: none; padding: 0; }
li { margin-block: 0.5rem; overflow-wrap: anywhere; }
.body { white-space: pre-wrap; }
div.body { white-space: normal; }
img { display: block; max-width: 100%; height: auto; }
pre { white-space: pre-wrap; }
@media print { body { max-width: none; font-size: 11pt; } h2 { break-after: avoid; } li, img { break-inside: avoid; } }`,
).toString('base64')}`;
