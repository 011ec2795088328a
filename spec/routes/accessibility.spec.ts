import { readFileSync } from 'node:fs';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { day } from '../../server/view/dates.ts';
import heard from '../../templates/accessibility/heard.json' with { type: 'json' };
import topics from '../../templates/accessibility/rules.json' with { type: 'json' };
import tested from '../../templates/accessibility/tested.json' with { type: 'json' };
import { withApp } from '../support/app.ts';
import { words } from '../support/visitor.ts';

const test = suite('accessibility statement');

interface Rule {
  rule: string;
  spec?: string;
  test?: string;
  /** Why we do not keep it. */
  why?: string;
  /** How we keep it without a spec. */
  held?: string;
}
const rules: Rule[] = Object.values(topics).flat();

test(
  'every page links to the accessibility statement in its footer',
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
  'the statement lists what each browser spoke, with versions and dates, what fails and what is untested',
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
  'the first page and the help link to the statement',
  withApp(async ({ visitor }) => {
    for (const path of ['/', '/help'])
      assert.ok((await visitor().get(path)).page.querySelector('main a[href="/accessibility"]'), path);
  }),
);

test(
  'the statement lists every rule, and marks those that are not kept',
  withApp(async ({ visitor }) => {
    const { page } = await visitor().get('/accessibility');
    const text = words(page.querySelector('main'));
    assert.ok(rules.length > 20);
    for (const { rule, why } of rules) assert.ok(text.includes(`${why ? 'Not kept: ' : ''}${rule}`), rule);
  }),
);

test(
  'the statement counts the runs that testers have shared, by screen reader and version',
  withApp(async ({ cast, visitor }) => {
    const ada = await cast('ada');
    assert.not.match(
      words((await visitor().get('/accessibility')).page.querySelector('main')),
      /have shared/,
    );
    await ada.post('/practice/runs', { reader: 'Orca', readerVersion: '46', browser: 'Firefox' });
    await ada.post('/practice/runs/1/scenes/1', { verdict: 'expected' });
    await ada.post('/practice/runs/1/share');
    const { page } = await visitor().get('/accessibility');
    assert.match(words(page.querySelector('main')), /have shared runs .*Orca 46: 1 run by 1 person/);
    assert.match((await visitor().get('/accessibility.jsonld')).text, /Orca 46: shared runs: 1, people: 1/);
  }),
);

/** The terms of EARL that a report may have, in a small form of its schema. */
const EARL: Record<string, RegExp> = {
  'earl:mode': /^earl:(automatic|manual|semiAuto|undisclosed|unknownMode)$/,
  'earl:outcome': /^earl:(passed|failed|cantTell|inapplicable|untested)$/,
  'earl:assertedBy': /^_:specs$/,
  'earl:subject': /^_:subject$/,
};

test(
  'the EARL has an assertion for each rule, each tested page and each failure',
  withApp(async ({ visitor }) => {
    const answer = await visitor().get('/accessibility.jsonld');
    assert.is(answer.headers.get('content-type'), 'application/ld+json');
    const assertions = (answer.json() as unknown as { '@graph': Record<string, unknown>[] })['@graph'].filter(
      (one) => one['@type'] === 'earl:Assertion',
    );
    assert.is(assertions.length, rules.length + tested.pages.length + heard.failures.length);
    for (const one of assertions) {
      const result = one['earl:result'] as Record<string, { '@id': string }>;
      for (const [term, value] of Object.entries(EARL))
        assert.match(((one[term] ?? result[term]) as { '@id': string })['@id'], value, term);
    }
    const failed = assertions.filter((one) => JSON.stringify(one).includes('"earl:failed"'));
    assert.is(failed.length, rules.filter(({ why }) => why).length + heard.failures.length);
  }),
);

for (const { rule, spec, test: name, why, held } of rules) {
  test(`a spec or a reason backs the rule: ${rule}`, () => {
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
