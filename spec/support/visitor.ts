import { parse, type HTMLElement } from 'node-html-parser';

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
  entries: { seq: number; kind: string; author: string; body: string; html: string; at: string }[];
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
  async post(path: string, fields: Record<string, string> | URLSearchParams = {}, headers: Record<string, string> = {}): Promise<Answer> {
    const body = new URLSearchParams(fields);
    body.append('_csrf', await this.token());
    return this.send(path, { method: 'POST', body, headers: { Accept: 'text/html', ...headers } });
  }

  /** Sends JSON with the token of this session. */
  async postJson(path: string, value: unknown): Promise<Answer> {
    const headers = { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRF-Token': await this.token() };
    return this.send(path, { method: 'POST', body: JSON.stringify(value), headers });
  }

  /** The token that this session's forms carry. */
  async token(): Promise<string> {
    if (this.#token === undefined) await this.get('/help');
    return this.#token ?? '';
  }

  /** Sends any request at all, with this browser's cookies. */
  async send(path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = new Headers(init.headers);
    if (this.cookies.size) headers.set('Cookie', [...this.cookies].map((cookie) => cookie.join('=')).join('; '));
    const response = await fetch(this.base + path, { redirect: 'manual', ...init, headers });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    const text = await response.text();
    const page = parse(text);
    const token = page.querySelector('meta[name="csrf-token"]')?.getAttribute('content');
    if (token) this.#token = token;
    else if (response.status === 303) this.#token = undefined; // logging in or out changes it
    const location = response.headers.get('Location');
    return {
      status: response.status, headers: response.headers, text, page, json: () => JSON.parse(text),
      location: location ? location.replace(this.base, '') : undefined,
    };
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
