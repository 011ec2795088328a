import type { RequestListener, Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { CONNECTION_TIMES, connectionOf, createHttpServer } from '../../server/live/connections.ts';
import { InFlight } from '../../server/live/in-flight.ts';
import { liveListener } from '../../server/live/listener.ts';

const test = suite('connections');

const SHORT = { idleMs: 300, keepAliveMs: 300 };
/** Within this, a client that does nothing is let go: Node adds a second to the time between requests, and a refused client has five. */
const LET_GO_MS = 15_000;
/** More than the buffers of two sockets hold. */
const LARGE = Buffer.alloc(32 * 1024 * 1024, 'x');

const get = (path: string, cookie = 'none') => `GET ${path} HTTP/1.1\r\nHost: x\r\nCookie: ${cookie}\r\n\r\n`;
const ASK = get('/large');

/** Runs `work` with a server on a port of its own. */
async function serving(
  listener: RequestListener,
  work: (open: (bytes: string) => Promise<Client>, server: Server) => Promise<void>,
  times = SHORT,
): Promise<void> {
  const server = createHttpServer(listener, times);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const clients: Client[] = [];
  const open = async (bytes: string) => {
    const client = await Client.open((server.address() as AddressInfo).port, bytes);
    clients.push(client);
    return client;
  };
  try {
    await work(open, server);
  } finally {
    for (const { socket } of clients) socket.destroy();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

/** A connection that sends bytes as they are. */
class Client {
  readonly socket: Socket;
  text = '';
  readonly ended: Promise<void>;

  private constructor(socket: Socket) {
    this.socket = socket.setEncoding('latin1');
    this.ended = new Promise((resolve) => socket.on('error', () => {}).once('close', () => resolve()));
  }

  static open(port: number, bytes: string): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(bytes);
        resolve(new Client(socket));
      }).on('error', reject);
    });
  }

  /** Takes all that comes. */
  read(): this {
    this.socket.on('data', (part: string) => void (this.text += part));
    return this;
  }

  get statuses(): number[] {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
  }

  async isEndedWithin(ms: number): Promise<boolean> {
    return Promise.race([this.ended.then(() => true), pause(ms, false, { ref: false })]);
  }
}

/** Resolves once the server has no connection. */
async function isEmptyWithin(server: Server, ms: number): Promise<boolean> {
  for (const until = Date.now() + ms; Date.now() < until; await pause(50)) {
    const count = await new Promise<number>((resolve) => server.getConnections((_, open) => resolve(open)));
    if (count === 0) return true;
  }
  return false;
}

/** The listener of production, in front of other endpoints: one poll is answered from memory. */
const counting = (middleware: RequestListener): RequestListener =>
  liveListener(
    {
      polls: (request, response) => {
        if (request.url !== '/poll') return false;
        response.writeHead(204).end();
        return true;
      },
      posts: () => false,
      middleware,
    },
    {
      inFlight: new InFlight(),
      sessionIn: ({ headers }) => (headers.cookie === 'none' ? undefined : headers.cookie),
    },
    { countPoll: () => false, observePoll() {}, observePost() {} },
  );

/** A listener whose middleware answers when the spec says so. */
function scene() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const listener = counting((request, response) => {
    begun.push(request.url!);
    ends.push(() => response.end(request.url));
  });
  return { begun, ends, listener };
}

const SILENT: [what: string, bytes: string][] = [
  ['sends nothing', ''],
  ['stops in the middle of a header', 'GET / HTTP/1.1\r\nHost: x\r\nCookie: si'],
  ['stops in the middle of a body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nlogin='],
  ['takes nothing of a large answer', ASK],
  ['takes nothing of many answers', ASK.repeat(10)],
  ['asks for no more', get('/small')],
];

for (const [what, bytes] of SILENT) {
  test(`the server lets go of a client that ${what}`, () =>
    serving(
      counting((request, response) => {
        if (request.method === 'GET') response.end(request.url === '/large' ? LARGE : 'small');
      }),
      async (open, server) => {
        await open(bytes);
        assert.ok(await isEmptyWithin(server, LET_GO_MS));
      },
    ));
}

test('the server keeps a client that waits for its answer', () =>
  serving(
    counting((_, response) => void setTimeout(() => response.end('late'), 4 * SHORT.idleMs)),
    async (open) => {
      const waiting = (await open(get('/'))).read();
      assert.not.ok(await waiting.isEndedWithin(3 * SHORT.idleMs));
      assert.ok(await waiting.isEndedWithin(LET_GO_MS));
      assert.match(waiting.text, /^HTTP\/1\.1 200 [^]*late$/);
    },
  ));

test('the server keeps a client that takes a large answer slowly', () =>
  serving(
    counting((_, response) => void response.end(LARGE)),
    async (open) => {
      const slow = await open(ASK);
      let bytes = 0;
      while (bytes < LARGE.length && !slow.socket.closed) {
        const part = slow.socket.read() as string | null;
        bytes += part?.length ?? 0;
        if (part === null) await pause(5);
      }
      assert.ok(bytes > LARGE.length);
    },
    { ...SHORT, idleMs: 2000 }, // the kernel asks for more once half of its buffer is empty
  ));

test('a connection stays open for longer than nginx keeps it, and one without movement for a minute', () =>
  serving(
    () => {},
    async (_, server) => {
      assert.ok(server.keepAliveTimeout > 60_000 && server.headersTimeout > server.keepAliveTimeout);
      assert.ok(server.timeout <= 60_000);
    },
    CONNECTION_TIMES,
  ));

const LONG = { idleMs: 60_000, keepAliveMs: 65_000 };

test('of 400 requests that come in one piece four are begun, and one is refused in words before the connection ends', () => {
  const { begun, ends, listener } = scene();
  return serving(
    listener,
    async (open) => {
      const client = (await open(get('/rooms').repeat(400))).read();
      while (begun.length < 4) await pause(10);
      await pause(100);
      assert.is(begun.length, 4);
      for (const end of ends) end();
      assert.ok(await client.isEndedWithin(LET_GO_MS));
      assert.equal(client.statuses, [200, 200, 200, 200, 503]);
      assert.match(
        client.text,
        /Retry-After: 1\r\n[^]*Connection: close\r\n[^]*\r\n\r\nToo many requests at once\. Wait 1 second, then try again\.\n$/,
      );
      assert.is(begun.length, 4);
    },
    LONG,
  );
});

test('polls that memory answers never count: 400 in one piece are all answered', () =>
  serving(
    scene().listener,
    async (open) => {
      const client = (await open(get('/poll').repeat(400))).read();
      while (client.statuses.length < 400) await pause(20);
      assert.equal([...new Set(client.statuses)], [204]);
    },
    LONG,
  ));

test('a client that is refused, and takes nothing, is let go before others are', () => {
  const { ends, listener } = scene();
  return serving(
    listener,
    async (open, server) => {
      await open(get('/rooms').repeat(400));
      assert.ok(await isEmptyWithin(server, 15_000));
      assert.is(ends.length, 4);
    },
    LONG,
  );
});

test('a session has twelve pages and sixty images under way over all its connections, and gets its places back', () => {
  const { begun, ends, listener } = scene();
  return serving(
    listener,
    async (open) => {
      const ask = (path: string, times: number, cookie: string) =>
        Promise.all(Array.from({ length: times }, async () => (await open(get(path, cookie))).read()));
      const refused = (clients: Client[]) => clients.filter(({ statuses }) => statuses[0] === 503).length;
      for (let round = 0; round < 2; round += 1) {
        const [pages, images, others] = [
          await ask('/rooms', 20, 'ada'),
          await ask('/rooms/1/files/harbour', 70, 'ada'),
          await ask('/rooms', 1, 'grace'),
        ];
        while (begun.length < 12 + 60 + 1 || refused(pages) < 8 || refused(images) < 10) await pause(20);
        await pause(100);
        assert.equal([begun.length, refused(pages), refused(images), refused(others)], [73, 8, 10, 0]);
        for (const end of ends.splice(0)) end();
        begun.length = 0;
        await pause(200);
      }
    },
    LONG,
  );
});

test('requests whose connection is gone give their places back, also those behind an earlier answer', () => {
  const { begun, listener } = scene();
  return serving(
    listener,
    async (open) => {
      for (let round = 1; round <= 5; round += 1) {
        const clients = await Promise.all([1, 2, 3].map(() => open(get('/rooms', 'ada').repeat(4))));
        while (begun.length < 12 * round) await pause(10);
        for (const { socket } of clients) socket.destroy();
        await pause(100);
      }
    },
    LONG,
  );
});

for (const [what, bytes, status, sentence] of [
  [
    'stops in its middle',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf',
    '408 Request Timeout',
    'Your request did not arrive in time: nothing came for a minute, or all of it took more than 35 minutes. Nothing was changed. Check your connection, make a file smaller, and send it again.',
  ],
  [
    'cannot be read',
    'hello\r\n\r\n',
    '400 Bad Request',
    'Your request cannot be read. If you have opened an https:// address, and this Plainchat has none, use http:// in its place; else try again.',
  ],
  [
    'has too long headers',
    `GET / HTTP/1.1\r\nHost: x\r\nCookie: ${'x'.repeat(20_000)}\r\n\r\n`,
    '431 Request Header Fields Too Large',
    'The headers of your request are too large: its address or its cookies. Open a shorter address, or delete the cookies of this site, then try again.',
  ],
] as const) {
  test(`a request that ${what} is ended in words`, () =>
    serving(
      (request) => void connectionOf(request.socket).begin(request),
      async (open) => {
        const client = (await open(bytes)).read();
        assert.ok(await client.isEndedWithin(LET_GO_MS));
        assert.equal(
          [client.text.split('\r\n', 1)[0], client.text.split('\r\n\r\n')[1]],
          [`HTTP/1.1 ${status}`, `${sentence}\n`],
        );
      },
    ));
}

test.run();
