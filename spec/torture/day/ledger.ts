import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { storedText } from '../../../server/text/lines.ts';
import type { Delta } from '../../support/visitor.ts';
import type { Tally } from './tally.ts';

/** So many answers of each room are remembered: many readers get the same. */
const REMEMBERED = 16;

/** A message that the server has said to be stored. */
interface Acknowledged {
  user: number;
  key: string;
  body: string;
  /** Which it was, where the answer told it. */
  seq?: number | undefined;
}

/** What a reader needs of an answer with news. */
export interface News {
  after: number;
  first: number;
  /** The addresses of images in it. */
  images: string[];
}

type Shown = Pick<Delta['entries'][number], 'kind' | 'author' | 'body'>;

/** What was acknowledged and what was shown, to compare with what is stored. */
export class Ledger {
  /** Entries that some reader was shown, over all readers. */
  shown = 0;
  readonly #tally: Tally;
  readonly #acknowledged: Acknowledged[] = [];
  /** By room and seq, a digest of the entry. */
  readonly #seen = new Map<number, Map<number, string>>();
  readonly #answers = new Map<number, Map<string, News>>();

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  acknowledge(message: Acknowledged): void {
    this.#acknowledged.push(message);
  }

  /** Notes what a poll or a post was answered, and compares it with what others were. @param bytes as they came */
  see(room: number, bytes: Buffer, textOf: (bytes: Buffer) => string): News {
    let answers = this.#answers.get(room);
    if (!answers) this.#answers.set(room, (answers = new Map<string, News>()));
    const key = bytes.toString('latin1');
    const known = answers.get(key);
    const news = known ?? this.#read(room, textOf(bytes));
    if (!known) answers.set(key, news);
    if (answers.size > REMEMBERED) answers.delete(answers.keys().next().value!);
    this.shown += news.after - news.first + 1;
    return news;
  }

  #read(room: number, text: string): News {
    const { after, entries } = JSON.parse(text) as Delta;
    let seen = this.#seen.get(room);
    if (!seen) this.#seen.set(room, (seen = new Map<number, string>()));
    for (const [index, entry] of entries.entries()) {
      if (entry.seq !== entries[0]!.seq + index)
        this.#tally.fault('gap in an answer', `room ${room}: ${text}`);
      const digest = digestOf(entry);
      const before = seen.get(entry.seq);
      if (before !== undefined && before !== digest)
        this.#tally.fault('two readers saw different entries', `room ${room}, seq ${entry.seq}: ${text}`);
      seen.set(entry.seq, digest);
    }
    if (entries.length > 0 && entries.at(-1)!.seq !== after)
      this.#tally.fault('an answer ends elsewhere than it says', `room ${room}: ${text}`);
    return { after, first: entries[0]?.seq ?? after + 1, images: imagesIn(text) };
  }

  /** Compares with the file, once the server has ended, and tells what came of it. */
  compare(file: string): void {
    const database = new DatabaseSync(file, { readOnly: true });
    const inRoom = database.prepare(
      'select seq, kind, body, username as author from entry join user on user.id = author_id where room_id = ? order by seq',
    );
    for (const [room, seen] of this.#seen) {
      const stored = inRoom.all(room) as unknown as (Shown & { seq: number })[];
      if (stored.some(({ seq }, index) => seq !== index + 1))
        this.#tally.fault('gap in a log', `room ${room}`);
      for (const [seq, digest] of seen)
        if (!stored[seq - 1] || digestOf(stored[seq - 1]!) !== digest)
          this.#tally.fault('an entry is stored otherwise than shown', `room ${room}, seq ${seq}`);
    }
    const withKey = database
      .prepare('select author_id as user, key, seq, body from entry where key is not null')
      .all() as unknown as (Acknowledged & { seq: number })[];
    database.close();
    const byKey = Map.groupBy(withKey, ({ user, key }) => `${user} ${key}`);
    let lost = 0;
    for (const { user, key, body, seq } of this.#acknowledged) {
      const [found, ...more] = byKey.get(`${user} ${key}`) ?? [];
      const isThere = found?.body === storedText(body) && (seq === undefined || seq === found.seq);
      if (!isThere || more.length > 0) lost += 1;
    }
    if (lost > 0) this.#tally.fault('acknowledged messages lost', String(lost));
    const [acknowledged, shown] = [this.#acknowledged.length, this.shown].map((count) =>
      count.toLocaleString('en'),
    );
    console.log(
      `\n${acknowledged} messages acknowledged, ${lost} lost, doubled or at another place; ${shown} entries shown to readers of ${this.#seen.size} rooms`,
    );
  }
}

/** Of a message its text, too: the sentence of a notice is made when it is shown. */
const digestOf = ({ kind, author, body }: Shown): string =>
  createHash('md5')
    .update(JSON.stringify([kind, author, kind === 'message' ? body : '']))
    .digest('base64');

/** The addresses of the images in a page, or in JSON that has some of one. */
export const imagesIn = (text: string): string[] => [
  ...new Set(text.match(/\/rooms\/\d+\/files\/[\w.-]+(?=\\?")/g)),
];
