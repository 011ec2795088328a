import { readdirSync, readFileSync } from 'node:fs';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { attemptBuckets, LoginAttempt } from '../../server/chat/login-attempt.ts';
import { bucketsFor, type LimitedAction, RATE_LIMITS } from '../../server/chat/rate-limit.ts';
import { ResetLink, VALID_MS } from '../../server/chat/reset-link.ts';
import { saveConsumption } from '../../server/chat/token-bucket.ts';
import { User } from '../../server/chat/user.ts';
import { createQueues, FairQueue } from '../../server/live/fair-queue.ts';
import { sha256 } from '../../server/text/hash.ts';
import { withApp, type World } from '../support/app.ts';
import { images } from '../support/files.ts';
import { type Answer, type Visitor, words } from '../support/visitor.ts';

const test = suite('refusals that say how long to wait');

const ADDRESS = '127.0.0.1';
const PASSWORD = 'correct horse';
/** Of ada's reset link. */
const TOKEN = 'a-token-of-a-link';
const MAIL = { smtpUrl: 'smtp://mail.example', publicUrl: new URL('http://chat.example') };

/** The whole sentence, and the Retry-After header in seconds. */
type Wait = [sentence: string, retryAfter: string];

/** Sends a request by the form, and by the script. */
type Ask = (ada: Visitor, room: number) => Promise<[form: Answer, script: Answer]>;

const both =
  (pathIn: (room: number) => string, fields: Record<string, string> = {}): Ask =>
  async (ada, room) => [await ada.post(pathIn(room), fields), await ada.postJson(pathIn(room), fields)];

const read =
  (pathIn: (room: number) => string): Ask =>
  async (ada, room) => [await ada.get(pathIn(room)), await ada.getJson(pathIn(room))];

/** Checks the status, the whole sentence on the page and in JSON, and the header. */
function isRefused(answers: [form: Answer, script: Answer], status: number, [sentence, seconds]: Wait): void {
  const [form, script] = answers;
  const alert =
    form.page.querySelector('main .problems, main [role="alert"]') ??
    form.page.querySelector('.problems, [role="alert"]');
  assert.equal(
    [form.status, words(alert).replace(/^There is a problem /, ''), form.headers.get('Retry-After')],
    [status, sentence, seconds],
    'by the form',
  );
  assert.equal(
    [script.status, script.json().error.message, script.headers.get('Retry-After')],
    [status, sentence, seconds],
    'by the script',
  );
}

interface Row {
  ask: Ask;
  /** Over the limit of one user. */
  user?: Wait;
  /** Over the limit of one network address. */
  address: Wait;
}

const ROWS: Record<LimitedAction, Row> = {
  account: {
    ask: both(() => '/register', { username: 'eve', email: 'eve@example.org', password: PASSWORD }),
    address: ['Too many new accounts in a short time. Wait 12 seconds, then try again.', '12'],
  },
  session: {
    ask: both(() => '/login', { login: 'ada', password: PASSWORD }),
    user: ['Too many log-ins in a short time. Wait 12 seconds, then try again.', '12'],
    address: ['Too many log-ins in a short time. Wait 2 seconds, then try again.', '2'],
  },
  post: {
    ask: both((room) => `/rooms/${room}/messages`, { body: 'hello', key: '12345678' }),
    user: ['Too many messages in a short time. Wait 1 second, then try again.', '1'],
    address: ['Too many messages in a short time. Wait 1 second, then try again.', '1'],
  },
  upload: {
    ask: async (ada, room) => [
      await ada.attach(room, Buffer.from('hello')),
      await ada.attach(room, Buffer.from('hello'), {}, { Accept: 'application/json' }),
    ],
    user: ['Too many files in a short time. Wait 10 seconds, then try again.', '10'],
    address: ['Too many files in a short time. Wait 1 second, then try again.', '1'],
  },
  enter: {
    ask: both((room) => `/rooms/${room}/enter`),
    user: ['Too many changes of room in a short time. Wait 1 second, then try again.', '1'],
    address: ['Too many changes of room in a short time. Wait 1 second, then try again.', '1'],
  },
  room: {
    ask: both(() => '/rooms', { name: 'study', access: 'invite' }),
    user: ['Too many new rooms in a short time. Wait 36 seconds, then try again.', '36'],
    address: ['Too many new rooms in a short time. Wait 4 seconds, then try again.', '4'],
  },
  manage: {
    ask: both((room) => `/rooms/${room}/rename`, { name: 'study' }),
    user: ['Too many changes in a short time. Wait 1 second, then try again.', '1'],
    address: ['Too many changes in a short time. Wait 1 second, then try again.', '1'],
  },
  search: {
    ask: both(() => '/people', { q: 'grace' }),
    user: ['Too many searches in a short time. Wait 10 seconds, then try again.', '10'],
    address: ['Too many searches in a short time. Wait 1 second, then try again.', '1'],
  },
  ask: {
    ask: both(() => '/people/grace/friend'),
    user: ['Too many friend requests in a short time. Wait 36 seconds, then try again.', '36'],
    address: ['Too many friend requests in a short time. Wait 4 seconds, then try again.', '4'],
  },
  report: {
    ask: both((room) => `/rooms/${room}/messages/3/report`, { reason: 'rude' }),
    user: ['Too many reports in a short time. Wait 30 seconds, then try again.', '30'],
    address: ['Too many reports in a short time. Wait 3 seconds, then try again.', '3'],
  },
  mail: {
    ask: both(() => '/forgotten', { login: 'ada' }),
    user: ['Too many requests for emails in a short time. Wait 20 minutes, then try again.', '1200'],
    address: ['Too many requests for emails in a short time. Wait 2 minutes, then try again.', '120'],
  },
  rename: {
    ask: both(() => '/settings/username', { username: 'countess' }),
    user: ['Too many changes of username in a short time. Wait 3 minutes, then try again.', '180'],
    address: ['Too many changes of username in a short time. Wait 18 seconds, then try again.', '18'],
  },
  reset: {
    ask: both(() => `/reset/${TOKEN}`, { password: PASSWORD }),
    user: ['Too many attempts to set a password in a short time. Wait 60 seconds, then try again.', '60'],
    address: ['Too many attempts to set a password in a short time. Wait 6 seconds, then try again.', '6'],
  },
  page: {
    ask: read((room) => `/rooms/${room}`),
    user: ['Too many pages in a short time. Wait 1 second, then try again.', '1'],
    address: ['Too many pages in a short time. Wait 1 second, then try again.', '1'],
  },
  file: {
    ask: read((room) => `/rooms/${room}/files/harbour`),
    user: ['Too many images and files in a short time. Wait 1 second, then try again.', '1'],
    address: ['Too many images and files in a short time. Wait 1 second, then try again.', '1'],
  },
  transcript: {
    ask: read((lobby) => `/rooms/${lobby}/transcript.html`),
    user: ['Too many transcripts in a short time. Wait 60 seconds, then try again.', '60'],
    address: ['Too many transcripts in a short time. Wait 6 seconds, then try again.', '6'],
  },
  data: {
    ask: read(() => '/settings/data'),
    user: ['Too many downloads of your data in a short time. Wait 12 minutes, then try again.', '720'],
    address: ['Too many downloads of your data in a short time. Wait 2 minutes, then try again.', '72'],
  },
};

/** ada and grace in ada's room, where grace has written a message, with the seq 3. ada has a reset link. */
async function lobbyOf(world: World): Promise<{ ada: Visitor; grace: Visitor; lobby: number }> {
  const [ada, grace] = [await world.cast('ada'), await world.cast('grace')];
  const lobby = await ada.createRoom('lobby');
  await grace.enter(lobby);
  await grace.say(lobby, 'hello');
  const { id: user } = await world.em().findOneOrFail(User, { username: 'ada' });
  const expiresAt = new Date(world.clock.now().getTime() + VALID_MS);
  await world.em().insert(ResetLink, { id: sha256(TOKEN), user, expiresAt });
  return { ada, grace, lobby };
}

/** Empties ada's token bucket, or that of the address. */
async function empty({ em, clock, tick, rateLimiter }: World, act: LimitedAction, whose: 'user' | 'address') {
  const { id } = await em().findOneOrFail(User, { username: 'ada' });
  const names: Partial<Record<LimitedAction, string>> = { reset: TOKEN, mail: 'ada' }; // counted without an account
  const buckets = bucketsFor(act, ADDRESS, names[act] ?? id);
  const { bucket, withinMs, times, isInMemory } = buckets.at(whose === 'user' ? 0 : -1)!;
  const reader = whose === 'user' ? { user: { id }, address: 'elsewhere' } : { address: ADDRESS };
  if (isInMemory) {
    const consume = () => rateLimiter.consume(act, { ...reader, now: clock.now() });
    await Promise.allSettled(Array.from({ length: times }, consume)); // refused at last: the app has consumed before
    return;
  }
  await saveConsumption(em(), [{ bucket, since: clock.now().getTime(), ms: withinMs }]);
  await tick(); // the app loads what another process has consumed
}

for (const [act, row] of Object.entries(ROWS) as [LimitedAction, Row][]) {
  for (const whose of ['user', 'address'] as const) {
    const wait = row[whose];
    if (!wait) continue;
    test(
      `the server refuses too many ${RATE_LIMITS[act].what} of one ${whose}`,
      withApp(async (world) => {
        const { ada, lobby } = await lobbyOf(world);
        await empty(world, act, whose);
        const isLoggedOut = ['account', 'session', 'mail', 'reset'].includes(act);
        isRefused(await row.ask(isLoggedOut ? world.visitor() : ada, lobby), 429, wait);
      }, MAIL),
    );
  }
}

test('every limit of a user has its row', () => {
  for (const [act, rule] of Object.entries(RATE_LIMITS) as [LimitedAction, object][])
    assert.is('user' in ROWS[act], 'person' in rule || 'user' in rule, act);
});

const PASSWORD_FORMS: [path: string, fields: Record<string, string>][] = [
  ['/login', { login: 'ada', password: PASSWORD }],
  ['/settings/password', { current: PASSWORD, password: 'correct horse battery' }],
  ['/settings/email', { email: 'countess@example.org', current: PASSWORD }],
  ['/settings/delete', { current: PASSWORD }],
];

for (const [path, fields] of PASSWORD_FORMS) {
  for (const whose of ['account', 'address'] as const) {
    test(
      `the server refuses too many wrong passwords for one ${whose} at ${path}`,
      withApp(async (world) => {
        const ada = await world.cast('ada');
        const [ofAccount, ofAddress] = attemptBuckets('ada', ADDRESS);
        const { bucket, limit } = whose === 'account' ? ofAccount! : ofAddress!;
        const attempts = Array.from({ length: limit }, () => ({ bucket, at: world.clock.now() }));
        await world.em().insertMany(LoginAttempt, attempts);
        const asking = path === '/login' ? world.visitor() : ada;
        for (const [passedMs, wait, seconds] of [
          [0, '10 minutes', '600'],
          [539_000, '2 minutes', '61'],
          [1000, '60 seconds', '60'],
          [59_000, '1 second', '1'],
        ] as const) {
          world.clock.pass(passedMs);
          const sentence = `Too many wrong passwords in a short time. Wait ${wait}, then try again.`;
          isRefused(await both(() => path, fields)(asking, 0), 429, [sentence, seconds]);
        }
      }),
    );
  }
}

test(
  'the server refuses one more live view than may be open',
  withApp(
    async (world) => {
      const { ada, grace, lobby } = await lobbyOf(world);
      const path = `/rooms/${lobby}/stream`;
      const open = await fetch(world.base + path, { headers: { Cookie: ada.cookieHeader } });
      try {
        assert.is(open.status, 200);
        isRefused([await grace.get(path), await grace.getJson(path)], 429, [
          'Too many live views are open at the moment. Try again in a minute, or check for new messages in the room.',
          '60',
        ]);
      } finally {
        await open.body!.cancel();
      }
    },
    {},
    { mostStreams: 1 },
  ),
);

/** A queue that takes nothing more: one task runs, and none may wait. */
function fullQueue(busy: string): FairQueue {
  const queue = new FairQueue({ concurrency: 1, waiting: 0, waitingEach: 0, busy });
  void queue.run('somebody', () => new Promise(() => {}));
  return queue;
}

const LOG_INS: Wait = ['Many people are logging in at the moment. Wait 1 second, then try again.', '1'];
const WAITING: [what: string, ask: Ask, wait: Wait][] = [
  ...PASSWORD_FORMS.map(([path, fields]): [string, Ask, Wait] => [path, both(() => path, fields), LOG_INS]),
  [`/reset/${TOKEN}`, both(() => `/reset/${TOKEN}`, { password: 'battery staple' }), LOG_INS],
  [
    '/register',
    both(() => '/register', { username: 'eve', email: 'eve@example.org', password: PASSWORD }),
    LOG_INS,
  ],
  [
    '/rooms/1/attachments',
    async (ada, room) => {
      const image = await images.png();
      return [
        await ada.attach(room, image),
        await ada.attach(room, image, {}, { Accept: 'application/json' }),
      ];
    },
    ['Many people are sending images at the moment. Wait 1 second, then try again.', '1'],
  ],
];

for (const [path, ask, wait] of WAITING) {
  test(`the server refuses costly work at ${path} while too many people wait for it, and counts no wrong password`, async () => {
    const queues = { ...createQueues(), images: fullQueue('Many people are sending images') };
    await withApp(
      async (world) => {
        const { ada, lobby } = await lobbyOf(world);
        queues.hashing = fullQueue('Many people are logging in');
        isRefused(await ask(path === '/login' ? world.visitor() : ada, lobby), 503, wait);
        assert.is(await world.em().count(LoginAttempt), 0);
      },
      {},
      { queues },
    )();
  });
}

const FAULTS: [what: string, code: string, statements: RegExp, wait: Wait][] = [
  [
    'a message while the disk is full',
    'ENOSPC',
    /^(insert|update|with posted)\b/,
    [
      "Nothing can be stored at the moment, because the server's disk is full. What you sent was not stored: keep a copy, and send it again later.",
      '10',
    ],
  ],
  [
    'a message while the database cannot be reached',
    'ECONNREFUSED',
    /./,
    [
      'Plainchat cannot reach its database at the moment. Wait 5 seconds, then try again: no message is stored twice.',
      '5',
    ],
  ],
];

for (const [what, code, statements, wait] of FAULTS) {
  test(
    `the server refuses ${what}`,
    withApp(async (world) => {
      const { ada, lobby } = await lobbyOf(world);
      await ada.token(); // while the database is away no page has one
      const connection = world.orm.em.getConnection();
      const { execute } = connection;
      const failing = (...args: Parameters<typeof execute>) =>
        typeof args[0] === 'string' && statements.test(args[0])
          ? Promise.reject(Object.assign(new Error('a fault of the spec'), { code }))
          : execute.apply(connection, args);
      connection.execute = failing as typeof execute;
      try {
        isRefused([await ada.say(lobby, 'kept'), await ada.sayJson(lobby, 'kept')], 503, wait);
      } finally {
        connection.execute = execute;
      }
    }),
  );
}

test('these tables have every refusal that says how long to wait', () => {
  const folder = new URL('../../server/', import.meta.url);
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const text = readFileSync(new URL(name, folder), 'utf8');
      return [...text.matchAll(/class \w+ extends (?:Unavailable|RateLimited)\b|new RateLimited\(/g)].map(
        ([match]) => `${name.replaceAll('\\', '/')}: ${match}`,
      );
    });
  assert.equal(found.toSorted(), [
    'chat/errors.ts: class DatabaseUnreachable extends Unavailable',
    'chat/errors.ts: class DiskFull extends Unavailable',
    'chat/login-attempt.ts: new RateLimited(',
    'chat/rate-limit.ts: new RateLimited(',
    'live/fair-queue.ts: class QueueFull extends Unavailable',
    'live/streams.ts: class TooManyStreams extends Unavailable',
  ]);
});

test.run();
