// Runs its arguments under a Node that can run this app: the one that started it where that is new
// enough, else the one packaged in node_modules. `node config/node.mjs server/index.ts`
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const NEEDED = 24; // the first LTS that runs TypeScript by stripping its types without a flag

const node = Number(process.versions.node.split('.')[0]) >= NEEDED ? process.execPath : packagedNode();
if (!node) {
  console.error(
    `Plainchat needs Node.js ${NEEDED} or later, and this is ${process.version}: install it from https://nodejs.org and run the command again.`,
  );
  process.exit(1);
}

// What was compiled is kept for the next start, which then takes half the time; where it cannot be written, nothing is.
const env = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url)),
  ...process.env,
};
const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...process.argv.slice(2)], {
  env,
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => child.kill(signal)); // the child ends in its own time, and we with it
}
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));

function packagedNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  try {
    return createRequire(import.meta.url).resolve(
      `node-${platform}-${process.arch}/bin/node${platform === 'win' ? '.exe' : ''}`,
    );
  } catch {
    return undefined; // no package for this platform
  }
}
