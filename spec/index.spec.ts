import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { suite } from './support/suite.ts';
import * as assert from 'uvu/assert';
import { eventually } from './support/eventually.ts';
import { Visitor, words } from './support/visitor.ts';

const test = suite('the server as a process');

const [LAUNCHER, SERVER] = ['../config/node.mjs', '../server/index.ts'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);
const STOP_MS = 5000;

/** Starts in a folder, as a service manager does: signals go to the launcher alone. */
function launch(folder: string, variables: Record<string, string> = {}) {
  const child = spawn(process.execPath, [LAUNCHER!, SERVER!], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0', SCRYPT_LOGN: '4', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const said = { out: '', err: '' };
  child.stderr.on('data', (chunk) => void (said.err += chunk));
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      said.out += chunk;
      const [base] = /http:\/\/[^\s/]+:\d+/.exec(said.out) ?? [];
      if (base) resolve(base);
    });
    void ended.then((code) => reject(new Error(`ended with ${code}: ${said.err}`)));
  });
  ready.catch(() => {}); // where it is not to start, nobody waits for it
  /** Stops it, and returns the code that it ends with, and after how long. */
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    const begun = Date.now();
    child.kill(signal);
    return { code: await ended, ms: Date.now() - begun };
  };
  return { said, ready, ended, stop, kill: () => child.exitCode ?? child.kill('SIGTERM') };
}

/** Runs `work` with an empty folder, and ends what it has started there. */
function inFolder(
  work: (
    start: (variables?: Record<string, string>) => ReturnType<typeof launch>,
    folder: string,
  ) => Promise<void>,
) {
  return async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plainchat-'));
    const started: ReturnType<typeof launch>[] = [];
    try {
      await work((variables) => {
        const one = launch(folder, variables);
        started.push(one);
        return one;
      }, folder);
    } finally {
      for (const one of started) one.kill();
      await Promise.all(started.map(({ ended }) => ended));
      await rm(folder, { recursive: true, force: true });
    }
  };
}

/** The messages that a server has left in its folder, in order. */
function messagesIn(folder: string): unknown[] {
  const database = new DatabaseSync(join(folder, 'chat.db'), { readOnly: true });
  try {
    return database
      .prepare("select body from entry where kind = 'message' order by seq")
      .all()
      .map(({ body }) => body);
  } finally {
    database.close();
  }
}

/** Whether anybody answers at an address. */
const answers = (base: string) =>
  new Promise<boolean>((resolve) => {
    const { hostname, port } = new URL(base);
    const socket = connect(Number(port), hostname, () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });

test(
  'makes its database where it is started, says in one line where it is, and stops on a signal',
  inFolder(async (start, folder) => {
    const server = start({ SCRYPT_LOGN: '15' });
    const base = await server.ready;
    assert.match(base, /^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
    assert.is(server.said.out.trim().split('\n').length, 1);
    assert.not.match(server.said.err, /RATE_LIMITS|SCRYPT_LOGN/, 'there is nothing to warn of');
    assert.ok(existsSync(join(folder, 'chat.db')));
    assert.equal(await (await fetch(`${base}/healthz`)).json(), { status: 'ok' });
    const { code, ms } = await server.stop('SIGTERM');
    assert.is(code, 0);
    assert.ok(ms < STOP_MS, `${ms} ms`);
    assert.not.ok(await answers(base));
  }),
);

test(
  'keeps its data where CHAT_DB says, says its address with the host that it was given, warns of what is for load tests only, lets nobody else start on its port, and stops on Ctrl+C',
  inFolder(async (start, folder) => {
    const server = start({ CHAT_DB: join(folder, 'talk.sqlite'), HOST: 'localhost', RATE_LIMITS: 'off' });
    const base = await server.ready;
    assert.match(base, 'http://localhost:');
    assert.ok(existsSync(join(folder, 'talk.sqlite')));
    assert.not.ok(existsSync(join(folder, 'chat.db')));
    for (const setting of [/RATE_LIMITS/, /SCRYPT_LOGN/])
      assert.match(server.said.err + server.said.out, setting);
    const { port } = new URL(base);
    const second = start({ PORT: port, HOST: 'localhost', CHAT_DB: join(folder, 'second.db') });
    assert.is(await second.ended, 1);
    assert.match(second.said.err, new RegExp(`:${port}\\b`));
    assert.not.match(second.said.err, /\n +at /);
    assert.is((await server.stop('SIGINT')).code, 0);
  }),
);

test(
  'is the same after a restart: accounts, sessions, tokens, rooms, who is where, what was read, and the count of wrong log-ins',
  inFolder(async (start) => {
    const first = start();
    const ada = new Visitor(await first.ready);
    const grace = new Visitor(ada.base);
    await ada.register('ada');
    await grace.register('grace');
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await ada.say(lobby, 'before');
    await grace.get(`/rooms/${lobby}`);
    await ada.talk(lobby, 2);
    const page = await ada.get(`/rooms/${lobby}`);
    for (let time = 0; time < 10; time += 1)
      assert.is((await new Visitor(ada.base).logIn('grace', 'wrong horse')).status, 422);
    assert.is((await first.stop()).code, 0);
    const base = await start({ HOST: '0.0.0.0' }).ready;
    assert.match(base, 'http://0.0.0.0:');
    const [again, reader] = [ada.at(base), grace.at(base)];
    assert.match(words((await reader.get('/rooms')).page.querySelector('main')), /2 unread messages\./);
    const unread = (await reader.get(`/rooms/${lobby}`)).page.querySelector('#unread');
    assert.is(words(unread), '2 unread messages');
    assert.is((await again.press(page, 'Send', { body: 'after' })).status, 303);
    assert.equal(await again.log(lobby), [
      'ada entered',
      'grace entered',
      'ada: before',
      'ada: message 1',
      'ada: message 2',
      'ada: after',
    ]);
    assert.is((await new Visitor(base).logIn('grace')).status, 429);
  }),
);

test(
  'finishes what it has begun before it stops, and accepts no more',
  inFolder(async (start, folder) => {
    const server = start();
    const ada = new Visitor(await server.ready);
    await ada.register('ada');
    const lobby = await ada.createRoom('lobby');
    const body = new URLSearchParams({
      body: 'just in time',
      key: '12345678',
      after: '1',
      _csrf: await ada.token(),
    }).toString();
    const headers = {
      Cookie: ada.cookieHeader,
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': body.length,
      Expect: '100-continue',
    };
    const post = request(`${ada.base}/rooms/${lobby}/messages`, { method: 'POST', agent: false, headers });
    const answer = once(post, 'response');
    post.flushHeaders();
    await once(post, 'continue'); // the server has begun
    post.write(body.slice(0, 10));
    const stopped = server.stop();
    while (await answers(ada.base)); // until it has heard the signal
    post.end(body.slice(10));
    const [{ statusCode }] = (await answer) as [{ statusCode: number }];
    assert.is(statusCode, 303);
    const { code, ms } = await stopped;
    assert.is(code, 0);
    assert.ok(ms < STOP_MS, `${ms} ms`);
    assert.equal(messagesIn(folder), ['just in time']);
  }),
);

test(
  'answers all that it was asked under load while it stops, and keeps what it has answered for',
  inFolder(async (start, folder) => {
    const first = start({ RATE_LIMITS: 'off' });
    const base = await first.ready;
    const people = await Promise.all(
      ['ada', 'grace', 'linus', 'alan'].map(async (username) => {
        const person = new Visitor(base);
        await person.register(username);
        return person;
      }),
    );
    const lobby = await people[0]!.createRoom('lobby');
    for (const person of people.slice(1)) await person.enter(lobby);
    const outcomes: string[] = [];
    const acknowledged: string[] = [];
    /** Sends on one connection that is kept open, until nobody listens any more. */
    const sending = async (person: Visitor, polls: boolean) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const headers = {
        Cookie: person.cookieHeader,
        'Content-Type': 'application/json',
        'X-CSRF-Token': await person.token(),
      };
      for (let number = 1; ; number += 1) {
        const body = `${person.username} ${number}`;
        const outcome = await new Promise<string>((resolve) => {
          const asked = polls
            ? request(`${base}/poll?room=${lobby}&after=${2 ** 20}`, { agent, headers })
            : request(`${base}/rooms/${lobby}/messages`, { agent, headers, method: 'POST' });
          asked.on('error', (error: NodeJS.ErrnoException) =>
            resolve(asked.reusedSocket ? `${error.code} on an open connection` : String(error.code)),
          );
          asked.on('response', (answer) =>
            answer
              .resume()
              .on('end', () => resolve(String(answer.statusCode)))
              .on('error', () => resolve('cut off')),
          );
          asked.end(polls ? undefined : JSON.stringify({ body, key: crypto.randomUUID() }));
        });
        outcomes.push(outcome);
        if (outcome === '201') acknowledged.push(body);
        if (!/^\d+$/.test(outcome)) return agent.destroy();
      }
    };
    const load = people.flatMap((person) => [sending(person, false), sending(person, true)]);
    await eventually(() => acknowledged.length > 40, true, 60_000);
    assert.is((await first.stop()).code, 0);
    await Promise.all(load);
    assert.equal([...new Set(outcomes)].toSorted(), ['200', '201', 'ECONNREFUSED']);
    assert.equal(messagesIn(folder).toSorted(), acknowledged.toSorted());
  }),
);

test(
  'stops in time although a connection is held open and a request never ends',
  inFolder(async (start) => {
    const server = start();
    const base = await server.ready;
    const hung = connect(Number(new URL(base).port), '127.0.0.1');
    hung.on('error', () => {});
    const idle = connect(Number(new URL(base).port), '127.0.0.1');
    idle.on('error', () => {});
    hung.write(
      'POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n',
    );
    await once(hung, 'data');
    const { code, ms } = await server.stop();
    assert.is(code, 0);
    assert.ok(ms < STOP_MS, `${ms} ms`);
    idle.destroy();
  }),
);

test(
  'ends the pages that stay open with a word about it before it stops, and stops once, when signals come twice',
  inFolder(async (start) => {
    const server = start();
    const base = await server.ready;
    const ada = new Visitor(base);
    await ada.register('ada');
    const page = ada.get(`/rooms/${await ada.createRoom('lobby')}/stream`);
    await ada.get('/rooms'); // answered after the stream has begun
    const [{ code, ms }] = await Promise.all([server.stop(), server.stop('SIGINT')]);
    assert.match((await page).text, /The server is being restarted\.[^]*<\/html>/);
    assert.is(code, 0);
    assert.ok(ms < STOP_MS, `${ms} ms`);
  }),
);

/** One of each way to be refused: `spec/config/env.spec.ts` has every setting. */
const unusable: [variables: Record<string, string>, sentence: RegExp][] = [
  [{ PORT: 'http' }, /PORT is "http".*0 to 65535/],
  [{ PUBLIC_URL: 'chat.example' }, /PUBLIC_URL is "chat.example".*https:\/\//],
  [{ CHAT_DB: '/nowhere/at/all/chat.db' }, /\/nowhere\/at\/all|open/],
];
for (const [variables, sentence] of unusable) {
  const [[name, value] = []] = Object.entries(variables);
  test(
    `does not start with ${name}=${value}, and says why in a sentence`,
    inFolder(async (start) => {
      const server = start(variables);
      assert.is(await server.ended, 1);
      assert.match(server.said.err, sentence);
      assert.is(server.said.err.trim().split('\n').length, 1, server.said.err);
      assert.is(server.said.out, '');
    }),
  );
}

test.run();
