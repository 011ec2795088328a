import { readdirSync, readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { readEnv } from '../../config/env.ts';
import { Metrics } from '../../server/metrics/metrics.ts';
import { metricSources } from '../../server/metrics/sources.ts';
import { createQueues } from '../../server/live/fair-queue.ts';
import { withHouse } from '../support/domain.ts';
import { suite } from '../support/suite.ts';

const test = suite('deploy files');

const FOLDER = new URL('../../config/deploy/', import.meta.url);
const file = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');
const README = readFileSync(new URL('../../config/README.md', import.meta.url), 'utf8');

test('each deploy file is named in the README', () => {
  for (const name of readdirSync(FOLDER)) assert.match(README, `\`${name}\``, name);
});

test(
  'alert rules and the dashboard ask for metrics that there are',
  withHouse(async ({ em, reader }) => {
    const sources = metricSources(readEnv({}), {
      em,
      queues: createQueues(),
      database: () => ({ isUp: true, isListening: true, waiting: 0 }),
      bytesInFiles: async () => 0,
      reader: await reader(),
      told: { mail: 0, hook: 0, failures: 0 },
    });
    const { text } = await new Metrics(sources).text();
    const known = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name!));
    const dashboard = JSON.parse(file('dashboard.json')) as { panels: { targets: { expr: string }[] }[] };
    const asked = [
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ...[...file('alerts.yml').matchAll(/expr: (.*)/g)].map(([, expr]) => expr!),
    ].flatMap((expr) => expr.match(/\b(plainchat|nodejs|process)_\w+/g) ?? []);
    assert.ok(asked.length > 20);
    for (const name of asked) assert.ok(known.has(name.replace(/_(bucket|count|sum)$/, '')), name);
    assert.equal(
      [...known].filter(
        (name) => name.startsWith('plainchat_') && !asked.some((one) => one.startsWith(name)),
      ),
      [],
      'every metric of ours is shown or watched',
    );
  }),
);

test('the unit and its commands have the same settings and rights, and the settings are valid', () => {
  const [unit, command] = [file('plainchat.service'), file('plainchat')];
  for (const name of ['EnvironmentFile', 'DynamicUser', 'StateDirectory', 'CacheDirectory', 'UMask']) {
    const [, value] = new RegExp(`^${name}=(.*)$`, 'm').exec(unit)!;
    assert.match(command, `-p ${name}=${value}`, name);
  }
  for (const line of ['MemoryMax=512M', 'OOMPolicy=stop', 'CacheDirectory=plainchat'])
    assert.match(unit, new RegExp(`^${line}$`, 'm'));
  const settings = file('plainchat.env')
    .split('\n')
    .filter((line) => /^#?[A-Z_]+=/.test(line))
    .map((line) => line.replace(/^#/, '').split('='));
  for (const [name] of settings) assert.match(README, `\`${name}\``, name);
  const set = file('plainchat.env')
    .match(/^[A-Z_]+=.*$/gm)!
    .map((line) => line.split('='));
  assert.is(readEnv(Object.fromEntries(set)).trustProxy, 1);
});

test('proxies close an idle connection before the server does, and pass an id for each request', () => {
  for (const name of ['nginx.conf', 'Caddyfile']) {
    const [, seconds] = /keepalive(?:_timeout)? (\d+)s/.exec(file(name))!;
    assert.ok(Number(seconds) < 65, name);
    assert.match(file(name), 'X-Request-Id', name);
  }
});

test('the image has no rights, no cache of npm, and is not restarted for an outage of the database', () => {
  const image = file('Dockerfile');
  for (const part of [
    'USER node',
    'npm cache clean',
    '--omit=dev',
    '--start-period',
    '/healthz',
    'process.env.PORT',
  ])
    assert.match(image, part);
  assert.match(image, /^CMD \["node", "config\/node.mjs", "server\/index.ts"\]$/m);
});

test.run();
