import axe from 'axe-core';
import { HtmlValidate, version } from 'html-validate';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { routes } from '../../server/routes/index.ts';
import { VERSION } from '../../server/version.ts';
import { browserSuite, withBrowser } from '../support/browser.ts';
import { MODES, rulesByCriterion, unfit } from '../support/page-audit.ts';
import { type Sight, TIMES } from '../support/pages.ts';
import { titleOf, type Visitor, words } from '../support/visitor.ts';

const test = browserSuite('every page');

/** What the run has looked at, and what the accessibility statement says that it has. */
const audited = new Set<string>();
/** Their addresses. */
const seen = new Set<string>();
/** What shows no page, or one that does not end. */
const PAGELESS = [
  '/rooms/:id/entries',
  '/rooms/:id/files/:name',
  '/previews/:name',
  '/rooms/:id/stream',
  '/poll',
  '/operator/reports/:report/file',
  '/settings/data',
];
/** The same as a page in another shape, and files to save. */
const FILE = /\.(txt|json|atom|epub|jsonl|jsonld|csv|yaml)$|\/transcript\.html$/;
const TESTED = new URL('../../templates/accessibility/tested.json', import.meta.url);

const markup = new HtmlValidate({
  extends: ['html-validate:recommended', 'html-validate:a11y'],
  rules: {
    'doctype-style': ['error', { style: 'lowercase' }],
    'long-title': ['error', { maxlength: 64 + 'Screen reader announcements in  – Rooms – Plainchat'.length }], // a room's name can be that long
    'no-implicit-button-type': 'off', // ours all submit, which is what they do by themselves
    'no-redundant-role': ['error', { exclude: ['list'] }], // WebKit drops it from a list without markers
  },
});

/** What is wrong with the HTML as it is served. */
async function unsound(
  { name, who, path, fields, status = 200 }: Sight,
  titles: Map<string, string>,
): Promise<string[]> {
  const answer = fields ? await who.post(path, fields) : await who.get(path);
  assert.is(answer.status, status, name);
  const [title, heading] = [titleOf(answer), words(answer.page.querySelector('h1'))];
  const known = titles.get(title) ?? heading;
  titles.set(title, heading);
  const { results } = await markup.validateString(answer.text);
  return [
    ...results.flatMap(({ messages }) =>
      messages.map((one) => `${name}: ${one.message} (${one.ruleId}, line ${one.line})`),
    ),
    ...(known === heading ? [] : [`${name} has the title of ${known}: ${title}`]),
    ...([403, 404, 422].includes(status) === title.startsWith('Error: ') || status === 409
      ? []
      : [`${name} has the title: ${title}`]),
  ];
}

for (const [when, sights, parts] of TIMES) {
  test(
    `${when} is sound HTML, with a title that tells it from others`,
    withBrowser(async (stage) => {
      const titles = new Map<string, string>();
      const wrong: string[] = [];
      for (const sight of await sights(stage)) wrong.push(...(await unsound(sight, titles)));
      assert.equal(wrong, []);
    }),
  );

  for (let part = 1; part <= parts; part += 1) {
    test(
      `${when} can be used by everybody, part ${part} of ${parts}`,
      withBrowser(async (stage) => {
        const chosen = (await sights(stage)).filter((_, index) => index % parts === part - 1);
        const wrong: string[] = [];
        const page = await stage.open('/help');
        for (const { name, who, path, fields } of chosen) {
          await become(page, who);
          await show(page, stage.base + path, fields);
          for (const mode of MODES)
            wrong.push(...(await unfit(page, mode)).map((problem) => `${name}, ${mode.name}: ${problem}`));
          audited.add(name);
          seen.add(path.split('?')[0]!);
        }
        assert.equal(wrong, []);
      }),
    );
  }
}

test('is looked at, each address that shows one', async () => {
  const pages = routes().stack.filter(
    ({ methods, path }) =>
      methods.includes('GET') && !PAGELESS.includes(String(path)) && !FILE.test(String(path)),
  );
  assert.equal(
    pages.filter((layer) => ![...seen].some((path) => layer.match(path))).map(({ path }) => path),
    [],
  );
});

test('is what the accessibility statement says was tested', async () => {
  const now = {
    date: new Date().toISOString().slice(0, 10),
    version: VERSION,
    tools: `axe-core ${axe.version} and html-validate ${version}`,
    modes: MODES.map(({ name }) => name),
    criteria: rulesByCriterion(),
    pages: [...audited].toSorted(),
  };
  if (process.env.AUDIT === 'write') return writeFileSync(TESTED, `${JSON.stringify(now, undefined, 2)}\n`);
  const promised = JSON.parse(readFileSync(TESTED, 'utf8')) as typeof now;
  const { tools, version: ofPlainchat, criteria } = promised;
  assert.equal(
    { tools, version: ofPlainchat, criteria },
    { tools: now.tools, version: now.version, criteria: now.criteria },
    'run npm run audit',
  );
  assert.equal(
    [...promised.modes, ...promised.pages].filter((one) => !now.modes.includes(one) && !audited.has(one)),
    [],
    'run npm run audit',
  );
});

/** Has the window be somebody's: one for all costs less than one for each. */
async function become(page: Page, { base, cookies }: Visitor): Promise<void> {
  await page.context().clearCookies();
  await page.context().addCookies([...cookies].map(([name, value]) => ({ name, value, url: base })));
}

/** Opens a page, by a link or as the answer to a form. */
async function show(page: Page, address: string, fields?: Record<string, string>): Promise<void> {
  if (!fields) return void (await page.goto(address));
  const shown = page.waitForNavigation();
  await page.evaluate(`
    const form = document.createElement('form');
    Object.assign(form, { method: 'post', action: ${JSON.stringify(address)} });
    for (const [name, value] of Object.entries({ _csrf: document.querySelector('[name=csrf-token]').content, ...${JSON.stringify(fields)} })) {
      form.append(Object.assign(document.createElement('input'), { name, value, type: 'hidden' }));
    }
    document.body.append(form);
    form.submit()`);
  await shown;
}

test.run();
