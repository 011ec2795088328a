import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('the launcher');

const LAUNCHER = fileURLToPath(new URL('../../config/node.mjs', import.meta.url));

test('runs its arguments under a Node that is new enough, and ends as they end', () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    [LAUNCHER, '-e', 'console.log(process.versions.node); process.exit(3)'],
    { encoding: 'utf8' },
  );
  assert.is(status, 3);
  assert.ok(parseInt(stdout) >= 24);
});

test('fails where what it runs is killed', () => {
  const { status } = spawnSync(process.execPath, [LAUNCHER, '-e', 'process.kill(process.pid, "SIGKILL")']);
  assert.is(status, 1);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`passes ${signal} on, and lets what it runs end in its own time`, async () => {
    // It ends by itself after some seconds, so that a launcher that forgets it leaves nothing running.
    const program = `process.on('${signal}', () => setImmediate(() => { console.log('ended'); process.exit(0); })); setTimeout(() => {}, 5000); console.log('ready');`;
    const launcher = spawn(process.execPath, [LAUNCHER, '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    launcher.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await once(launcher.stdout, 'data');
    const closed = once(launcher, 'close');
    launcher.kill(signal);
    assert.equal([await closed, output], [[0, null], 'ready\nended\n']);
  });
}

test.run();
