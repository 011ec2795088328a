import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from './support/suite.ts';
import * as assert from 'uvu/assert';
import { openDatabase } from '../server/database/open.ts';
import { withServer } from './support/server.ts';
import { Visitor } from './support/visitor.ts';

const test = suite('the start of the server');

const HOOKS = import.meta.resolve('./support/loaded.mjs');

/** What only some servers need, or only now and then. */
const RARELY_NEEDED = [
  '@fastify/busboy',
  '@mikro-orm/migrations',
  '@mikro-orm/postgresql',
  '@zxcvbn-ts/language-common',
  'nodemailer',
  'pg',
  'prom-client',
  'sharp',
  'terser',
];
/** Node's HTTP client. */
const UNDICI = 'undici';

/** Returns which of these packages a server loads from its start, by default with a database that is there, until its end. */
async function loadedBy(
  use: (base: string) => Promise<unknown> = async () => {},
  variables: Record<string, string> = {},
  isFirst = false,
): Promise<string[]> {
  let loaded: string[] = [];
  await withServer(
    async (server, folder) => {
      if (!isFirst) await (await openDatabase(join(folder, 'chat.db'))).close();
      await server.start();
      await use(server.base);
      assert.is(await server.end(), 0);
      loaded = JSON.parse(readFileSync(join(folder, 'loaded'), 'utf8')) as string[];
    },
    (folder) => ({ NODE_OPTIONS: `--import ${HOOKS}`, LOADED: join(folder, 'loaded'), ...variables }),
  );
  assert.ok(
    loaded.some((url) => url.includes('/node_modules/koa/')),
    'this spec sees what is loaded',
  );
  const isLoaded = (name: string) =>
    loaded.some((url) => url.includes(`/node_modules/${name}/`) || url.endsWith(`/deps/${name}/${name}`));
  return [...RARELY_NEEDED, UNDICI].filter(isLoaded);
}

test('a start loads no package that only some servers need, nor do the first pages and answers', async () => {
  assert.equal(
    await loadedBy(async (base) => {
      const visitor = new Visitor(base);
      for (const path of ['/healthz', '/readyz', '/', '/login', '/register', '/nowhere'])
        await visitor.get(path);
    }),
    [],
  );
});

test('the first account loads the list of common passwords, and the first start the migrations', async () => {
  const use = (base: string) => new Visitor(base).register('ada');
  assert.equal(await loadedBy(use, {}, true), ['@mikro-orm/migrations', '@zxcvbn-ts/language-common']);
});

test('a setting loads the package that it needs, but that of mail, which is sent rarely', async () => {
  const mail = { SMTP_URL: 'smtp://127.0.0.1:9', PUBLIC_URL: 'http://127.0.0.1' };
  assert.equal(await loadedBy(undefined, { METRICS_TOKEN: 'the token', ...mail }), ['prom-client']);
});

test('a server starts and answers when no cache can be written', () =>
  withServer(
    async (server) => {
      await server.start();
      assert.equal((await new Visitor(server.base).get('/healthz')).json(), { status: 'ok' });
      assert.is(await server.end(), 0);
      assert.not.match(server.printed, /error/i);
    },
    (folder) => {
      writeFileSync(join(folder, 'file'), '');
      return { NODE_COMPILE_CACHE: join(folder, 'file', 'cache') };
    },
  ));

test.run();
