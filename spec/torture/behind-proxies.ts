// Three servers behind nginx, on a PostgreSQL behind PgBouncer in transaction mode, as config/README.md says:
//   npm run torture:proxies -- --requests 20000
// restarts the servers one after another under load, kills one, and has the database fall silent for 30 s.
// Needs the programs nginx and pgbouncer.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort, startPostgres } from '../support/postgres.ts';
import { startRelay } from '../support/relay.ts';
import { Server } from '../support/server.ts';
import { type Answer, type Delta, Visitor } from '../support/visitor.ts';

const { values } = parseArgs({ options: { requests: { type: 'string', default: '20000' } } });
const REQUESTS = Number(values.requests);
const USERS = 40;
const SERVERS = 3;
/** As config/deploy/nginx.conf asks for. */
const BETWEEN_RESTARTS_MS = 2500;
const SILENCE_MS = 30_000;
const QUICK_MS = 2000;
const WELL_MS = 5000;

const folder = mkdtempSync(join(tmpdir(), 'plainchat-proxies-'));
chmodSync(folder, 0o755); // PgBouncer does not run as root
const postgres = await startPostgres({ isDurable: true });
const relay = await startRelay(await postgres.create());
const children: ChildProcess[] = [];
const servers: Server[] = [];
try {
  const bouncer = await startBouncer(new URL(relay.address));
  for (let number = 0; number < SERVERS; number += 1) {
    const server = new Server(folder, {
      DATABASE_URL: bouncer,
      LISTEN_URL: relay.address,
      FILES_DIR: join(folder, 'files'),
      TRUST_PROXY: '1',
    });
    await server.start();
    servers.push(server);
  }
  const base = await startNginx(servers.map(({ base }) => new URL(base).port));
  const users = await Promise.all(
    Array.from({ length: USERS }, async (_, index) => {
      const user = new Visitor(base);
      while ((await user.register(`user${index}`)).status !== 303) await pause(100); // hashes wait in a queue that has an end
      return user;
    }),
  );
  const lobby = await users[0]!.createRoom('lobby');
  for (const user of users) await user.enter(lobby);
  await restartUnderLoad(users, lobby);
  await killUnderLoad(users, lobby);
  await silence(users, lobby);
} finally {
  for (const server of servers) await server.end('SIGKILL');
  for (const child of children) child.kill('SIGKILL');
  relay.end();
  await postgres.end();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(); // what has started PostgreSQL still holds the pipes to it

/** What users do until it is over: most polls, some pages, some posts. Returns what was asked and how it was answered. */
function startLoad(users: Visitor[], room: number, isOver: () => boolean) {
  const outcome = { requests: 0, refused: new Map<string, number>(), acknowledged: [] as string[] };
  const refuse = (what: string) => outcome.refused.set(what, (outcome.refused.get(what) ?? 0) + 1);
  const work = async (user: Visitor) => {
    for (let turn = 0; !isOver(); turn += 1) {
      const body = `${user.username} ${crypto.randomUUID()}`;
      const [what, ask] =
        turn % 10 === 4
          ? (['post', () => user.sayJson(room, body, { after: 2 ** 30 })] as const)
          : turn % 10 === 9
            ? (['page', () => user.get(`/rooms/${room}`)] as const)
            : (['poll', () => user.poll(room, 2 ** 30)] as const);
      const status = await ask().then(
        (answer) => answer.status,
        (error: NodeJS.ErrnoException) => error.code ?? String(error),
      );
      outcome.requests += 1;
      if (![200, 201, 204].includes(Number(status))) refuse(`${what}: ${status}`);
      else if (what === 'post') outcome.acknowledged.push(body);
      await pause(20);
    }
  };
  return { outcome, ended: Promise.all(users.map(work)) };
}

async function restartUnderLoad(users: Visitor[], room: number): Promise<void> {
  const state = { isOver: false };
  const { outcome, ended } = startLoad(users, room, () => state.isOver);
  let restarts = 0;
  while (outcome.requests < REQUESTS) {
    const server = servers[restarts % SERVERS]!;
    await server.end('SIGTERM');
    await server.start();
    restarts += 1;
    await pause(BETWEEN_RESTARTS_MS);
  }
  state.isOver = true;
  await ended;
  tell(`${restarts} restarts, ${outcome.requests} requests`, outcome.refused);
  await findLost(users[0]!, room, outcome.acknowledged);
}

async function killUnderLoad(users: Visitor[], room: number): Promise<void> {
  const state = { isOver: false };
  const { outcome, ended } = startLoad(users, room, () => state.isOver);
  await pause(2000);
  await servers[1]!.end('SIGKILL');
  await pause(2000);
  await servers[1]!.start();
  await pause(2000);
  state.isOver = true;
  await ended;
  tell(`one server killed, ${outcome.requests} requests`, outcome.refused);
  await findLost(users[0]!, room, outcome.acknowledged);
}

async function silence(users: Visitor[], room: number): Promise<void> {
  const times: number[] = [];
  const statuses = new Map<string, number>();
  const state = { isSilent: true };
  const timed = async (ask: () => Promise<Answer>) => {
    const begun = performance.now();
    const status = await ask().then((answer) => String(answer.status), String);
    times.push(performance.now() - begun);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  };
  relay.silence();
  const work = users.map(async (user, index) => {
    while (state.isSilent) {
      await timed(() => (index % 2 ? user.poll(room, 2 ** 30) : user.get(`/rooms/${room}`)));
      await pause(500);
    }
  });
  await pause(SILENCE_MS);
  state.isSilent = false;
  await Promise.all(work);
  const late = times.filter((time) => time > QUICK_MS).length;
  tell(
    `silent for ${SILENCE_MS / 1000} s, ${times.length} polls and pages, the slowest ${Math.round(Math.max(...times))} ms, ${late} over ${QUICK_MS} ms`,
    statuses,
  );
  relay.resume();
  const resumed = performance.now();
  let well = 0;
  while (well < users.length) {
    const answers = await Promise.all(
      users.map((user) => user.get(`/rooms/${room}`).then(({ status }) => status, String)),
    );
    well = answers.filter((status) => status === 200).length;
  }
  const ms = Math.round(performance.now() - resumed);
  console.log(
    `all ${well} users have their page ${ms} ms after the return${ms > WELL_MS ? ': too late' : ''}`,
  );
}

/** Compares what was acknowledged with the log. */
async function findLost(user: Visitor, room: number, acknowledged: string[]): Promise<void> {
  const bodies: string[] = [];
  for (let after = 0; ;) {
    const { entries } = (await user.getJson(`/rooms/${room}/entries?after=${after}`)).json() as Delta;
    if (entries.length === 0) break;
    bodies.push(...entries.filter(({ kind }) => kind === 'message').map(({ body }) => body));
    after = entries.at(-1)!.seq;
  }
  const stored = new Set(bodies);
  const lost = acknowledged.filter((body) => !stored.has(body));
  console.log(
    `${acknowledged.length} messages acknowledged, ${lost.length} lost, ${bodies.length - stored.size} stored twice`,
  );
}

function tell(what: string, counts: Map<string, number>): void {
  const list = [...counts].map(([status, count]) => `${count} × ${status}`).join(', ');
  console.log(`${what}: ${list || 'all answered as they should be'}`);
}

/** @returns the address of the database by way of PgBouncer */
async function startBouncer(database: URL): Promise<string> {
  const port = await freePort();
  const [name, user, password] = [database.pathname.slice(1), database.username, database.password];
  const ini = join(folder, 'pgbouncer.ini');
  writeFileSync(
    ini,
    `[databases]
${name} = host=127.0.0.1 port=${database.port} user=${user} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
max_client_conn = 500
default_pool_size = 30
`,
    { mode: 0o644 },
  );
  await run('pgbouncer', ['-u', 'nobody', ini], port);
  return `postgres://${user}:${password}@127.0.0.1:${port}/${name}`;
}

/** nginx with the upstream and the settings of config/deploy/nginx.conf, without TLS. @returns its address */
async function startNginx(ports: string[]): Promise<string> {
  const given = readFileSync(new URL('../../config/deploy/nginx.conf', import.meta.url), 'utf8');
  const [upstream] = /upstream plainchat \{[^}]*\}/.exec(given)!;
  const settings = given.slice(given.indexOf('\tproxy_http_version'), given.lastIndexOf('}'));
  const [line] = /server 127\.0\.0\.1:3000([^;]*);/.exec(upstream)!;
  const port = await freePort();
  const conf = join(folder, 'nginx.conf');
  const all = ports.map((one) => line.replace('3000', one)).join('\n');
  writeFileSync(
    conf,
    `daemon off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log; worker_processes 1;
events { worker_connections 1000; }
http { access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
${upstream.replace(line, all)}
server { listen 127.0.0.1:${port}; client_max_body_size 128m; 
${settings} } }`,
  );
  await run('nginx', ['-c', conf], port);
  return `http://127.0.0.1:${port}`;
}

/** Starts a program, and waits until it listens. @throws if it ends before */
async function run(program: string, args: string[], port: number): Promise<void> {
  const child = spawn(program, args, { stdio: 'ignore' });
  children.push(child);
  let error: string | undefined;
  child
    .once('error', ({ message }) => (error = message))
    .once('exit', (code) => (error ??= `it ended with ${code}`));
  while (!(await listens(port))) {
    if (error) throw new Error(`${program} does not run here: ${error}`);
    await pause(50);
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}
