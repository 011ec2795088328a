// Runs its arguments under a Node.js that is new enough: the current one, or else the one in node_modules.
// Example: `node config/node.mjs server/index.ts`
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NEEDED = 24; // the first LTS that strips types without a flag

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SERVER = join(ROOT, 'server/index.ts');

/** Below this limit of a container or a control group, in bytes, the heap is smaller: V8 frees memory only when it has to. */
const TIGHT = 768 * 2 ** 20;
const limit = process.constrainedMemory?.() ?? 0;
const heap = limit > 0 && limit <= TIGHT ? 256 : 512;
/**
 * V8 and malloc take their sizes from the machine. These are what a server for 5,000 users needs, V8's in
 * MB. Flags among the arguments and the environment override them.
 */
const SERVER_FLAGS = ['--max-semi-space-size=4', `--max-old-space-size=${heap}`];
const SERVER_ENV = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '1048576' };

const node = Number(process.versions.node.split('.')[0]) >= NEEDED ? process.execPath : packagedNode();
if (!node) {
  console.error(
    `Plainchat needs Node.js ${NEEDED} or later, and this is ${process.version}. Install it from https://nodejs.org, then run the command again.`,
  );
  process.exit(1);
}

const given = process.argv.slice(2);
const isServer = given.some((argument) => resolve(argument) === SERVER);
const flags = ['--disable-warning=ExperimentalWarning', ...(isServer ? SERVER_FLAGS : [])];
const args = [...flags, ...given];
const env = {
  // With the compile cache, later starts take half the time. If the folder is read-only, Node.js goes without.
  NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache', isServer ? 'server' : 'node'),
  ...(isServer && SERVER_ENV),
  ...process.env,
};
if (isServer && isOutdated(env.NODE_COMPILE_CACHE)) await fillCache();
if (process.execve && process.platform !== 'win32') process.execve(node, [node, ...args], env); // this process becomes the program: same pid, no launcher beside it
await supervise();

/** Whether the cache was filled for other code than this. Marks it as filled; false if it cannot be written. */
function isOutdated(cache) {
  const mark = join(cache, 'filled-for');
  const code = `${process.version} ${Math.max(...sources().map((path) => statSync(path).mtimeMs))}`;
  try {
    if (existsSync(mark) && readFileSync(mark, 'utf8') === code) return false;
    mkdirSync(cache, { recursive: true });
    writeFileSync(mark, code);
    return true;
  } catch {
    return false;
  }
}

/** All that is compiled or built. */
function sources() {
  const folders = ['server', 'config', 'static'].map((name) => join(ROOT, name));
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((name) => join(folder, name)),
  );
  return [...files, join(ROOT, 'package-lock.json')];
}

/** Compiles in a child: the compilers take 40 MB, which the server would keep. */
async function fillCache() {
  const { spawnSync } = await import('node:child_process');
  const late = sources().filter((path) => /server.database.[\w-]+\.ts$/.test(path)); // the server imports the rest
  const imports = [SERVER, ...late].map(
    (path) => `await import(${JSON.stringify(pathToFileURL(path))}).catch(() => {});`,
  ); // a thread's code is compiled, and then does not run
  spawnSync(node, [...flags, '--input-type=module', '--eval', imports.join('')], { env, stdio: 'ignore' });
}

/** Runs the program as a child, for Node.js before 22.15 and Windows. This process passes signals on, and exits with its child. */
async function supervise() {
  const { spawn } = await import('node:child_process');
  const child = spawn(node, args, { env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

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
