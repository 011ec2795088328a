import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Answer, Line } from './line.ts';
import type { Tally } from './tally.ts';

/** As the people of this day write their addresses. */
export const HOST = 'chat.example';
/** What Chromium sends with each request. */
const USUAL = [
  `Host: ${HOST}`,
  'X-Forwarded-Proto: https',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Accept-Language: en-GB,en;q=0.9',
  'Sec-Fetch-Site: same-origin',
].join('\r\n');

/** A request that was not answered as it should be. */
export class Refused extends Error {
  readonly status: number;

  constructor(kind: string, status: number) {
    super(`${kind} was answered with ${status}.`);
    this.status = status;
  }
}

interface Asked {
  path: string;
  /** The statuses of an answer as it should be. */
  expected: number[];
  accept?: string;
  form?: Record<string, string> | { type: string; bytes: Buffer };
  json?: unknown;
}

let requests = 0;

/** The browser of one of the people: keeps cookies and the token of the latest page, has a network address of its own. */
export class Browser {
  readonly #line: Line;
  readonly #tally: Tally;
  readonly #cookies: Map<string, string>;
  readonly #address: string;
  #headers = '';
  #token = '';

  constructor(line: Line, tally: Tally, cookies: [string, string][], number: number) {
    this.#line = line;
    this.#tally = tally;
    this.#cookies = new Map(cookies);
    this.#address = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
    this.#writeHeaders();
  }

  get hasSession(): boolean {
    return this.#cookies.has('__Host-sid');
  }

  /** Asks for a page, and returns its text. @throws Refused */
  async page(kind: string, path: string): Promise<string> {
    return this.#read(await this.ask(kind, { path, expected: [200] }));
  }

  /** Sends the form of a page with what was typed. Returns where it leads, and its page if it leads nowhere. @throws Refused */
  async submit(
    kind: string,
    {
      page,
      path,
      typed = {},
      expected = [303],
    }: { page: string; path: string; typed?: Record<string, string>; expected?: number[] },
  ): Promise<{ status: number; location: string; page: string; fields: Record<string, string> }> {
    const fields = { ...fieldsOf(page, path), ...typed };
    const answer = await this.ask(kind, { path, expected, form: fields });
    return { ...this.#answered(answer), fields };
  }

  /** Sends a form that has nothing but a button. @throws Refused */
  async press(
    kind: string,
    path: string,
    fields: Record<string, string> = {},
    expected = 303,
  ): Promise<string> {
    const form = { _csrf: this.#token, ...fields };
    return this.#answered(await this.ask(kind, { path, expected: [expected], form })).location;
  }

  /** Sends the form of a page, as `submit`, with a JPEG. @throws Refused */
  async upload(
    kind: string,
    { page, path, typed }: { page: string; path: string; typed: Record<string, string> },
    file: Buffer,
  ) {
    const fields = { ...fieldsOf(page, path), ...typed };
    const form = { type: `multipart/form-data; boundary=${BOUNDARY}`, bytes: multipart(fields, file) };
    return { ...this.#answered(await this.ask(kind, { path, expected: [200, 303], form })), fields };
  }

  /** Sends a request, and times it. @throws Refused if it is answered otherwise than expected */
  async ask(kind: string, asked: Asked): Promise<Answer> {
    const { path, accept = 'text/html', expected } = asked;
    const [type, body] = bodyOf(asked);
    requests += 1;
    const lines = [
      `${body ? 'POST' : 'GET'} ${path.replace(/#.*/, '')} HTTP/1.1`,
      this.#headers,
      `X-Request-Id: day-${requests.toString(16).padStart(12, '0')}`,
      `Accept: ${accept}`,
      ...(body ? [`Origin: https://${HOST}`, `Content-Type: ${type}`, `Content-Length: ${body.length}`] : []),
      ...(asked.json ? [`X-CSRF-Token: ${this.#token}`] : []),
    ];
    const head = `${lines.join('\r\n')}\r\n\r\n`;
    const begun = performance.now();
    const answer = await this.#line.ask(body ? Buffer.concat([Buffer.from(head, 'latin1'), body]) : head);
    const ms = performance.now() - begun;
    const counted = kind === 'poll' && answer.status === 200 ? 'poll with news' : kind;
    this.#tally.request(counted, { isWrite: body !== undefined, status: answer.status, ms });
    this.#keepCookies(answer.head);
    if (expected.includes(answer.status)) return answer;
    const sent = body && body.length < 2000 ? body.toString() : '';
    this.#tally.fault(
      `${kind} ${answer.status}`,
      `${new Date().toISOString()} after ${Math.round(ms)} ms\n${head}${sent}\n→ ${answer.head}\n${textOf(answer).slice(0, 3000)}`,
    );
    throw new Refused(kind, answer.status);
  }

  #answered(answer: Answer): { status: number; location: string; page: string } {
    const [, location = ''] = /\r\nlocation: ([^\r]*)/i.exec(answer.head) ?? [];
    return {
      status: answer.status,
      location: location.replace(`https://${HOST}`, ''),
      page: this.#read(answer),
    };
  }

  #read(answer: Answer): string {
    const text = textOf(answer);
    const [, token] = /<meta name="csrf-token" content="([^"]+)"/.exec(text) ?? [];
    if (token) this.#token = Buffer.from(token).toString(); // a copy: a part of a text keeps all of it in memory
    return text;
  }

  #keepCookies(head: string): void {
    if (!/\r\nset-cookie: /i.test(head)) return;
    for (const [, name, value, rest] of head.matchAll(/\r\nset-cookie: ([^=]+)=([^;\r]*)([^\r]*)/gi))
      if (/expires=Thu, 01 Jan 1970/i.test(rest!)) this.#cookies.delete(name!);
      else this.#cookies.set(name!, value!);
    this.#writeHeaders();
  }

  #writeHeaders(): void {
    const cookies = [...this.#cookies].map((cookie) => cookie.join('=')).join('; ');
    this.#headers = `${USUAL}\r\nX-Forwarded-For: ${this.#address}${cookies && `\r\nCookie: ${cookies}`}`;
  }
}

/** The text of an answer, as a browser reads what is compressed. */
export function textOf({ head, body }: Answer): string {
  const [, encoding] = /\r\ncontent-encoding: (\w+)/i.exec(head) ?? [];
  if (!encoding || body.length === 0) return body.toString();
  return (encoding === 'br' ? brotliDecompressSync(body) : gunzipSync(body)).toString();
}

function bodyOf({ form, json }: Asked): [type: string, body: Buffer | undefined] {
  if (json) return ['application/json', Buffer.from(JSON.stringify(json))];
  if (!form) return ['', undefined];
  if (form.bytes instanceof Buffer) return [form.type, form.bytes];
  const body = new URLSearchParams(form as Record<string, string>).toString();
  return ['application/x-www-form-urlencoded', Buffer.from(body)];
}

const BOUNDARY = '----WebKitFormBoundaryPlainchatDay';

function multipart(fields: Record<string, string>, file: Buffer): Buffer {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`;
  return Buffer.concat([Buffer.from(parts.join('') + head), file, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
}

/** The hidden fields of the form that posts to this path. @throws if the page has no such form */
export function fieldsOf(page: string, path: string): Record<string, string> {
  const at = page.search(new RegExp(`<form[^>]* action="${path}"`));
  if (at < 0) throw new Error(`There is no form for ${path} on: ${page.slice(0, 5000)}`);
  const form = page.slice(at, page.indexOf('</form>', at));
  const fields = form.matchAll(/<input type="hidden"[^>]*? name="([^"]+)" value="([^"]*)"/g);
  return Object.fromEntries([...fields].map(([, name, value]) => [name, value]));
}
