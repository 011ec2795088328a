import { parse } from 'node-html-parser';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { everything, isSane, onScene, type Row, send } from '../support/hostile.ts';
import type { Answer, Delta } from '../support/visitor.ts';
import { forgery } from './forgery.ts';
import { HARMLESS, PLACES, TEXTS } from './injection.ts';
import { names } from './names.ts';
import { requests } from './requests.ts';
import { strangers } from './strangers.ts';
import { values } from './values.ts';

const LEAST_ROWS = 300;
/** What people may mark in a message. */
const MARKS = new Set(['STRONG', 'EM', 'CODE']);
/** The text without the signs that mark it. */
const bare = (text: string) => text.replaceAll('`', '').trim();
/** All that is stored is looked at after so many rows. */
const COMPARED_AFTER = 25;

const TABLES: Record<string, Row[]> = {
  'values of the wrong kind': values,
  'requests that no browser sends': requests,
  'names and texts that pretend': names,
  'posts that are forged': forgery,
  'rooms of others': strangers,
};

const refused = suite('hostile requests');

for (const [name, rows] of Object.entries(TABLES)) {
  refused(
    `are refused in words, and change nothing: ${name}, ${rows.length}`,
    onScene(async (scene) => {
      const before = await everything(scene);
      for (const group of Map.groupBy(rows.entries(), ([index]) =>
        Math.floor(index / COMPARED_AFTER),
      ).values()) {
        for (const [, row] of group) {
          const answer = await send(scene, row);
          const what = `${row.what}: ${answer.status}`;
          isSane(answer, what);
          assert.ok(row.status.includes(answer.status), `${what}, not ${row.status.join(' or ')}`);
          if (row.never) assert.not.match(answer.text, row.never, what);
        }
        assert.is(
          await everything(scene),
          before,
          `something was changed by: ${group.map(([, { what }]) => what).join(', ')}`,
        );
      }
    }),
  );
}

refused.run();

const injection = suite('what people type');

/** What elements a page has, and what attributes they have: `a href`. */
function partsOf({ page }: Pick<Answer, 'page'>): string[] {
  return page
    .querySelectorAll('*')
    .flatMap((one) => [one.tagName, ...Object.keys(one.attributes).map((name) => `${one.tagName} ${name}`)]);
}

/** That a text became no part of the page: nothing of it is markup, an address, or a template. */
function isInert({ page, text }: Pick<Answer, 'page' | 'text'>, typed: string, what: string): void {
  if (/[<>"]/.test(typed)) assert.not.ok(text.includes(typed), `${what}: stands there as it was typed`);
  assert.not.match(text, String(191919 * 777777), what);
  assert.is(page.querySelectorAll('h1').length, page.querySelector('main') ? 1 : 0, what);
  for (const one of page.querySelectorAll('[href], [action], [src]')) {
    assert.match(
      one.getAttribute('href') ?? one.getAttribute('action') ?? one.getAttribute('src')!,
      /^(\/(?![/\\])|#|$)/,
      what,
    );
  }
}

/** How a page shows a text is the same on each database. */
const once = process.env.SPEC_DATABASE === 'postgres' ? () => {} : injection;

once(
  `is text and nothing else, wherever it is shown: ${PLACES.length * TEXTS.length}`,
  onScene(async (scene) => {
    for (const { where, show } of PLACES) {
      const usual = new Set((await show(scene, HARMLESS)).flatMap(partsOf));
      for (const text of TEXTS) {
        for (const [index, answer] of (await show(scene, text)).entries()) {
          const what = `${text} as ${where}, page ${index + 1}`;
          isSane(answer, what);
          isInert(answer, text, what);
          assert.equal(
            [...new Set(partsOf(answer))].filter((part) => !usual.has(part) && !MARKS.has(part)),
            [],
            what,
          );
        }
      }
    }
  }),
);

injection(
  'comes to a script as it was typed, and as a page shows it',
  onScene(async ({ people: { ada }, rooms: { LOBBY } }) => {
    const plain: Delta = (await ada.sayJson(LOBBY, HARMLESS)).json();
    const usual = new Set(partsOf({ page: parse(plain.entries.at(-1)!.html) }));
    for (const text of TEXTS) {
      const { entries }: Delta = (await ada.sayJson(LOBBY, text)).json();
      const { body, html } = entries.at(-1)!;
      assert.is(body, text.trim());
      const page = parse(html);
      assert.ok(bare(page.text).endsWith(bare(body)), text);
      isInert({ page, text: html }, text, text);
      assert.equal(
        [...new Set(partsOf({ page }))].filter((part) => !MARKS.has(part) && !usual.has(part)),
        [],
        text,
      );
    }
  }),
);

injection.run();

const count = suite('the table of abuse');

count('has three hundred rows or more, each told from the others', () => {
  const rows = [
    ...Object.values(TABLES)
      .flat()
      .map(({ what }) => what),
    ...PLACES.flatMap(({ where }) => TEXTS.map((text) => `${text} as ${where}`)),
  ];
  assert.ok(rows.length >= LEAST_ROWS, String(rows.length));
  assert.equal(
    rows.filter((what, index) => rows.indexOf(what) !== index),
    [],
  );
  console.log(`(${rows.length} rows)`);
});

count.run();
