import { fileURLToPath } from 'node:url';
import nunjucks from 'nunjucks';
import { attached, sizeInWords, type Attached } from './attached.ts';
import type { Assets } from './assets.ts';
import type { ShownEntry } from './chat/entry.ts';
import { day, dayKey, DEFAULT_ZONE, time } from './dates.ts';
import { marks, type Mentioned } from './marks.ts';
import { browserInWords } from './user-agent.ts';

const TEMPLATES = fileURLToPath(new URL('../templates/', import.meta.url));

/** An entry as everybody gets it, on a page and in JSON. */
export interface Line {
  seq: number;
  kind: string;
  author: string;
  /** Whom a notice is about, beside its author. */
  subject?: string;
  /** Whether the reader has blocked its author, and gets a way to it in its place; then with its room. */
  folded?: boolean;
  room?: number;
  /** Whom it mentions, where it mentions anybody. */
  mentions?: Mentioned[];
  /** Who reads it, where it is shown to one person alone. */
  reader?: string;
  /** The text as typed, or the sentence of a notice. */
  body: string;
  /** The language of the text, where it is known. */
  lang?: string;
  attachment?: Attached;
  /** ISO 8601 in UTC with milliseconds. */
  at: string;
}

const NOBODY: ReadonlySet<number> = new Set();

/** Turns templates into pages. */
export class View {
  readonly #html: nunjucks.Environment;
  readonly #text: nunjucks.Environment;
  readonly #assets: Assets;

  constructor(assets: Assets) {
    this.#assets = assets;
    this.#html = new nunjucks.Environment(new nunjucks.FileSystemLoader(TEMPLATES), {
      autoescape: true,
      trimBlocks: true,
      lstripBlocks: true,
    });
    this.#text = new nunjucks.Environment(new nunjucks.FileSystemLoader(`${TEMPLATES}/entries`), {
      autoescape: false,
    });
    this.#html.addGlobal('asset', (name: string) => assets.address(name));
    this.#html.addGlobal('imports', (name: string) => assets.imports(name));
    for (const [name, filter] of Object.entries({
      text,
      time,
      day,
      dayKey,
      quantity,
      standing,
      browserInWords,
      sizeInWords,
    }))
      this.#html.addFilter(name, filter);
  }

  /** The address of a static file. */
  asset(name: string): string {
    return this.#assets.address(name);
  }

  /** Renders a page. */
  render(template: string, values: object): string {
    return this.#html.render(template, values);
  }

  /** An entry as it is shown, with a notice put into words. */
  line(entry: ShownEntry, blocked: ReadonlySet<number> = NOBODY): Line {
    const {
      seq,
      kind,
      author: { username: author },
    } = entry;
    const subject = entry.subject?.username;
    const mentions = (entry.mentions ?? []).map(({ name, user }) => ({ name, username: user.username }));
    const body =
      kind === 'message'
        ? entry.body
        : this.#text.render(`${kind}.njk`, { author, subject, detail: entry.body }).trim();
    return {
      seq,
      kind,
      author,
      ...(subject && { subject }),
      ...(kind === 'message' && blocked.has(entry.author.id) && { folded: true, room: entry.room.id }),
      ...(mentions.length > 0 && { mentions }),
      body,
      ...(entry.attachment && { attachment: attached(entry, entry.attachment) }),
      at: entry.at.toISOString(),
    };
  }

  /** An entry as JSON carries it: the line, and the same as the page shows it. */
  delta(entry: ShownEntry, blocked?: ReadonlySet<number>): Line & { html: string } {
    const line = this.line(entry, blocked);
    return {
      ...line,
      html: this.render('entries/_entry.njk', { line, zone: DEFAULT_ZONE, reportIn: entry.room.id }).trim(),
    };
  }
}

/** The text of a message, with its marks; the one place where something is put down that the template does not escape. */
function text({ body, mentions, reader }: Line): nunjucks.runtime.SafeString {
  return new nunjucks.runtime.SafeString(marks(body, mentions, reader));
}

/** Those of a list of people with whom things stand so. */
function standing<T extends { standing: string }>(list: T[], wanted: string): T[] {
  return list.filter((one) => one.standing === wanted);
}

/** `1 message`, `2 messages`. */
export function quantity(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
