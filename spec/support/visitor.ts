import { request, type IncomingHttpHeaders } from 'node:http';
import { parse, type HTMLElement } from 'node-html-parser';
import type { Attached } from '../../server/attached.ts';

/** An answer, with its page parsed. */
export interface Answer {
  status: number;
  headers: Headers;
  /** Where a redirect leads, as a path. */
  location: string | undefined;
  text: string;
  page: HTMLElement;
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
    attachment?: Attached;
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
  async send(path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = new Headers(init.headers);
    if (this.cookies.size) headers.set('Cookie', this.cookieHeader);
    const response = await fetch(this.base + path, { redirect: 'manual', ...init, headers });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    const text = await response.text();
    const page = parse(text, { blockTextElements: { script: true, style: true } }); // without script, `noscript` is content
    const token = page.querySelector('meta[name="csrf-token"]')?.getAttribute('content');
    if (token && response.status !== 503) this.#token = token; // while the database is away nobody is known
    else if (response.status === 303) this.#token = undefined; // logging in or out changes it
    const location = response.headers.get('Location');
    return {
      status: response.status,
      headers: response.headers,
      text,
      page,
      json: () => JSON.parse(text),
      location: location ? location.replace(this.base, '') : undefined,
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
    file: Uint8Array | undefined,
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
    if (file) form.append('file', new Blob([Uint8Array.from(file)]), 'harbour.exe');
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
    top: words(answer.page.querySelector('main [role="alert"]')),
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

/** An answer as it came over the wire. */
export interface BareAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Sends a request with exactly these headers, and none that a library thinks of: as text browsers and attackers do. */
export function bare(
  base: string,
  {
    path,
    method = 'GET',
    headers = {},
    body = '',
  }: { path: string; method?: string; headers?: Record<string, string | number>; body?: string | Buffer },
): Promise<BareAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(base, { path, method, headers, agent: false }, (answer) => {
      let text = '';
      answer
        .setEncoding('utf8')
        .on('data', (chunk: string) => void (text += chunk))
        .on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    asked.on('error', reject).end(body);
  });
}
