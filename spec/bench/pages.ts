import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync } from 'node:zlib';
import { type Ask, cost, inTurns, load, percentile, round } from './measure.ts';
import { Contender } from './process.ts';
import { fillPages, LARGE, type PagesWorld, SMALL } from './pages-world.ts';
import { KEY, type Reader } from './world.ts';

type AddRow = (what: string, measured: string, ratio?: string, goal?: string) => void;

/** A page of the bench, and what its users ask for. */
interface Page {
  what: string;
  /** Rows that a contender shows in as many bytes. */
  rows: number;
  goal: string;
  readers: keyof PagesWorld;
  path: string;
}

const ROOM: Page = { what: 'room, 50 entries', rows: 50, goal: '0.6', readers: 'upToDate', path: '/rooms/1' };
const PAGES: Page[] = [
  ROOM,
  { what: 'list of 20 rooms', rows: 20, goal: '1.2', readers: 'upToDate', path: '/rooms' },
  { what: 'people, 20 friends', rows: 20, goal: '1.2', readers: 'upToDate', path: '/people' },
  { what: 'settings', rows: 20, goal: '1.2', readers: 'upToDate', path: '/settings' },
];
/** Pages whose cost must not depend on the size of what they leave out. */
const SIZED: (Omit<Page, 'rows' | 'goal'> & { small: string; large: string })[] = [
  { ...ROOM, small: '100 entries', large: '1,000,000 entries' },
  { ...ROOM, readers: 'returning', small: '50 unread', large: '1,000,000 unread' },
  { ...ROOM, readers: 'inCrowd', path: '/rooms/2', small: '10 present', large: '1,000 present' },
  { ...PAGES[1]!, small: '20 open rooms', large: '5,000 open rooms' },
  { ...PAGES[1]!, readers: 'returning', small: '50 unread', large: '1,000,000 unread, 5,000 open rooms' },
  { ...PAGES[2]!, small: '20 open rooms', large: '5,000 open rooms' },
];

/** What pages cost beside pages of the same bytes by the usual parts. */
export async function benchPages(folder: string, add: AddRow): Promise<void> {
  const [smallFile, largeFile] = [join(folder, 'small.db'), join(folder, 'large.db')];
  const [small, large] = [await fillPages(smallFile, SMALL), await fillPages(largeFile, LARGE)];
  const [app, largeApp, usual] = [
    await (await startApp(smallFile)).settled(),
    await (await startApp(largeFile)).settled(),
    await new Contender('the usual parts', ['spec/bench/pages-contender.ts'], { CHAT_DB: smallFile }).ready(),
  ];
  try {
    await comparePages({ app, usual, world: small }, add);
    await compareSizes([app, small], [largeApp, large], add);
    await compareRefresh(app, small, add);
    await comparePosting(app, small, add);
    await pollBesideHostile(app, small, add);
  } finally {
    await Promise.all([app, largeApp, usual].map((one) => one.stop()));
  }
}

function startApp(file: string): Promise<Contender> {
  return new Contender('Plainchat', ['server/index.ts'], {
    CHAT_DB: file,
    SESSION_KEYS: KEY,
    RATE_LIMITS: 'off',
  }).ready();
}

/** A turn in which readers ask for a page. `Sec-Purpose` keeps what is unread unread. */
const reading = (one: Contender, readers: Reader[], path: string) => () =>
  cost(one, {
    kind: 'asks',
    base: one.base,
    asks: readers.map(({ cookie }) => ({ path, headers: { Cookie: cookie, 'Sec-Purpose': 'prefetch' } })),
    seconds: 2,
  });

async function comparePages(
  { app, usual, world }: { app: Contender; usual: Contender; world: PagesWorld },
  add: AddRow,
): Promise<void> {
  for (const { what, rows, goal, readers, path } of PAGES) {
    const own = world[readers];
    const plain = await bytesOf(app, path, own[0]!);
    const sent = await bytesOf(app, path, own[0]!, 'br');
    const [usualMs, appMs] = (
      await inTurns([reading(usual, own, `/page/${rows}/${plain}`), reading(app, own, path)])
    ).map(([ms]) => ms! / 1000);
    add(`${what}, Koa + router + session + Nunjucks + 4 selects`, `${round(usualMs!, 2)} CPU-ms`);
    add(
      `${what}, Plainchat`,
      `${round(appMs!, 2)} CPU-ms, ${round(plain)} bytes, ${round(sent)} compressed`,
      `${round(appMs! / usualMs!, 2)} of that`,
      goal,
    );
  }
}

async function compareSizes(
  [app, small]: [Contender, PagesWorld],
  [largeApp, large]: [Contender, PagesWorld],
  add: AddRow,
): Promise<void> {
  for (const { what, readers, path, small: little, large: much } of SIZED) {
    const [smallMs, largeMs] = (
      await inTurns([reading(app, small[readers], path), reading(largeApp, large[readers], path)])
    ).map(([ms]) => ms! / 1000);
    add(
      `${what}, at ${much}`,
      `${round(largeMs!, 2)} CPU-ms`,
      `${round(largeMs! / smallMs!, 2)} of ${little}`,
      '1.2',
    );
  }
}

async function compareRefresh(app: Contender, { upToDate }: PagesWorld, add: AddRow): Promise<void> {
  const asks: Ask[] = [];
  for (const { cookie } of upToDate) {
    const response = await fetch(`${app.base}/rooms/1`, { headers: { Cookie: cookie } });
    asks.push({
      path: '/rooms/1',
      headers: { Cookie: cookie, 'If-None-Match': response.headers.get('ETag')! },
    });
  }
  const polls = upToDate.map(({ cookie }) => ({
    path: `/poll?room=1&after=${SMALL.entries}`,
    headers: { Cookie: cookie },
  }));
  const turn = (asks: Ask[]) => () => cost(app, { kind: 'asks', base: app.base, asks, seconds: 2 });
  const [poll, refresh] = (await inTurns([turn(polls), turn(asks)])).map(([ms]) => ms!);
  add(
    'the room’s page asked for again, unchanged',
    `${round(refresh!)} CPU-ms a thousand`,
    `${round(refresh! / poll!, 2)} idle polls`,
    '3',
  );
}

/** A form post and the page that it leads to, beside that page alone. */
async function comparePosting(app: Contender, { upToDate }: PagesWorld, add: AddRow): Promise<void> {
  const posts = upToDate.map(({ cookie, csrf }) => ({
    path: '/rooms/1/messages',
    headers: { Cookie: cookie, 'Content-Type': 'application/x-www-form-urlencoded' },
    form: { _csrf: csrf, after: '999999999', body: 'A message of some length, as people write them.' },
  }));
  const [page, both] = (
    await inTurns([
      reading(app, upToDate, '/rooms/1'),
      () => cost(app, { kind: 'asks', base: app.base, asks: posts, seconds: 2 }),
    ])
  ).map(([ms]) => ms! / 1000);
  add(
    'a form post and its page',
    `${round(both!, 2)} CPU-ms`,
    `${round(both! / page!, 2)} pages of the room`,
    '3',
  );
}

/** How long polls take while one account reads costly pages as fast as it can, 40 requests in advance. */
async function pollBesideHostile(
  app: Contender,
  { upToDate, inHostile }: PagesWorld,
  add: AddRow,
): Promise<void> {
  const { polls } = await load({
    kind: 'beside',
    base: app.base,
    hostile: { path: '/rooms/3', headers: { Cookie: inHostile[0]!.cookie } },
    poll: { path: '/poll?room=1&after=100&unseen=1', headers: { Cookie: upToDate[0]!.cookie } },
    seconds: 5,
  });
  add(
    'polls of others beside a hostile reader',
    `p50 ${round(percentile(polls, 50))} ms, p99 ${round(percentile(polls, 99))} ms`,
    '',
    '100 ms',
  );
}

async function bytesOf(
  app: Contender,
  path: string,
  { cookie }: Reader,
  encoding = 'identity',
): Promise<number> {
  const headers = { Cookie: cookie, 'Accept-Encoding': encoding };
  const asked = request(app.base + path, { headers }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const body = await buffer(response);
  if (encoding === 'br') brotliDecompressSync(body);
  return body.length;
}
