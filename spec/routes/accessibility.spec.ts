import { readFileSync } from 'node:fs';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { CHAPTERS, type Rule, RULES } from '../../server/routes/conformance.ts';
import { openAcr } from '../../server/routes/openacr.ts';
import { day } from '../../server/view/dates.ts';
import criteria from '../../templates/accessibility/criteria.json' with { type: 'json' };
import heard from '../../templates/accessibility/heard.json' with { type: 'json' };
import tested from '../../templates/accessibility/tested.json' with { type: 'json' };
import { withApp } from '../support/app.ts';
import { problemsOfEarl } from '../support/earl.ts';
import {
  boolean,
  type Check,
  every,
  list,
  matching,
  number,
  oneOf,
  optional,
  shape,
  string,
} from '../support/shapes.ts';
import { words } from '../support/visitor.ts';

const test = suite('accessibility statement');

const rules: readonly Rule[] = RULES;

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

const specText = (spec: string): string =>
  readFileSync(new URL(`../${spec}.spec.ts`, import.meta.url), 'utf8').replaceAll("\\'", "'");

test(
  'the EARL has an assertion for each rule, each tested page and each failure',
  withApp(async ({ visitor }) => {
    const answer = await visitor().get('/accessibility.jsonld');
    assert.is(answer.headers.get('content-type'), 'application/ld+json');
    const assertions = (answer.json() as unknown as { '@graph': Record<string, unknown>[] })['@graph'].filter(
      (one) => one['@type'] === 'earl:Assertion',
    );
    assert.is(assertions.length, rules.length + tested.pages.length + heard.failures.length);
    assert.equal(problemsOfEarl(answer.json()), []);
    const failed = assertions.filter((one) => JSON.stringify(one).includes('"earl:failed"'));
    assert.is(failed.length, rules.filter(({ why }) => why).length + heard.failures.length);
  }),
);

/** `openacr-0.1.0.json` of GSA's OpenACR, and for levels and components the terms of its catalog. */
const CONTACT = shape({ email: string, name: optional(string), website: optional(string) });
const LEVEL = oneOf('supports', 'partially-supports', 'does-not-support', 'not-applicable', 'not-evaluated');
const chapterOf = (component: string): Check =>
  shape({
    notes: optional(string),
    disabled: optional(boolean),
    criteria: optional(
      list(
        shape({
          num: matching(/^\d+(\.\d+)+$/),
          components: list(
            shape({
              name: oneOf(component),
              adherence: shape({ level: LEVEL, notes: matching(/\S/) }),
            }),
            1,
          ),
        }),
      ),
    ),
  });
const OPENACR = shape({
  title: string,
  product: shape({ name: string, version: string, description: string }),
  author: CONTACT,
  report_date: matching(/^\d{4}-\d\d-\d\d$/),
  version: number,
  notes: string,
  evaluation_methods_used: string,
  license: string,
  feedback: string,
  catalog: oneOf('2.5-edition-wcag-2.2-508-eu-en'),
  chapters: every(() => []),
});
const SHARED = [{ reader: 'Orca', version: '46', runs: 3, people: 2 }];
const REPORT = openAcr({ base: 'https://chat.example', email: 'a@chat.example', shared: SHARED });

test('the OpenACR has the shape of its schema, and each chapter of its catalog', () => {
  assert.equal(OPENACR(REPORT, 'report'), []);
  const chapters = Object.entries(REPORT.chapters as Record<string, object>);
  for (const [id, chapter] of chapters)
    assert.equal(chapterOf(id.startsWith('en_') ? 'none' : 'web')(chapter, id), []);
  assert.is(chapters.length, 17);
  assert.equal(
    chapters.flatMap(([, { criteria: rows = [] }]: [string, { criteria?: unknown[] }]) => rows.length || []),
    [32, 24, 31, 11, 6, 3, 5],
  );
});

test('no criterion of levels A and AA is left out: a rule, the audit, a reason or a sentence stands for each', () => {
  for (const { id, rows } of CHAPTERS) {
    if (id === 'success_criteria_level_aaa') continue;
    for (const { num, level, remarks } of rows) {
      assert.is.not(level, 'not-evaluated', num);
      assert.ok(remarks.length > 0, num);
    }
  }
});

test('a criterion on which a rule bears that is not kept is supported in part', () => {
  const levels = new Map(CHAPTERS.flatMap(({ rows }) => rows).map(({ num, level }) => [num, level]));
  for (const { criteria: on, why } of rules)
    for (const num of on) {
      assert.ok(levels.has(num), num);
      if (why) assert.is(levels.get(num), 'partially-supports', num);
    }
  assert.equal(
    [levels.get('1.1.1'), levels.get('1.2.1'), levels.get('3.1.5'), levels.get('4.2.1')],
    ['supports', 'not-applicable', 'not-evaluated', 'partially-supports'],
  );
});

test('the OpenACR names the version, each failure, what is untested, and who has shared runs', () => {
  const notes = REPORT.notes as string;
  for (const part of [...heard.failures, ...heard.untested, 'Runs of testers with Orca 46: 3, by 2.'])
    assert.ok(notes.includes(part), part);
  assert.ok((REPORT.evaluation_methods_used as string).includes(`on version ${tested.version}`));
});

test(
  'the report can be read as YAML and as a page, and each of its rows links to its spec',
  withApp(async ({ visitor }) => {
    const { base } = visitor();
    const yaml = await visitor().get('/accessibility.yaml');
    assert.is(yaml.headers.get('content-type'), 'application/yaml');
    assert.ok(yaml.text.startsWith('title: "Plainchat Accessibility Conformance Report"\n'));
    assert.ok(yaml.text.includes(`[view/html](${base}/accessibility/specs/view/html.txt)`));
    const { page } = await visitor().get('/accessibility/criteria');
    assert.is(page.querySelectorAll('main dt').length, CHAPTERS.flatMap(({ rows }) => rows).length);
    const statement = (await visitor().get('/accessibility')).page;
    for (const shown of [page, statement]) {
      const links = shown.querySelectorAll('main a[href^="/accessibility/specs/"]');
      assert.ok(links.length > 60);
      const paths = new Set(links.map((link) => link.getAttribute('href')!));
      for (const path of [...paths].slice(0, 3)) {
        const spec = await visitor().get(path);
        assert.is(spec.headers.get('content-type'), 'text/plain; charset=utf-8');
        assert.match(spec.text, /test\.run\(\)/);
      }
    }
    for (const path of ['chat/nothing', 'support/app', '..%2fserver/index', '../spec/view/html'])
      assert.is((await visitor().get(`/accessibility/specs/${path}.txt`)).status, 404, path);
  }),
);

for (const [name, { spec, test: title }] of Object.values(criteria.en301549).flatMap((chapter) =>
  Object.entries(chapter as Record<string, { spec?: string; test?: string }>),
)) {
  if (spec) test(`a spec backs the criterion ${name}`, () => assert.ok(specText(spec).includes(title!)));
}

for (const { rule, spec, test: name, why, held } of rules) {
  test(`a spec or a reason backs the rule: ${rule}`, () => {
    assert.is([spec && name, why, held].filter(Boolean).length, 1);
    if (!spec) return;
    assert.ok(specText(spec).includes(name!), `${spec}: ${name}`);
  });
}

test.run();
