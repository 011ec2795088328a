import { fileURLToPath } from 'node:url';
import nunjucks from 'nunjucks';
import type { EntryRecord } from '../chat/entry.ts';
import { shortened } from '../text/characters.ts';
import { isolated, partsOf } from '../text/direction.ts';
import { unlikeLatin } from '../text/scripts.ts';
import type { Assets } from './assets.ts';
import { sizeInWords } from '../../static/file-types.ts';
import { day, dayKey, DEFAULT_ZONE, time } from './dates.ts';
import { answeredAddress, quoteIn, type EntryView, shownView, viewOfEntry } from './entry.ts';
import { markup } from './markup.ts';
import { browserInWords } from './user-agent.ts';
import { zoneOptions } from './zone-options.ts';

const TEMPLATES = fileURLToPath(new URL('../../templates/', import.meta.url));

export class View {
  readonly #html: nunjucks.Environment;
  readonly #notices: nunjucks.Environment;
  readonly #assets: Assets;

  constructor(assets: Assets) {
    this.#assets = assets;
    this.#html = new nunjucks.Environment(new nunjucks.FileSystemLoader(TEMPLATES), {
      autoescape: true,
      trimBlocks: true,
      lstripBlocks: true,
    });
    this.#notices = new nunjucks.Environment(new nunjucks.FileSystemLoader(`${TEMPLATES}/entries`), {
      autoescape: false, // plain text: the page that shows the sentence escapes it
    });
    this.#notices.addFilter('isolated', isolated);
    this.#html.addGlobal('asset', (name: string) => assets.address(name));
    this.#html.addGlobal('imports', (name: string) => assets.imports(name));
    for (const [name, filter] of Object.entries(FILTERS)) this.#html.addFilter(name, filter);
  }

  /** Returns the address of a static file. */
  asset(name: string): string {
    return this.#assets.address(name);
  }

  render(template: string, values: object): string {
    return this.#html.render(template, values);
  }

  /** Returns an entry for templates and JSON. Messages of users in `blocked` are folded. */
  entryView(entry: EntryRecord, blocked?: ReadonlySet<number>): EntryView {
    const sentence = (values: object) => this.#notices.render(`${entry.kind}.njk`, values).trim();
    return viewOfEntry(entry, sentence, blocked);
  }

  /** Returns the view of an entry with its HTML, in UTC and the same for all readers. */
  entryJson(entry: EntryRecord, blocked?: ReadonlySet<number>): EntryView & { html: string } {
    const line = this.entryView(entry, blocked);
    const html = this.render('entries/_entry.njk', {
      line: shownView(line),
      zone: DEFAULT_ZONE,
      room: entry.room.id,
      answers: answeredAddress(entry),
      quote: quoteIn(entry, blocked),
    });
    return { ...line, html: html.trim() };
  }
}

const FILTERS = {
  markup: markupOf,
  entries: entriesOf,
  time,
  day,
  dayKey,
  quantity,
  boundedCount,
  shortened,
  isolated,
  partsOf,
  unlikeLatin,
  browserInWords,
  sizeInWords,
  colourOf,
  zoneOptions: zoneOptionsOf,
};

/** The entries of a section, which `entries/_entry.njk` has rendered. */
function entriesOf({ html }: { html: string }): nunjucks.runtime.SafeString {
  return new nunjucks.runtime.SafeString(html);
}

/** The text of a message as HTML. This and rendered entries are the only HTML that templates insert without escaping. */
function markupOf({ body, mentions, reader }: EntryView): nunjucks.runtime.SafeString {
  return new nunjucks.runtime.SafeString(markup(body, mentions, reader));
}

/** One of eight colours for a name, the same wherever it stands. */
function colourOf(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + character.codePointAt(0)!) % 65_521;
  return sum % 8;
}

/** The options of a list of all time zones, as HTML. */
function zoneOptionsOf(chosen: string | null | undefined): nunjucks.runtime.SafeString {
  return new nunjucks.runtime.SafeString(zoneOptions(chosen));
}

/** `1 message`, `2 messages`, `999+ messages`. */
export function quantity(count: number, noun: string, plural = `${noun}s`): string {
  return `${boundedCount(count)} ${count === 1 ? noun : plural}`;
}

const MOST_SHOWN = 999;

/** A count as pages show it: `999+` beyond 999. */
export function boundedCount(count: number): string {
  return count > MOST_SHOWN ? `${MOST_SHOWN}+` : String(count);
}
