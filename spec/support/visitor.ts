import { type HTMLElement, parse } from 'node-html-parser';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { AttachmentView } from '../../server/view/attachment.ts';

/** An answer, with its page parsed. */
export interface Answer {
  status: number;
  headers: Headers;
  /** Where a redirect leads, as a path. */
  location: string | undefined;
  text: string;
  page: HTMLElement;
  // oxlint-disable-next-line typescript/no-explicit-any -- what a spec asserts of it is its check
  json(): any;
}

/** What a poll and a post answer with. */
export interface Delta {
  room: number;
  after: number;
  seq?: number;
  entries: {
    seq: number;
    kind: string;
    author: string;
    body: string;
    html: string;
    at: string;
    attachment?: AttachmentView;
  }[];
}

/** Somebody with a browser that has no script: keeps cookies, sends forms, follows no redirect by itself. */
export class Visitor {
  readonly base: string;
  readonly cookies = new Map<string, string>();
  username = '';
  #token: string | undefined;

  constructor(base: string) {
    this.base = base;
  }

  /** Asks for a page. */
  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send(path, { headers: { Accept: 'text/html', ...headers } });
  }

  /** Asks for JSON. */
  getJson(path: string): Promise<Answer> {
    return this.send(path, { headers: { Accept: 'application/json' } });
  }

  /** Sends a form with the token of this session. */
  async post(
    path: string,
    fields: Record<string, string> | URLSearchParams = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const body = new URLSearchParams(fields);
    body.append('_csrf', await this.token());
    return this.send(path, { method: 'POST', body, headers: { Accept: 'text/html', ...headers } });
  }

  /** Sends JSON with the token of this session. */
  async postJson(path: string, value: unknown): Promise<Answer> {
    const headers = {
      Accept: 'application/json',
      'Content-Type': 'application/json',
      'X-CSRF-Token': await this.token(),
    };
    return this.send(path, { method: 'POST', body: JSON.stringify(value), headers });
  }

  /** The token that this session's forms carry. @throws where no page has one, as while the database is away */
  async token(): Promise<string> {
    if (this.#token === undefined) await this.get('/help');
    if (this.#token === undefined) throw new Error('There is no page with a token: the database is away.');
    return this.#token;
  }

  /** Sends any request at all, with this browser's cookies. */
  async send(path: string, init: Sent = {}): Promise<Answer> {
    const asked = new Headers(init.headers);
    if (this.cookies.size) asked.set('Cookie', this.cookieHeader);
    const { status, headers, text } = await exchange(this.base + path, { ...init, headers: asked });
    for (const line of headers.getSetCookie()) this.#keep(line);
    const token = /<meta name="csrf-token" content="([^"]+)"/.exec(text)?.[1];
    if (token && status !== 503) this.#token = token; // while the database is away nobody is known
    else if (headers.getSetCookie().length > 0) this.#token = undefined; // logging in or out changes it
    return {
      status,
      headers,
      text,
      get page() {
        const page = parse(text, { blockTextElements: { script: true, style: true } }); // without script, `noscript` is content
        Object.defineProperty(this, 'page', { value: page });
        return page;
      },
      json: () => JSON.parse(text),
      location: headers.get('Location')?.replace(this.base, ''),
    };
  }

  /** Presses a button on a page: sends its form with what stands in the fields, or was typed into them. */
  async press(answer: Answer, button: string, typed: Record<string, string> = {}): Promise<Answer> {
    const form = answer.page
      .querySelectorAll('form')
      .find((one) => one.querySelectorAll('button').some((name) => words(name) === button));
    if (!form) throw new Error(`There is no button "${button}", only: ${buttons(answer).join(', ')}.`);
    const fields = form
      .querySelectorAll('input, textarea, select')
      .filter((field) => field.getAttribute('type') !== 'radio' || field.hasAttribute('checked'));
    const body = new URLSearchParams({
      ...Object.fromEntries(fields.map((field) => [field.getAttribute('name') ?? '', valueOf(field)])),
      ...typed,
    });
    return this.send(form.getAttribute('action') ?? '', {
      method: 'POST',
      body,
      headers: { Accept: 'text/html' },
    });
  }

  /** Posts so many messages, one after the other: `message 1`, `message 2` … */
  async talk(room: number, count: number): Promise<void> {
    let after = 2 ** 30; // nothing before it is told
    for (let number = 1; number <= count; number += 1)
      after = (await this.sayJson(room, `message ${number}`, { after })).json().seq;
  }

  /** The log as a member reads it, each entry in short: `ada entered`, `ada: hello`. At most 200. */
  async log(room: number): Promise<string[]> {
    const { entries }: Delta = (await this.getJson(`/rooms/${room}/entries?after=0`)).json();
    return entries.map(({ kind, author, body }) =>
      kind === 'message' ? `${author}: ${body}` : `${author} ${kind}`,
    );
  }

  /** What a browser sends back of what it keeps. */
  get cookieHeader(): string {
    return [...this.cookies].map((cookie) => cookie.join('=')).join('; ');
  }

  /** Takes over a session that has begun already. */
  begin(username: string, token: string | undefined, cookies: [name: string, value: string][]): void {
    this.username = username;
    this.#token = token;
    for (const [name, value] of cookies) this.cookies.set(name, value);
  }

  /** The same person at another server that has the same data. */
  at(base: string): Visitor {
    const person = new Visitor(base);
    person.begin(this.username, this.#token, [...this.cookies]);
    return person;
  }

  async register(username: string, password = 'correct horse'): Promise<Answer> {
    this.username = username;
    return this.post('/register', { username, email: `${username}@example.org`, password });
  }

  async logIn(login: string, password = 'correct horse'): Promise<Answer> {
    return this.post('/login', { login, password });
  }

  /** Creates a room, and enters it where they are in none; returns its id. */
  async createRoom(name: string, access = 'open'): Promise<number> {
    const { location } = await this.post('/rooms', { name, access });
    return Number(location?.split('/').at(-1));
  }

  enter(room: number, fields: Record<string, string> = {}): Promise<Answer> {
    return this.post(`/rooms/${room}/enter`, fields);
  }

  leave(room: number): Promise<Answer> {
    return this.post(`/rooms/${room}/leave`);
  }

  /** Posts as the form does. */
  say(room: number, body: string, fields: Record<string, string> = {}): Promise<Answer> {
    return this.post(`/rooms/${room}/messages`, { body, key: crypto.randomUUID(), after: '0', ...fields });
  }

  /** Posts as the script does. */
  sayJson(room: number, body: string, fields: Record<string, unknown> = {}): Promise<Answer> {
    return this.postJson(`/rooms/${room}/messages`, { body, key: crypto.randomUUID(), after: 0, ...fields });
  }

  /** Sends a file as the form does, which has it last; by default a described one. */
  async attach(
    room: number,
    file: Uint8Array | Uint8Array[] | undefined,
    fields: Record<string, string> = {},
    headers: Record<string, string> = { Accept: 'text/html' },
  ): Promise<Answer> {
    const form = new FormData();
    const all = {
      _csrf: await this.token(),
      key: crypto.randomUUID(),
      after: '0',
      description: 'the harbour at night',
      body: '',
      ...fields,
    };
    for (const [name, value] of Object.entries(all)) form.append(name, value);
    for (const each of file ? [file].flat() : [])
      form.append('file', new Blob([Uint8Array.from(each)]), 'harbour.exe');
    return this.send(`/rooms/${room}/attachments`, { method: 'POST', body: form, headers });
  }

  poll(room: number, after: number): Promise<Answer> {
    return this.getJson(`/poll?room=${room}&after=${after}`);
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';');
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    const expired = attributes.some((attribute) => /^ *expires=Thu, 01 Jan 1970/i.test(attribute));
    if (expired) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

/** The text as it is read: spaces and line breaks run together. */
export function words(element: HTMLElement | null | undefined): string {
  return (element?.text ?? '').replace(/\s+/g, ' ').trim();
}

/** The text of an answer without its CSRF token, which differs on each page. */
export function withoutToken({ text, page }: Answer): string {
  const token = page.querySelector('meta[name="csrf-token"]')?.getAttribute('content');
  return token ? text.replaceAll(token, '') : text;
}

/** The names of the buttons on a page, in order. */
export function buttons({ page }: Answer): string[] {
  return page.querySelectorAll('button').map(words);
}

/** The title of a page. */
export function titleOf({ page }: Answer): string {
  return words(page.querySelector('title'));
}

/** The field with this label. */
export function labelled({ page }: Answer, label: string): HTMLElement {
  const id = page
    .querySelectorAll('label')
    .find((one) => words(one) === label)
    ?.getAttribute('for');
  const field = id === undefined ? null : page.querySelector(`[id="${id}"]`);
  if (!field) throw new Error(`There is no field "${label}".`);
  return field;
}

/** What stands in a field. */
export function valueOf(field: HTMLElement): string {
  if (field.tagName === 'SELECT') return chosenOf(field);
  // A parser of HTML drops the line break that a textarea begins with; this one does not.
  return field.tagName === 'TEXTAREA' ? field.text.replace(/^\n/, '') : (field.getAttribute('value') ?? '');
}

/** What is chosen in a list: the first where nothing else is, and by its words where it has no value of its own. */
function chosenOf(list: HTMLElement): string {
  const option = list.querySelector('option[selected]') ?? list.querySelector('option');
  return option?.getAttribute('value') ?? words(option);
}

/** What a refused form tells: all at the top, and beside one field, tied to it by aria-describedby. */
export function problem(answer: Answer, label: string): { top: string; beside: string } {
  const field = labelled(answer, label);
  const ids = field.getAttribute('aria-describedby')?.split(' ') ?? [];
  return {
    top: words(answer.page.querySelector('main .problems, main [role="alert"]')),
    beside:
      field.getAttribute('aria-invalid') === 'true'
        ? ids.map((id) => words(answer.page.querySelector(`[id="${id}"]`))).join(' ')
        : '',
  };
}

/** The numbers of the entries on a page, in order. */
export function seqs({ page }: Answer): number[] {
  return page.querySelectorAll('li[id^="m-"]').map(({ id }) => Number(id.slice(2)));
}

/** What a browser sends. */
export interface Sent {
  method?: string;
  headers?: RequestInit['headers'];
  body?: string | URLSearchParams | FormData | Uint8Array;
}

/** Connections stay open, as a browser's do. */
const agent = new Agent({ keepAlive: true });

/** Sends a request as `fetch` does, and follows no redirect. Much of what specs do is this: `fetch` itself takes twice the time. */
async function exchange(
  address: string,
  { method = 'GET', headers, body }: Sent & { headers: Headers },
): Promise<{ status: number; headers: Headers; text: string }> {
  const { bytes, type } = await serialized(body);
  const all = { 'User-Agent': 'node', Accept: '*/*', ...(type && { 'Content-Type': type }) };
  const sent = { ...lowerCased(all), ...Object.fromEntries(headers) };
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    headers: Headers;
    text: string;
  }>();
  const asked = request(address, {
    method,
    agent,
    headers: { ...sent, ...(bytes && { 'content-length': bytes.length }) },
  });
  asked.on('response', (answer) => {
    const parts: Buffer[] = [];
    answer.on('data', (part: Buffer) => void parts.push(part)).on('error', reject);
    answer.on('end', () => {
      const received = new Headers();
      for (let at = 0; at < answer.rawHeaders.length; at += 2)
        received.append(answer.rawHeaders[at]!, answer.rawHeaders[at + 1]!);
      resolve({
        status: answer.statusCode ?? 0,
        headers: received,
        text: new TextDecoder().decode(unpacked(Buffer.concat(parts), answer.headers['content-encoding'])),
      });
    });
  });
  asked.on('error', (error: NodeJS.ErrnoException) => {
    // The server has closed a connection that was open, which this process did not know yet.
    if (asked.reusedSocket && method === 'GET' && error.code === 'ECONNRESET')
      resolve(exchange(address, { method, headers }));
    else reject(error);
  });
  asked.end(bytes);
  return promise;
}

/** As a browser reads a body that is compressed. */
const unpacked = (body: Buffer, encoding?: string): Buffer =>
  body.length === 0 || !encoding ? body : encoding === 'br' ? brotliDecompressSync(body) : gunzipSync(body);

const lowerCased = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** A body as it goes over the wire, and its type where it has one by itself. */
async function serialized(body: Sent['body']): Promise<{ bytes?: Uint8Array; type?: string }> {
  if (body === undefined) return {};
  if (body instanceof Uint8Array) return { bytes: body };
  if (typeof body === 'string') return { bytes: Buffer.from(body), type: 'text/plain;charset=UTF-8' };
  if (body instanceof URLSearchParams)
    return { bytes: Buffer.from(String(body)), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
  const multipart = new Response(body);
  return { bytes: await multipart.bytes(), type: multipart.headers.get('Content-Type')! };
}

/** An answer as it came over the wire. */
export interface BareAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/**
 * Sends a request with exactly these headers, and none that a library thinks of: as text browsers and attackers do.
 * By default each has a connection of its own.
 */
export function bare(
  base: string,
  {
    path,
    method = 'GET',
    headers = {},
    body = '',
    keepsOpen = false,
  }: {
    path: string;
    method?: string;
    headers?: Record<string, string | number>;
    body?: string | Buffer;
    keepsOpen?: boolean;
  },
): Promise<BareAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(base, { path, method, headers, agent: keepsOpen && agent }, (answer) => {
      let text = '';
      answer
        .setEncoding('utf8')
        .on('data', (chunk: string) => void (text += chunk))
        .on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    const again = { path, method, headers, body };
    asked.on('error', (error) => (asked.reusedSocket ? resolve(bare(base, again)) : reject(error))).end(body);
  });
}
