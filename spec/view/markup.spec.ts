import type { HTMLElement } from 'node-html-parser';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { TIMES } from '../support/sights.ts';
import { words } from '../support/visitor.ts';

const test = suite('the markup of every page');

const FIELDS = 'input:not([type="hidden"]), textarea, select';
/** Not those of entries, whose words are their author's or a minute in which there may be two, nor those to what is wrong, of which there may be two of a kind, nor what a check adds to make an address new. */
const linksOf = (page: HTMLElement) =>
  page
    .querySelectorAll('a')
    .filter((link) => !link.closest('[data-seq], .problems'))
    .map((link) => ({
      name: words(link),
      href: (link.getAttribute('href') ?? '').replace(/[?&](amp;)?check=\w+/, ''),
    }));
const all = (page: HTMLElement, selector: string) =>
  page.querySelectorAll(selector).map(({ outerHTML }) => outerHTML.slice(0, 120));
const without = <T>(items: T[], isRight: (item: T) => unknown) =>
  items.filter((item) => !isRight(item)).map(String);
const isTo = (page: HTMLElement, id: string) => page.querySelectorAll('[id]').find((one) => one.id === id);

/** What is wrong with a page, by what it must not do. */
const RULES: Record<string, (page: HTMLElement, path: string) => string[]> = {
  'has the messages in a named log that is not live, as items of unnumbered lists': (page) =>
    page.querySelectorAll('[role="log"]').flatMap((log) => [
      ...without(
        [log.tagName],
        (name) =>
          name === 'DIV' &&
          log.getAttribute('aria-live') === 'off' &&
          isTo(page, log.getAttribute('aria-labelledby') ?? ''),
      ),
      ...without(
        log.children.map((child) => child.outerHTML.slice(0, 60)),
        (html) => /^<(ul role="list"|h3)/.test(html),
      ),
    ]),
  'has a message in one piece: no block, heading, button or time of its own, but those of its marks': (
    page,
  ) => [
    ...page
      .querySelectorAll('.log li[data-seq] > *')
      .flatMap((part) =>
        part.matches('div.body, .attachment') ? [] : all(part, 'p, div, h2, h3, article, button, form'),
      ),
    ...all(page, '.log time:not([role="none"]), .log time:not([datetime])'),
  ],
  'has no role that takes keys of its own': (page) =>
    all(page, '[role="feed"], [role="grid"], [role="menu"], [role="application"], article'),
  'has live regions that are filled as they come, none assertive or atomic': (page) => [
    ...all(page, '[aria-live="assertive"], [aria-atomic], [aria-relevant]'),
    ...without(page.querySelectorAll('[role="alert"], [role="status"]').map(words), Boolean),
  ],
  'has a direction for each text that somebody wrote': (page) =>
    without(page.querySelectorAll('.log .body'), (body) =>
      (body.tagName === 'DIV' ? body.querySelectorAll('p, li') : [body]).every((part) =>
        part.closest('[dir="auto"]'),
      ),
    ),
  'reloads by no element': (page) => all(page, 'meta[http-equiv="refresh"]'),
  'takes the focus only to what is wrong': (page) =>
    without(page.querySelectorAll('[autofocus]'), (one) => one.closest('.problems, h1')),
  'takes no keys and no order from the reader': (page) => [
    ...all(page, '[accesskey]'),
    ...without(
      page.querySelectorAll('[tabindex]').map((one) => one.getAttribute('tabindex')),
      (index) => Number(index) <= 0,
    ),
  ],
  'begins with ways past what is on every page, and each way within a page leads to what takes the focus': (
    page,
  ) => [
    ...without(
      page.querySelectorAll('header').flatMap(() => page.querySelectorAll('body a').slice(0, 1)),
      (link) => link.closest('.skip, .live-controls'),
    ),
    ...without(
      linksOf(page).filter(({ href }) => href.startsWith('#')),
      ({ href }) => isTo(page, href.slice(1))?.matches(`[tabindex], fieldset, ${FIELDS}`),
    ),
  ],
  'has one h1, one main, and headings that skip no level, but for that of what is wrong, which comes first': (
    page,
  ) => {
    const levels = page
      .querySelectorAll('h1, h2, h3, h4, h5, h6')
      .filter((one) => !one.closest('.problems'))
      .map(({ tagName }) => Number(tagName[1]));
    return [
      ...without(
        [levels.filter((level) => level === 1).length, page.querySelectorAll('main').length],
        (count) => count === 1,
      ),
      ...without(
        levels.map((level, index) => [levels[index - 1] ?? 0, level]),
        ([before, level]) => level! <= before! + 1,
      ),
    ];
  },
  'says its language, and lets itself be enlarged': (page) => [
    ...all(page, 'html:not([lang="en"])'),
    ...all(page, 'meta[name="viewport"][content*="scal"]').filter(
      (meta) => !meta.includes('initial-scale=1"'),
    ),
  ],
  'has links of one name lead to one address, in the same window': (page) => {
    const known = new Map<string, string>();
    return [
      ...all(page, 'a[target]:not([target="_top"])'),
      ...without(
        linksOf(page),
        ({ name, href }) => (known.get(name) ?? (known.set(name, href), href)) === href,
      ),
    ];
  },
  'has Help as the last link of its navigation': (page) =>
    without(
      page.querySelectorAll('nav[aria-label="Main"]'),
      (nav) => nav.querySelectorAll('a').at(-1)?.getAttribute('href') === '/help',
    ),
  'marks the page that one is on in its navigation': (page, path) =>
    without(
      page.querySelectorAll('nav[aria-label="Main"] a, footer a'),
      (link) => (link.getAttribute('href') === path) === (link.getAttribute('aria-current') === 'page'),
    ),
  'has a label and an autocomplete for each field, and no placeholder': (page) => [
    ...all(page, '[placeholder]'),
    ...without(page.querySelectorAll(FIELDS), (field) =>
      page.querySelectorAll('label').some((label) => label.getAttribute('for') === field.id),
    ),
    ...without(
      page.querySelectorAll(
        'input:not([type="hidden"], [type="radio"], [type="checkbox"], [type="file"]), select',
      ),
      (field) => field.hasAttribute('autocomplete') || field.hasAttribute('readonly'),
    ),
  ],
  'has one form for each act, with its own button': (page) => [
    ...all(page, '[formaction], [formmethod], button[form], input[form]'),
    ...without(
      page.querySelectorAll('form'),
      (form) =>
        form.querySelectorAll('button').length === 1 && form.getAttribute('accept-charset') === 'utf-8',
    ),
    ...without(page.querySelectorAll('button'), (button) => button.closest('form')),
  ],
  'hides nothing that text browsers would show': (page) =>
    all(page, '[hidden], [aria-hidden]:not(.caption), template, dialog, details'),
};

for (const [when, sights] of TIMES) {
  test(
    `${when} is as text browsers and screen readers need it`,
    withApp(async (world) => {
      const wrong: string[] = [];
      for (const { name, who, path, fields } of await sights(world)) {
        const { page } = fields ? await who.post(path, fields) : await who.get(path);
        for (const [rule, wrongIn] of Object.entries(RULES))
          wrong.push(...wrongIn(page, path).map((what) => `${name} does not hold “${rule}”: ${what}`));
      }
      assert.equal(wrong, []);
    }),
  );
}

test.run();
