import { type HTMLElement, parse } from 'node-html-parser';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Assets } from '../../server/view/assets.ts';
import { View } from '../../server/view/index.ts';
import { words } from '../support/visitor.ts';

const test = suite('escaping');

const view = new View(new Assets());
/** Each sign that ends a text, an attribute or a string somewhere, and one of each in a row. */
const SIGNS = [
  '&',
  '<',
  '>',
  '"',
  "'",
  '`',
  '\\',
  '&amp;',
  '</textarea>',
  '</title>',
  '{{ 7 * 7 }}',
  '{% raw %}',
  '-->',
];
const TEXTS = [...SIGNS, SIGNS.join('')].map((sign) => `a${sign}b`);

const USER = { username: 'ada', style: 'calm', operator: false };
const page = (template: string, values: Record<string, unknown>) =>
  view.render(template, {
    user: USER,
    csrf: 'token',
    path: '/',
    zone: 'UTC',
    problems: {},
    typed: {},
    ...values,
  });
const person = (username: string) =>
  page('people/show.njk', { person: { id: 2, username, status: undefined, isBlocked: false } });

/** Each context in which a template puts a value of a user's, through every way that templates have: blocks, includes, macros, filters. */
const CONTEXTS: [
  what: string,
  render: (text: string) => string,
  read: (page: HTMLElement) => string | undefined,
][] = [
  [
    'text',
    (text) => page('errors/refused.njk', { message: text, status: 403 }),
    (page) => words(page.querySelector('main p')),
  ],
  [
    'the title',
    person,
    (page) => words(page.querySelector('title')).replace(/^Error: | – People – Plainchat$/g, ''),
  ],
  ['a heading', person, (page) => words(page.querySelector('h1'))],
  [
    'the value of a field, by a macro',
    (text) => page('accounts/login.njk', { typed: { login: text } }),
    (page) => page.querySelector('input[name="login"]')?.getAttribute('value'),
  ],
  [
    'a hidden field',
    (text) => page('accounts/login.njk', { next: text }),
    (page) => page.querySelector('input[name="next"]')?.getAttribute('value'),
  ],
  [
    'the problem of a field',
    (text) => page('accounts/login.njk', { problems: { login: text } }),
    (page) => words(page.querySelector('.problems a')),
  ],
  [
    'the content of a text field, by an include',
    (text) =>
      page('errors/ended.njk', {
        message: 'x',
        status: 409,
        why: 'left',
        kept: text,
        draft: { body: text },
        back: '/rooms/1',
        room: { id: 1, name: 'lobby' },
      }),
    (page) => page.querySelector('textarea')?.text.replace(/^\n/, ''),
  ],
  [
    'an address, by a filter',
    person,
    (page) =>
      decodeURIComponent(
        /^\/people\/(.*)\/block$/.exec(
          page.querySelector('form[action$="/block"]')?.getAttribute('action') ?? '',
        )?.[1] ?? '',
      ),
  ],
];

for (const [what, render, read] of CONTEXTS) {
  test(`what a user typed is text and nothing else, as ${what}`, () => {
    const tags = (html: string) =>
      parse(html)
        .querySelectorAll('*')
        .map(({ tagName }) => tagName)
        .join(' ');
    const usual = tags(render('a'));
    for (const text of TEXTS) {
      const html = render(text);
      assert.is(read(parse(html)), text);
      assert.is(tags(html), usual, `${text} became an element`);
      if (/[<>"]/.test(text)) assert.not.ok(html.includes(text), `${text} is written as it was typed`);
    }
  });
}

test.run();
