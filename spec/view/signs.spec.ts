import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { markup } from '../../server/view/markup.ts';
import { withFile } from '../support/domain.ts';
import { where } from '../support/terminal.ts';

/** What each text browser needs to print a page. */
const BROWSERS = {
  lynx: ['-dump', '-nolist', '-display_charset=utf-8', '-assume_charset=utf-8', '-width=70'],
  w3m: ['-dump', '-T', 'text/html', '-I', 'utf-8', '-O', 'utf-8', '-cols', '70'],
  links: ['-dump', '-html-assume-codepage', 'utf-8', '-codepage', 'utf-8', '-width', '70'],
  elinks: ['-dump', '-dump-charset', 'utf-8', '-no-references', '-dump-width', '70'],
};

/** Texts, and the sign that the line with `here` has in front of it. */
const TABLE: [text: string, sign: RegExp][] = [
  ['> here', /> here/],
  ['> one\n> here', /^\W*> here/],
  ['> one\nhere', /^[^>|]*here/],
  ['>> here', /> > here/],
  ['> - here', /> here/],
  ['* grace, 09:05: here', /^(?!\s*[*+] grace)/],
  ['I say:\n\u00a0* grace, 09:05: here', /\| /],
  ['I say:\n\u2022 grace, 09:05: here', /\| /],
  ['I say:\n- grace, 09:05: here', /\| grace/],
  ['I say:\n+ here, not said by grace', /\| \+ here/],
  ['here, and *no* sign', /^[^>|]*here/],
];

/** All texts on one page; the line of each has a letter of its own. */
const marked = (place: number) => `here${String.fromCharCode(97 + place)}`;
const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>x</title></head><body><ul>${TABLE.map(
  ([text], place) =>
    `<li><span><bdi>ada</bdi>, 09:58: </span>${markup(text.replace('here', marked(place)))}</li>`,
).join('')}</ul></body></html>`;

for (const [name, options] of Object.entries(BROWSERS)) {
  const test = suite(`signs in ${name}`);
  where(name, test)(
    'a quotation has its sign, and no line of a message looks like an entry',
    withFile(async (file) => {
      writeFileSync(`${file}.html`, PAGE);
      const { stdout } = spawnSync(name, [...options, `${file}.html`], {
        encoding: 'utf8',
        env: { ...process.env, TERM: 'xterm', HOME: dirname(file) },
      });
      for (const [place, [text, sign]] of TABLE.entries()) {
        const line = stdout.split('\n').find((line) => line.includes(marked(place)));
        assert.ok(line, `${text}: ${stdout}`);
        assert.match(line, sign, `${text}: ${stdout}`);
      }
    }),
  );
  test.run();
}
