import { readdirSync, readFileSync } from 'node:fs';
import { message, type Random } from '../support/corpus.ts';

const ROOT = new URL('../../', import.meta.url);
const PAGES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'server/README.md', 'server/live/README.md'];
/** Share of the messages in other languages. */
const FOREIGN = 0.1;
/** Share of the words that are said nowhere else. */
const UNIQUE = 0.01;
const LONGEST = 40;

/** Returns what makes messages: in English, each word as likely to follow the one before as in the project's own pages. */
export function talk(random: Random): () => string {
  const decisions = readdirSync(new URL('server/decisions/', ROOT)).map((name) => `server/decisions/${name}`);
  const words = [...PAGES, ...decisions]
    .flatMap((page) => readFileSync(new URL(page, ROOT), 'utf8').split(/[\s|*`#()[\]]+/))
    .filter(Boolean);
  const next = Map.groupBy(words.slice(1).keys(), (index) => words[index]!);
  return () => {
    if (random() < FOREIGN) return message(random);
    let at = Math.floor(random() * (words.length - 1));
    const said: string[] = [];
    for (let length = 1 + Math.floor(random() ** 2 * LONGEST); length > 0; length -= 1) {
      said.push(random() < UNIQUE ? Math.floor(random() * 1e9).toString(36) : words[at]!);
      const places = next.get(words[at]!) ?? [0];
      at = Math.min(places[Math.floor(random() * places.length)]! + 1, words.length - 1);
    }
    return said.join(' ');
  };
}
