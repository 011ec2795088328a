import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { day } from '../../server/dates.ts';
import heard from '../../templates/accessibility/heard.json' with { type: 'json' };
import topics from '../../templates/accessibility/rules.json' with { type: 'json' };
import { withApp } from '../support/app.ts';
import { words } from '../support/visitor.ts';

const test = suite('the accessibility statement');

interface Rule {
  rule: string;
  spec?: string;
  test?: string;
  /** Why it is not kept. */
  why?: string;
  /** How it is kept where no spec holds it. */
  held?: string;
}
const rules: Rule[] = Object.values(topics).flat();

test(
  'is at the same place on every page, whoever reads',
  withApp(async ({ cast, visitor }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const pages = [
      ...(await Promise.all(['/', '/login', '/help', '/nowhere'].map((path) => visitor().get(path)))),
      ...(await Promise.all(
        ['/rooms', `/rooms/${lobby}`, '/settings', '/practice'].map((path) => ada.get(path)),
      )),
    ];
    for (const { page } of pages)
      assert.is(words(page.querySelector('footer a[href="/accessibility"]')), 'Accessibility');
  }),
);

test(
  'says what was heard in each browser, with what and when, what fails, and what nobody has tried',
  withApp(async ({ visitor }) => {
    const { page } = await visitor().get('/accessibility');
    const tables = page
      .querySelectorAll('table')
      .map((table) => table.querySelectorAll('tr').map((row) => row.querySelectorAll('th, td').map(words)));
    assert.equal(
      tables,
      heard.runs.map(({ browsers, announcements }) => [
        ['What happened', ...browsers],
        ...announcements.map((one) => [one.what, ...one.heard]),
      ]),
    );
    assert.ok(tables.flat().every((row) => row.length === 3 && row.every(Boolean)));
    const text = words(page.querySelector('main'));
    for (const part of [
      heard.screenReader,
      ...heard.runs.map(({ date }) => day(`${date}T12:00:00.000Z`, 'UTC')),
      ...heard.failures,
      ...heard.untested,
    ])
      assert.ok(text.includes(part), part);
  }),
);

test(
  'is linked from the first page and from the help',
  withApp(async ({ visitor }) => {
    for (const path of ['/', '/help'])
      assert.ok((await visitor().get(path)).page.querySelector('main a[href="/accessibility"]'), path);
  }),
);

test(
  'says of each rule which spec holds it, or why none does',
  withApp(async ({ visitor }) => {
    const { page } = await visitor().get('/accessibility');
    const text = words(page.querySelector('main'));
    assert.ok(rules.length > 20);
    for (const { rule, why } of rules) assert.ok(text.includes(`${why ? 'Not kept: ' : ''}${rule}`), rule);
  }),
);

for (const { rule, spec, test: name, why, held } of rules) {
  test(`promises what is held: ${rule}`, () => {
    assert.is([spec && name, why, held].filter(Boolean).length, 1);
    if (!spec) return;
    assert.ok(
      readFileSync(new URL(`../${spec}.spec.ts`, import.meta.url), 'utf8')
        .replaceAll("\\'", "'")
        .includes(name!),
      `${spec}: ${name}`,
    );
  });
}

test.run();
