import type { HTMLElement } from 'node-html-parser';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Assets } from '../../server/view/assets.ts';
import { withApp } from '../support/app.ts';
import { TIMES } from '../support/pages.ts';
import { words } from '../support/visitor.ts';

const test = suite('HTML of every page');

const FIELDS = 'input:not([type="hidden"]), textarea, select';
/** Links with their names; without those in entries (their words are the author's), those in the list of problems (two may be alike), and the `check` parameter. */
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
const targetOf = (page: HTMLElement, id: string) =>
  page.querySelectorAll('[id]').find((one) => one.id === id);

const assets = new Assets();
/** Each script and style sheet that a page loads, and what it works on. */
const FILES: Record<string, string> = {
  'htmx.js': 'form[hx-post]',
  'zone.js': 'header', // tells the server the zone; a page in a frame leaves that to the page around it
  'chat.js': '.log[data-room]',
  'practice.js': '#steps',
  'attach.js': '#look',
  'sound.js': '[data-sound]',
  'reading.js': '[data-reading]',
  'notifications.js': 'header[data-notifies]',
  'permission.js': '#permission',
  'app.css': 'body',
  'y2k.css': 'html.y2k',
};
/** The addresses of the files that have something to work on in the page, and of what they import. */
const usedBy = (page: HTMLElement) =>
  Object.entries(FILES)
    .filter(([, selector]) => page.querySelector(selector))
    .flatMap(([name]) => [...assets.imports(name), assets.address(name)]);
const loadedBy = (page: HTMLElement) =>
  page
    .querySelectorAll('script, link[rel="stylesheet"]')
    .map((one) => (one.getAttribute('src') ?? one.getAttribute('href'))!);

/** For each rule a function that returns what breaks it on a page. */
const RULES: Record<string, (page: HTMLElement, path: string) => string[]> = {
  'the log has a name, is not live, and has the messages as items of unnumbered lists': (page) =>
    page.querySelectorAll('[role="log"]').flatMap((log) => [
      ...without(
        [log.tagName],
        (name) =>
          name === 'DIV' &&
          log.getAttribute('aria-live') === 'off' &&
          targetOf(page, log.getAttribute('aria-labelledby') ?? ''),
      ),
      ...without(
        log.children.map((child) => child.outerHTML.slice(0, 60)),
        (html) => /^<(ul role="list"|h3|p class="skip")/.test(html),
      ),
    ]),
  'a message is one piece: only its marks add blocks, headings, buttons or times': (page) => [
    ...page
      .querySelectorAll('.log li[data-seq] > *')
      .flatMap((part) =>
        part.matches('div.body, .attachment') ? [] : all(part, 'p, div, h2, h3, article, button, form'),
      ),
    ...all(page, '.log time:not([role="none"]), .log time:not([datetime])'),
  ],
  'no role takes keys of its own': (page) =>
    all(page, '[role="feed"], [role="grid"], [role="menu"], [role="application"], article'),
  'live regions have text from the start, and none is assertive or atomic': (page) => [
    ...all(page, '[aria-live="assertive"], [aria-atomic], [aria-relevant]'),
    ...without(page.querySelectorAll('[role="alert"], [role="status"]').map(words), Boolean),
  ],
  'each text by a user has a direction of its own': (page) =>
    without(page.querySelectorAll('.log .message .body'), (body) =>
      (body.tagName === 'DIV' ? body.querySelectorAll('p, li') : [body]).every((part) =>
        part.closest('[dir="auto"]'),
      ),
    ),
  'no page reloads by a meta element': (page) => all(page, 'meta[http-equiv="refresh"]'),
  'only what is wrong, or has just happened, takes the focus': (page) =>
    without(page.querySelectorAll('[autofocus]'), (one) => one.closest('.problems, .notice, h1')),
  'no page sets access keys or changes the tab order': (page) => [
    ...all(page, '[accesskey]'),
    ...without(
      page.querySelectorAll('[tabindex]').map((one) => one.getAttribute('tabindex')),
      (index) => Number(index) <= 0,
    ),
  ],
  'the first links skip what is on every page, and links within a page lead to focusable elements': (
    page,
  ) => [
    ...without(
      page.querySelectorAll('header').flatMap(() => page.querySelectorAll('body a').slice(0, 1)),
      (link) => link.closest('.skip, .live-controls'),
    ),
    ...without(
      linksOf(page).filter(({ href }) => href.startsWith('#')),
      ({ href }) => targetOf(page, href.slice(1))?.matches(`[tabindex], fieldset, ${FIELDS}`),
    ),
  ],
  'a page has one h1, one main and no skipped heading level, the list of problems aside': (page) => {
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
  'a page names its language, and can be zoomed': (page) => [
    ...all(page, 'html:not([lang="en"])'),
    ...all(page, 'meta[name="viewport"][content*="scal"]').filter(
      (meta) => !meta.includes('initial-scale=1"'),
    ),
  ],
  'links with the same name lead to the same address, in the same window': (page) => {
    const known = new Map<string, string>();
    return [
      ...all(page, 'a[target]:not([target="_top"])'),
      ...without(
        linksOf(page),
        ({ name, href }) => (known.get(name) ?? (known.set(name, href), href)) === href,
      ),
    ];
  },
  'Help is the last link of the navigation': (page) =>
    without(
      page.querySelectorAll('nav[aria-label="Main"]'),
      (nav) => nav.querySelectorAll('a').at(-1)?.getAttribute('href') === '/help',
    ),
  'the navigation marks the current page': (page, path) =>
    without(
      page.querySelectorAll('nav[aria-label="Main"] a, footer a'),
      (link) =>
        (link.getAttribute('href') === path.split('?')[0]) === (link.getAttribute('aria-current') === 'page'),
    ),
  'each field has a label and an autocomplete attribute, and no placeholder': (page) => [
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
  // To save a text for later is the other button of the form of messages, which has the text.
  'each act has a form of its own, with one button': (page) => [
    ...all(page, '[formaction], [formmethod], button[form], input[form]'),
    ...without(
      page.querySelectorAll('form'),
      (form) =>
        form.querySelectorAll('button:not([name="later"])').length === 1 &&
        form.getAttribute('accept-charset') === 'utf-8',
    ),
    ...without(page.querySelectorAll('button'), (button) => button.closest('form')),
  ],
  'a page loads the scripts and style sheets that it uses, each once, and no others': (page) => {
    const [used, loaded] = [usedBy(page), loadedBy(page)];
    return [
      ...without(used, (address) => loaded.includes(address)),
      ...without(
        loaded,
        (address) => used.includes(address) && loaded.indexOf(address) === loaded.lastIndexOf(address),
      ),
    ];
  },
  'only a page with a form for htmx has attributes or settings of htmx': (page) =>
    page.querySelector('form[hx-post]')
      ? []
      : [
          ...all(page, 'meta[name="htmx-config"]'),
          ...without(page.querySelectorAll('*'), ({ attributes }) =>
            Object.keys(attributes).every((name) => !name.startsWith('hx-')),
          ),
        ],
  'no page hides what text browsers would show': (page) =>
    all(page, '[hidden], [aria-hidden]:not(.caption), template, dialog, details').filter(
      (html) => !/^<span aria-hidden="true">[,:]<\/span>$/.test(html), // signs, which read well there
    ),
};

for (const [when, sights] of TIMES) {
  test(
    `every page ${when} has the HTML that text browsers and screen readers need`,
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
