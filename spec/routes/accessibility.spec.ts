import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import topics from '../../templates/accessibility/rules.json' with { type: 'json' };
import { withApp } from '../support/app.ts';
import { words } from '../support/visitor.ts';

const test = suite('the accessibility statement');

interface Rule {
  rule: string;
  spec?: string;
  test?: string;
  why?: string;
}
const rules: Rule[] = Object.values(topics).flat();

test('is at the same place on every page, whoever reads', withApp(async ({ cast, visitor }) => {
  const ada = await cast('ada');
  const lobby = await ada.createRoom('lobby');
  const pages = [...await Promise.all(['/', '/login', '/help', '/nowhere'].map((path) => visitor().get(path))), ...await Promise.all(['/rooms', `/rooms/${lobby}`, '/settings', '/practice'].map((path) => ada.get(path)))];
  for (const { page } of pages) assert.is(words(page.querySelector('footer a[href="/accessibility"]')), 'Accessibility');
}));

test('says of each rule which spec holds it, or why none does', withApp(async ({ visitor }) => {
  const { page } = await visitor().get('/accessibility');
  const text = words(page.querySelector('main'));
  assert.ok(rules.length > 20);
  for (const { rule, why } of rules) assert.ok(text.includes(`${why ? 'Not kept: ' : ''}${rule}`), rule);
}));

for (const { rule, spec, test: name, why } of rules) {
  test(`promises what is held: ${rule}`, () => {
    assert.is(Boolean(spec && name), !why);
    if (!spec) return;
    assert.ok(readFileSync(new URL(`../${spec}.spec.ts`, import.meta.url), 'utf8').replaceAll("\\'", "'").includes(name!), `${spec}: ${name}`);
  });
}

test.run();
