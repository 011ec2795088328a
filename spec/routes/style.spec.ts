import { readFileSync } from 'node:fs';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Assets } from '../../server/view/assets.ts';
import { withApp } from '../support/app.ts';
import { type Answer, words } from '../support/visitor.ts';

const test = suite('style');

const assets = new Assets();
const SHEETS = { calm: [], y2k: ['y2k.css'], terminal: ['y2k.css', 'terminal.css'] } as const;
const sheetsOf = ({ page }: Answer) =>
  page.querySelectorAll('link[rel="stylesheet"]').map((link) => link.getAttribute('href'));
const expected = (style: keyof typeof SHEETS) =>
  ['app.css', ...SHEETS[style]].map((name) => assets.address(name));
const notice = ({ page }: Answer) => words(page.querySelector('main [role="status"]'));
const checked = ({ page }: Answer) => page.querySelector('main [checked]')?.getAttribute('value');

for (const style of ['calm', 'y2k', 'terminal'] as const)
  test(
    `who has no account yet chooses the style ${style}, and takes it along into their account`,
    withApp(async ({ visitor }) => {
      const person = visitor();
      const welcome = await person.get('/');
      assert.ok(welcome.page.querySelector('footer a[href="/style"]'));
      const form = await person.get('/style');
      assert.is(checked(form), 'calm');
      const { status, location } = await person.press(form, 'Save style', { style });
      assert.equal([status, location], [303, '/']);
      const after = await person.get('/');
      assert.is(notice(after), 'Your style is saved.');
      assert.equal(sheetsOf(after), expected(style));
      assert.is((await person.get('/')).page.querySelector('main [role="status"]'), null, 'it is said once');
      await person.register('ada');
      assert.equal(sheetsOf(await person.get('/rooms')), expected(style));
      assert.is(checked(await person.get('/settings')), style);
      const elsewhere = visitor();
      await elsewhere.logIn('ada');
      assert.equal(sheetsOf(await elsewhere.get('/rooms')), expected(style), 'it is kept with the account');
      await person.post('/logout');
      assert.equal(sheetsOf(await person.get('/login')), expected(style));
    }),
  );

test(
  'who is logged in chooses the style of the account, here or in the settings',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    assert.is(
      (await ada.press(await ada.get('/style'), 'Save style', { style: 'terminal' })).location,
      '/rooms',
    );
    assert.equal(sheetsOf(await ada.get('/rooms')), expected('terminal'));
    await ada.post('/settings', { style: 'y2k' });
    assert.equal(sheetsOf(await ada.get('/style')), expected('y2k'));
    await ada.post('/logout');
    assert.equal(sheetsOf(await ada.get('/')), expected('y2k'));
  }),
);

test(
  'a style that does not exist is refused, and one in a cookie is none',
  withApp(async ({ visitor }) => {
    const person = visitor();
    await person.get('/');
    assert.is((await person.post('/style', { style: 'loud' })).status, 422);
    for (const style of ['loud', 'toString', '"><script>']) {
      person.cookies.set('style', encodeURIComponent(style));
      assert.equal(sheetsOf(await person.get('/')), expected('calm'), style);
    }
  }),
);

/** The contrast of two colours, as `#rgb` or `#rrggbb` (WCAG 2). */
function contrast(one: string, other: string): number {
  const luminance = (colour: string) => {
    const digits = colour.slice(1);
    const full = digits.length === 3 ? digits.replace(/./g, '$&$&') : digits;
    const [red, green, blue] = [0, 2, 4].map((at) => {
      const value = parseInt(full.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [darker, lighter] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (lighter! + 0.05) / (darker! + 0.05);
}

test('each text of the Terminal has a contrast of 7:1 on each of its grounds, and each edge one of 3:1', () => {
  const coloursIn = (sheet: string, wanted: RegExp) => [
    ...readFileSync(new URL(`../../static/${sheet}`, import.meta.url), 'utf8').matchAll(wanted),
  ];
  const colours = Object.fromEntries(
    [
      ...coloursIn('terminal.css', /--([\w-]+): (#\w+);/g),
      ...coloursIn('y2k.css', /--(c\d): (#\w+);/g).slice(0, 8), // on dark
    ].map(([, name, colour]) => [name!, colour!]),
  );
  const texts = ['ink', 'quiet', 'accent', 'accent-strong', 'visited', 'danger', 'danger-strong'];
  const names = Array.from({ length: 8 }, (_, index) => `c${index}`);
  const wrong: string[] = [];
  const look = (text: string, ground: string, least: number) => {
    const found = contrast(colours[text]!, colours[ground]!);
    if (!(found >= least)) wrong.push(`${text} on ${ground}: ${found.toFixed(2)}`);
  };
  for (const ground of ['page', 'band', 'tint', 'face'])
    for (const text of [...texts, ...names, 'on-face']) look(text, ground, 7);
  for (const bar of ['bar', 'bar-end']) look('on-bar', bar, 7);
  for (const ground of ['page', 'band', 'face']) look('edge', ground, 3);
  assert.equal(wrong, []);
});

test.run();
