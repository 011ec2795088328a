import * as assert from 'uvu/assert';
import { User } from '../../server/chat/user.ts';
import { withApp, type World } from './app.ts';
import { bare, type BareAnswer, type Visitor } from './visitor.ts';

/** Who sends a hostile request. */
export type Who = 'nobody' | 'ada' | 'grace' | 'linus' | 'eve' | 'opal';

/** A hostile request, as it goes over the wire, and the statuses of which it must be answered with one. */
export interface Row {
  what: string;
  /** By default ada, who is in the room `lobby`, as its administrator. */
  by?: Who;
  /** By default POST where there is a body, else GET. */
  method?: string;
  /** `LOBBY`, `STUDY` and `ATTIC` in it stand for the ids of the rooms. */
  path: string;
  headers?: Record<string, string>;
  form?: Record<string, string> | [string, string][] | string;
  json?: unknown;
  body?: string | Buffer;
  /** By default the one of who sends it; null: none. */
  token?: string | null;
  status: number[];
  /** What the answer must not say. */
  never?: RegExp;
}

/**
 * The scene of every table: ada made the open `lobby` and is in it; grace is its member, and made
 * `study` for members alone, where she is; linus is a stranger to both; eve was removed from the
 * lobby; `attic` was deleted; opal is an operator.
 */
export interface Scene extends World {
  people: Record<Who, Visitor>;
  rooms: Record<'LOBBY' | 'STUDY' | 'ATTIC', number>;
}

/** Runs `work` on the scene. */
export function onScene(
  work: (scene: Scene) => Promise<void>,
  changes?: Parameters<typeof withApp>[1],
): () => Promise<void> {
  return withApp(
    async (world) => {
      const [ada, grace, linus, eve, opal] = [
        await world.cast('ada'),
        await world.cast('grace'),
        await world.cast('linus'),
        await world.cast('eve'),
        await world.cast('opal'),
      ];
      const ATTIC = await ada.createRoom('attic');
      await ada.post(`/rooms/${ATTIC}/delete`);
      await ada.get('/rooms'); // where she is told of it
      const rooms = {
        ATTIC,
        STUDY: await grace.createRoom('study', 'invite'),
        LOBBY: await ada.createRoom('lobby'),
      };
      for (const username of ['grace', 'eve']) await ada.post(`/rooms/${rooms.LOBBY}/members`, { username });
      await ada.post(`/rooms/${rooms.LOBBY}/members/eve/remove`);
      await eve.get('/rooms');
      await ada.say(rooms.LOBBY, 'hello');
      await world.em().nativeUpdate(User, { username: 'opal' }, { operator: true });
      const people = { nobody: world.visitor(), ada, grace, linus, eve, opal };
      for (const person of Object.values(people)) await person.token();
      await work({ ...world, people, rooms });
    },
    { rateLimits: false, ...changes },
  );
}

/** All rows of all tables, but what was tried and what was read: looking at a page may change that. */
export async function everything({ em, orm }: World): Promise<string> {
  const tables = [...new Set([...orm.getMetadata().getAll().values()].map(({ tableName }) => tableName))]
    .filter((table) => table && !['attempt', 'allowance'].includes(table))
    .toSorted();
  const rows = await Promise.all(
    tables.map(async (table) => [
      table,
      (await em().execute<object[]>(`select * from "${table}"`))
        .map((row) => JSON.stringify({ ...row, read_seq: undefined }))
        .toSorted(),
    ]),
  );
  return JSON.stringify(rows, null, 1);
}

/** Sends the request of a row. */
export async function send(
  { base, people, rooms }: Scene,
  { by = 'ada', method, path, headers = {}, form, json, body, token }: Row,
): Promise<BareAnswer> {
  const person = people[by];
  const isJson = json !== undefined;
  const fields = form === undefined || typeof form === 'string' ? form : String(new URLSearchParams(form));
  const content = isJson ? JSON.stringify(json) : (fields ?? body);
  const given = token === undefined ? await person.token() : token;
  const asked = (method ?? (content === undefined ? 'GET' : 'POST')).toUpperCase();
  const types = {
    ...(isJson && { 'Content-Type': 'application/json', Accept: 'application/json' }),
    ...(fields !== undefined && { 'Content-Type': 'application/x-www-form-urlencoded' }),
  };
  return bare(base, {
    method: asked,
    path: path.replace(/LOBBY|STUDY|ATTIC/g, (name) => String(rooms[name as keyof typeof rooms])),
    headers: {
      Accept: 'text/html',
      Cookie: person.cookieHeader,
      ...types,
      ...(asked !== 'GET' && given !== null && { 'X-CSRF-Token': given }),
      ...(asked !== 'GET' && { 'Content-Length': Buffer.byteLength(content ?? '') }),
      ...headers,
    },
    body: content ?? '',
    keepsOpen: Object.keys(headers).length === 0 && body === undefined, // there are thousands that look harmless
  });
}

/** That an answer tells nothing of the inside, and is not broken. */
export function isSane(
  { status, text, headers }: { status: number; text: string; headers: BareAnswer['headers'] | Headers },
  what: string,
): void {
  assert.ok(status >= 200 && status < 500, `${what}: ${status}`);
  assert.not.match(
    text,
    /node_modules|\.ts:\d|\.njk|\bat \w+ \(|SQLITE|syntax error at|DriverException|TypeError|RangeError|password_hash/,
    what,
  );
  const location = headers instanceof Headers ? headers.get('Location') : headers.location;
  assert.not.match(location ?? '', /^([a-z]+:)?\/\/(?!127\.0\.0\.1)|^\/[\\/]|[<>"\s]/, what);
}
