import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('the launcher');

const LAUNCHER = fileURLToPath(new URL('../../config/node.mjs', import.meta.url));

test('runs its arguments under a Node that is new enough, and ends as they end', () => {
  const { status, stdout } = spawnSync(process.execPath, [LAUNCHER, '-e', 'console.log(process.versions.node); process.exit(3)'], { encoding: 'utf8' });
  assert.is(status, 3);
  assert.ok(parseInt(stdout) >= 24);
});

test('fails where what it runs is killed', () => {
  const { status } = spawnSync(process.execPath, [LAUNCHER, '-e', 'process.kill(process.pid, "SIGKILL")']);
  assert.is(status, 1);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`passes ${signal} on, and lets what it runs end in its own time`, async () => {
    const program = `process.on('${signal}', () => setImmediate(() => { console.log('ended'); process.exit(0); })); setInterval(() => {}, 60_000); console.log('ready');`;
    const launcher = spawn(process.execPath, [LAUNCHER, '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    launcher.stdout.setEncoding('utf8');
    const [ready] = (await once(launcher.stdout, 'data')) as [string];
    assert.is(ready.trim(), 'ready');
    const ending = Promise.all([once(launcher, 'exit'), once(launcher.stdout, 'data')]);
    launcher.kill(signal);
    assert.equal(await ending, [[0, null], ['ended\n']]);
  });
}

test.run();
