import * as assert from 'uvu/assert';
import { Assets } from '../../server/view/assets.ts';
import { View } from '../../server/view/index.ts';
import { KeptPages } from '../../server/view/kept-pages.ts';
import { suite } from '../support/suite.ts';

const test = suite('kept pages');

/** A view that counts what it renders. */
class CountingView extends View {
  rendered = 0;
  override render(template: string, values: object): string {
    this.rendered += 1;
    return super.render(template, values);
  }
}

function scene() {
  const view = new CountingView(new Assets());
  const pages = new KeptPages(view);
  const show = (text: string, csrf: string) =>
    pages.render('errors/refused.njk', { message: text, path: '/', typed: {} }, { csrf }).toString();
  return { view, show };
}

const tokenOf = (html: string) => /csrf-token" content="([^"]*)"/.exec(html)?.[1];

test('a page that has not changed is rendered once, and has a new token each time', () => {
  const { view, show } = scene();
  const pages = ['one', 'two', 'three'].map((token) => show('Wait a minute.', token));
  assert.is(view.rendered, 1);
  assert.equal(pages.map(tokenOf), ['one', 'two', 'three']);
  assert.is(pages[0]!.replace('one', ''), pages[1]!.replace('two', ''));
});

test('a text of any script is sent as UTF-8, when it is rendered and when it was kept', () => {
  const { show } = scene();
  for (const token of ['one', 'two']) assert.match(show('Ждите – 😀 é.', token), 'Ждите – 😀 é.');
});

test('a page of other data is rendered', () => {
  const { view, show } = scene();
  assert.is.not(show('Wait a minute.', 'token'), show('Wait an hour.', 'token'));
  assert.is(view.rendered, 2);
});

test('a token is put in as it is, whatever signs it has', () => {
  const { show } = scene();
  assert.is(tokenOf(show('Wait.', "$&-$1-$'")), "$&-$1-$'");
});

test('the texts of a page do not get the token, whatever they say', () => {
  const { show } = scene();
  const html = show('csrf -csrf. {{ csrf }}', 'the-token');
  assert.is(
    html.split('the-token').length - 1,
    html.split('csrf-token" content="').length - 1 + html.split('name="_csrf"').length - 1,
  );
});

test.run();
