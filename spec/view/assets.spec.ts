import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { gzipSync } from 'node:zlib';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Assets } from '../../server/view/assets.ts';
import { withApp } from '../support/app.ts';
import { refusal } from '../support/domain.ts';

const test = suite('assets');

const STATIC = new URL('../../static/', import.meta.url);
const TEMPLATES = new URL('../../templates/', import.meta.url);
const assets = new Assets();

const names = ['app.css', 'chat.js', 'zone.js', 'htmx.js', 'icon.svg'];

test(
  'the address of an asset changes with its content, and with nothing else',
  withApp(async ({ visitor }) => {
    for (const name of names) {
      const address = assets.address(name);
      const [, stem, hash, ending] = /^\/static\/(.+)-([0-9a-f]{12})\.(\w+)$/.exec(address) ?? [];
      assert.is(`${stem}.${ending}`, name);
      const { status, text } = await visitor().get(address);
      assert.equal([status, createHash('sha256').update(text).digest('hex').slice(0, 12)], [200, hash], name);
      assert.is(new Assets().address(name), address);
    }
  }),
);

test(
  'browsers may keep assets for a year, and each has its type',
  withApp(async ({ visitor }) => {
    const types = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' };
    for (const name of names) {
      const { headers } = await visitor().get(assets.address(name));
      assert.match(headers.get('Cache-Control') ?? '', /max-age=31536000.*immutable/);
      assert.match(headers.get('Content-Type') ?? '', types[name.split('.')[1] as keyof typeof types], name);
    }
  }),
);

test(
  'an asset is the same in every encoding, and names the encoding',
  withApp(async ({ visitor }) => {
    const address = assets.address('app.css');
    const get = (encoding: string) => visitor().get(address, { 'Accept-Encoding': encoding });
    const plain = await get('identity');
    assert.is(plain.headers.get('Content-Encoding'), null);
    for (const encoding of ['gzip', 'br']) {
      const packed = await get(encoding);
      assert.equal(
        [packed.headers.get('Content-Encoding'), packed.headers.get('Vary'), packed.text],
        [encoding, 'Accept-Encoding', plain.text],
      );
    }
  }),
);

test(
  'TypeScript assets are served as JavaScript, without types',
  withApp(async ({ visitor }) => {
    for (const file of readdirSync(STATIC).filter((name) => name.endsWith('.ts'))) {
      const { text } = await visitor().get(assets.address(file.replace(/ts$/, 'js')));
      assert.ok(text.trim().length > 0, file);
      assert.is(stripTypeScriptTypes(text), text, `${file} has types left`);
    }
  }),
);

test(
  'assets import each other by hashed address, and `imports` lists those addresses',
  withApp(async ({ visitor }) => {
    const { text } = await visitor().get(assets.address('chat.js'));
    const imported = [...text.matchAll(/from"([^"]+)"/g)].map(([, address]) => address!);
    assert.ok(imported.includes(assets.address('log-elements.js')));
    for (const address of imported) assert.is((await visitor().get(address)).status, 200, address);
    assert.equal(
      [...new Set(imported)].filter((address) => !assets.imports('chat.js').includes(address)),
      [],
    );
    assert.equal(assets.imports('zone.js'), []);
  }),
);

for (const [name, most] of Object.entries({
  'chat.js': 4200,
  'announcer.js': 3000, // with all that the practice room has too
  'wording.js': 1200,
  'attach.js': 3300,
})) {
  test(
    `${name} has at most ${most} bytes after gzip`,
    withApp(async ({ visitor }) => {
      const { text } = await visitor().get(assets.address(name));
      assert.ok(gzipSync(text).length <= most, `${gzipSync(text).length} bytes`);
    }),
  );
}

test('of which a room loads few bytes in all', () => {
  const addresses = [...assets.imports('chat.js'), assets.address('chat.js')];
  const sizes = addresses.map((address) => assets.at(address)!.bodies.gzip.length);
  const sum = sizes.reduce((one, other) => one + other);
  assert.ok(sum <= 8500, `${sum} bytes`);
});

test('that only one page loads are part of the script of that page', () => {
  assert.is(assets.address('title.js'), assets.address('chat.js'));
  assert.is.not(assets.address('announcer.js'), assets.address('chat.js'));
});

test(
  'an address that no page has answers 404',
  withApp(async ({ visitor }) => {
    for (const path of [
      '/static/app.css',
      '/static/app-000000000000.css',
      '/static/../package.json',
      '/static/chat.ts',
      '/static/',
    ]) {
      assert.is((await visitor().get(path)).status, 404, path);
    }
  }),
);

test('every asset that a template names exists', async () => {
  const named = readdirSync(TEMPLATES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.njk'))
    .flatMap((name) =>
      [...readFileSync(new URL(name, TEMPLATES), 'utf8').matchAll(/asset\('([^']+)'\)/g)].map(
        ([, asset]) => asset!,
      ),
    );
  assert.ok(named.length > 0);
  for (const name of named) assert.match(assets.address(name), /^\/static\//);
  await refusal(Error, () => assets.address('nothing.css'));
});

test.run();
