import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';

const test = suite('launcher');

const [LAUNCHER, SERVER] = ['../../config/node.mjs', '../../server/index.ts'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
) as [string, string];

/** A launcher that becomes the program, and one that cannot, as under an old Node.js or on Windows. */
const WAYS = {
  'that becomes its program': [LAUNCHER],
  'that stays beside its program': ['--import', 'data:text/javascript,process.execve = undefined', LAUNCHER],
};

for (const [way, launcher] of Object.entries(WAYS)) {
  test(`a launcher ${way} runs its arguments with Node 24 or later, and exits with their code`, () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [...launcher, '-e', 'console.log(process.versions.node); process.exit(3)'],
      { encoding: 'utf8' },
    );
    assert.is(status, 3);
    assert.ok(parseInt(stdout) >= 24);
  });

  test(`a launcher ${way} fails when its program is killed`, () => {
    const { status, signal } = spawnSync(process.execPath, [
      ...launcher,
      '-e',
      'process.kill(process.pid, "SIGKILL")',
    ]);
    assert.ok(status === 1 || signal === 'SIGKILL', `${status} ${signal}`);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`a launcher ${way} passes ${signal} on, and ends with its program`, async () => {
      // The program ends by itself after 5 s, so that a broken launcher leaves nothing running.
      const program = `process.on('${signal}', () => setImmediate(() => { console.log('ended'); process.exit(0); })); setTimeout(() => {}, 5000); console.log('ready');`;
      const child = spawn(process.execPath, [...launcher, '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      await once(child.stdout, 'data');
      const closed = once(child, 'close');
      child.kill(signal);
      assert.equal([await closed, output], [[0, null], 'ready\nended\n']);
    });
  }
}

test('no launcher stays beside a program that it can become', () => {
  const { pid, stdout } = spawnSync(process.execPath, [LAUNCHER, '-e', 'console.log(process.pid)'], {
    encoding: 'utf8',
  });
  assert.is(Number(stdout), pid);
});

test('the server gets the sizes that it needs, arguments override them, and nothing else gets them', () => {
  const sizesOf = (before: string[], file: string) =>
    spawnSync(
      process.execPath,
      [...before, '-p', '`${process.execArgv} ${process.env.MALLOC_ARENA_MAX}`', '--', file],
      { encoding: 'utf8', env: { PATH: process.env.PATH } },
    ).stdout.trim();
  for (const [limit, heap] of [
    ['0', 512],
    ['2 ** 64', 512],
    ['2 ** 29', 256],
  ])
    assert.match(
      sizesOf(
        ['--import', `data:text/javascript,process.constrainedMemory = () => ${limit}`, LAUNCHER],
        SERVER,
      ),
      new RegExp(`--max-semi-space-size=4,--max-old-space-size=${heap},.* 2$`),
    );
  assert.match(
    sizesOf([LAUNCHER, '--max-old-space-size=1024'], SERVER),
    /=(512|256),--max-old-space-size=1024,/,
  );
  assert.match(sizesOf([LAUNCHER], LAUNCHER), /^--disable-warning=ExperimentalWarning,-p,.* undefined$/);
});

test.run();
