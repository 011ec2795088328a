import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { type Env, readEnv } from '../../config/env.ts';
import { refusal } from '../support/domain.ts';

const test = suite('environment');

const defaults: Env = {
  port: 3000,
  host: '127.0.0.1',
  chatDb: 'chat.db',
  databaseUrl: undefined,
  listenUrl: undefined,
  filesDir: 'chat.db.files',
  filesMb: { each: 1000, all: 20_000 },
  maxConnections: 10_000,
  sessionKeys: undefined,
  publicUrl: undefined,
  trustProxy: 0,
  leaseMs: 120_000,
  awayMs: 900_000,
  scryptLogN: 15,
  rateLimits: true,
  smtpUrl: undefined,
  mailFrom: 'plainchat@localhost',
  mailText: true,
  mailsADay: 20,
  hooks: true,
  metricsToken: undefined,
  logLevel: 'info',
  logSql: false,
};

test('every variable has a default', () => {
  assert.equal(readEnv({}), defaults);
});

test('an empty variable counts as unset', () => {
  const names = [
    'PORT',
    'HOST',
    'CHAT_DB',
    'FILES_DIR',
    'DATABASE_URL',
    'PUBLIC_URL',
    'TRUST_PROXY',
    'LEASE_SECONDS',
    'AWAY_SECONDS',
    'SCRYPT_LOGN',
    'RATE_LIMITS',
    'SMTP_URL',
    'MAIL_FROM',
    'MAIL_TEXT',
    'MAILS_A_DAY',
    'HOOKS',
    'METRICS_TOKEN',
    'LOG_LEVEL',
    'FILES_MB',
    'FILES_MB_EACH',
    'MAX_CONNECTIONS',
  ];
  assert.equal(readEnv(Object.fromEntries(names.map((name) => [name, '']))), defaults);
});

const taken: [Record<string, string>, Partial<Env>][] = [
  [{ PORT: '0' }, { port: 0 }],
  [{ PORT: '65535' }, { port: 65_535 }],
  [{ HOST: '::1' }, { host: '::1' }],
  [
    { CHAT_DB: '/var/lib/chat/the chat.db' },
    { chatDb: '/var/lib/chat/the chat.db', filesDir: '/var/lib/chat/the chat.db.files' },
  ],
  [{ FILES_DIR: '/srv/files' }, { filesDir: '/srv/files' }],
  [{ FILES_MB: '500', FILES_MB_EACH: '0' }, { filesMb: { each: 0, all: 500 } }],
  [{ MAX_CONNECTIONS: '50' }, { maxConnections: 50 }],
  [
    { DATABASE_URL: 'postgres://chat:secret@db.example/chat?sslmode=require' },
    { databaseUrl: 'postgres://chat:secret@db.example/chat?sslmode=require' },
  ],
  [{ DATABASE_URL: 'postgresql:///chat' }, { databaseUrl: 'postgresql:///chat' }],
  [{ SESSION_KEYS: 'new, old,' }, { sessionKeys: ['new', 'old'] }],
  [
    { MAIL_TEXT: 'off', MAILS_A_DAY: '0', HOOKS: 'off' },
    { mailText: false, mailsADay: 0, hooks: false },
  ],
  [{ TRUST_PROXY: '2' }, { trustProxy: 2 }],
  [{ LEASE_SECONDS: '1' }, { leaseMs: 1000 }],
  [{ AWAY_SECONDS: '86400' }, { awayMs: 86_400_000 }],
  [{ SCRYPT_LOGN: '4' }, { scryptLogN: 4 }],
  [{ RATE_LIMITS: 'off' }, { rateLimits: false }],
  [{ METRICS_TOKEN: 'the token' }, { metricsToken: 'the token' }],
  [{ LOG_LEVEL: 'warn' }, { logLevel: 'warn' }],
  [{ MAIL_FROM: 'chat@example.org' }, { mailFrom: 'chat@example.org' }],
  [
    { SMTP_URL: 'smtps://chat:secret@mail.example', PUBLIC_URL: 'https://chat.example' },
    {
      smtpUrl: 'smtps://chat:secret@mail.example',
      publicUrl: new URL('https://chat.example'),
      mailFrom: 'plainchat@chat.example',
    },
  ],
];

for (const [variables, env] of taken) {
  test(`readEnv takes ${JSON.stringify(variables)}`, () => {
    assert.equal(readEnv(variables), { ...defaults, ...env });
  });
}

test('PUBLIC_URL takes http and https', () => {
  assert.is(readEnv({ PUBLIC_URL: 'https://chat.example' }).publicUrl?.origin, 'https://chat.example');
  assert.is(
    readEnv({ PUBLIC_URL: 'http://chat.example:8080/' }).publicUrl?.origin,
    'http://chat.example:8080',
  );
});

const refused = [
  ['PORT', '65536', 'a whole number from 0 to 65535'],
  ['PORT', '-1', 'a whole number from 0 to 65535'],
  ['PORT', '3000.5', 'a whole number from 0 to 65535'],
  ['PORT', '0x50', 'a whole number from 0 to 65535'],
  ['PORT', 'http', 'a whole number from 0 to 65535'],
  ['TRUST_PROXY', 'yes', 'a whole number from 0 to 10'],
  ['TRUST_PROXY', '11', 'a whole number from 0 to 10'],
  ['LEASE_SECONDS', '0', 'a whole number from 1 to 86400'],
  ['AWAY_SECONDS', '86401', 'a whole number from 1 to 86400'],
  ['SCRYPT_LOGN', '0', 'a whole number from 1 to 20'],
  ['SCRYPT_LOGN', '21', 'a whole number from 1 to 20'],
  ['RATE_LIMITS', 'no', '"on" or "off"'],
  ['LOG_LEVEL', 'loud', 'one of silent, error, warn, info, debug'],
  ['PUBLIC_URL', 'chat.example', 'an address like https://chat.example'],
  ['PUBLIC_URL', 'ftp://chat.example', 'an address like https://chat.example'],
  ['PUBLIC_URL', 'https://chat.example/chat', 'an address without a path, like https://chat.example'],
  ['PUBLIC_URL', 'https://chat.example/?a=b', 'an address without a path, like https://chat.example'],
  ['PUBLIC_URL', 'https://ada@chat.example', 'an address without a path, like https://chat.example'],
] as const;

for (const [name, value, wanted] of refused) {
  test(`readEnv refuses ${name}=${value}, and the error says what it takes`, async () => {
    assert.is(
      (await refusal(Error, () => readEnv({ [name]: value }))).message,
      `${name} is "${value}", but must be ${wanted}.`,
    );
  });
}

test('SMTP_URL needs PUBLIC_URL, and an error does not repeat its password', async () => {
  assert.match(
    (await refusal(Error, () => readEnv({ SMTP_URL: 'smtp://mail.example' }))).message,
    /PUBLIC_URL/,
  );
  const wrong = await refusal(Error, () =>
    readEnv({ SMTP_URL: 'https://chat:secret@mail.example', PUBLIC_URL: 'https://chat.example' }),
  );
  assert.match(wrong.message, /^SMTP_URL must be an address like smtps:/);
  assert.not.match(wrong.message, /secret/);
});

test.run();
