import type { HTMLElement } from 'node-html-parser';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { routes } from '../../server/routes/index.ts';
import { Assets } from '../../server/view/assets.ts';
import { withApp } from '../support/app.ts';
import { TIMES } from '../support/pages.ts';

const test = suite('the addresses on every page');

const layers = routes().stack;
const assets = new Assets();
/** The parameters of routes that are numbers: `/rooms/new` is not the address of a room. */
const NUMBERS = ['id', 'seq', 'report', 'session'];

/** Whether the app answers this method at this path of its own. */
function isAnswered(method: string, path: string): boolean {
  if (method === 'GET' && path.startsWith('/static/')) return assets.at(path) !== undefined;
  return layers.some((layer) => {
    if (!layer.methods.includes(method) || !layer.match(path)) return false;
    const params = layer.params(path, layer.captures(path));
    return NUMBERS.every((name) => params[name] === undefined || /^\d+$/.test(params[name]));
  });
}

/** The addresses on a page, each with the method that a browser uses for it: `GET /rooms`. */
function addressesOn(page: HTMLElement): string[] {
  const forms = page.querySelectorAll('form');
  return [
    ...page.querySelectorAll('[href]').map((one) => `GET ${one.getAttribute('href')}`),
    ...page.querySelectorAll('[src]').map((one) => `GET ${one.getAttribute('src')}`),
    ...forms.map(
      (one) => `${(one.getAttribute('method') ?? 'get').toUpperCase()} ${one.getAttribute('action')}`,
    ),
    ...page.querySelectorAll('[hx-post]').map((one) => `POST ${one.getAttribute('hx-post')}`),
  ];
}

/** Whether an address leads to a route, to another place on its page, or to another site. */
function leadsSomewhere(address: string): boolean {
  const [method = '', target = ''] = address.split(' ');
  if (/^(#|https?:\/\/)/.test(target)) return method === 'GET';
  const [path = ''] = target.split(/[?#]/);
  return path.startsWith('/') && isAnswered(method, path);
}

test('an address without a route is recognised', () => {
  for (const address of [
    'GET /',
    'GET /rooms/1?after=2#new',
    'POST /rooms/1/enter',
    'GET #body',
    'GET https://x.org',
  ])
    assert.ok(leadsSomewhere(address), address);
  for (const address of [
    'GET /nowhere',
    'GET /rooms/new',
    'GET /rooms/1/enter',
    'POST /help',
    'POST https://x.org',
    'GET rooms',
    'GET ',
    'GET /static/app.css',
    'POST undefined',
  ])
    assert.not.ok(leadsSomewhere(address), address);
});

for (const [when, sights] of TIMES) {
  test(
    `each link and each form leads to a route, ${when}`,
    withApp(async (world) => {
      const lost: string[] = [];
      for (const { name, who, path, fields } of await sights(world)) {
        const { page } = fields ? await who.post(path, fields) : await who.get(path);
        const addresses = addressesOn(page);
        assert.ok(addresses.length > 1, name);
        lost.push(...addresses.filter((one) => !leadsSomewhere(one)).map((one) => `${name}: ${one}`));
      }
      assert.equal(lost, []);
    }),
  );
}

test.run();
