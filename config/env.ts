/** `info` logs each request, except polls and messages of scripts; `debug` also logs those messages, and polls that were not answered from memory. */
export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The settings from the environment. Each has a default. */
export interface Env {
  port: number;
  host: string;
  /** The path of the SQLite file, or `:memory:`. */
  chatDb: string;
  /** The address of a PostgreSQL database to use instead of the file, as `postgres://…`. */
  databaseUrl: string | undefined;
  /** The address of the same PostgreSQL database without a pooler, if `databaseUrl` is one of a pooler. */
  listenUrl: string | undefined;
  /** The folder of attachments. */
  filesDir: string;
  /** The storage quotas in megabytes: for each user, and for all. */
  filesMb: { each: number; all: number };
  /** Open connections; further ones are closed at once. */
  maxConnections: number;
  /** The keys that sign cookies, newest first; undefined: Plainchat creates and keeps its own. */
  sessionKeys: string[] | undefined;
  /** The origin that browsers use, as `https://chat.example`; undefined: the Host header of each request. */
  publicUrl: URL | undefined;
  /** How many proxies in front are trusted to tell the client's address. */
  trustProxy: number;
  /** How long a user with JavaScript stays in a room after the last poll, in milliseconds. */
  leaseMs: number;
  /** How long a user without JavaScript stays in a room after the last page, in milliseconds. */
  awayMs: number;
  /** The cost of hashing a password is 2 to this power. */
  scryptLogN: number;
  rateLimits: boolean;
  /** The mail server, as `smtps://user:password@mail.example`; undefined: Plainchat sends no mail. */
  smtpUrl: string | undefined;
  /** The sender of mail, as `chat@example.org`. */
  mailFrom: string;
  /** Whether mails, and posts to users' addresses, contain the text of messages. */
  mailText: boolean;
  /** How many mails about messages a user gets on one day. */
  mailsADay: number;
  /** Whether users may have an address of their own posted to, if there is a `publicUrl`: what is posted contains links. */
  hooks: boolean;
  /** Bearer token for GET /metrics; unset: no metrics. */
  metricsToken: string | undefined;
  logLevel: LogLevel;
  /** Prints each SQL statement. For developers only: statements contain what users wrote. */
  logSql: boolean;
}

/** @throws Error with a sentence that names the variable and its valid values */
export function readEnv(variables: Record<string, string | undefined> = process.env): Env {
  const wholeNumber = (name: string, fallback: number, min: number, max: number): number => {
    const text = variables[name] || String(fallback);
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    throw new Error(`${name} is "${text}", but must be a whole number from ${min} to ${max}.`);
  };
  const isOn = (name: string) => checkSwitch(name, variables[name]);
  const logLevel = LOG_LEVELS.find((level) => level === (variables.LOG_LEVEL || 'info'));
  if (!logLevel)
    throw new Error(`LOG_LEVEL is "${variables.LOG_LEVEL}", but must be one of ${LOG_LEVELS.join(', ')}.`);
  const publicUrl = parsePublicUrl(variables.PUBLIC_URL);
  return {
    port: wholeNumber('PORT', 3000, 0, 65_535),
    host: variables.HOST || '127.0.0.1',
    chatDb: variables.CHAT_DB || 'chat.db',
    databaseUrl: checkDatabaseUrl('DATABASE_URL', variables.DATABASE_URL),
    listenUrl: checkDatabaseUrl('LISTEN_URL', variables.LISTEN_URL),
    filesDir: variables.FILES_DIR || `${variables.CHAT_DB || 'chat.db'}.files`,
    filesMb: {
      each: wholeNumber('FILES_MB_EACH', 1000, 0, 1e9),
      all: wholeNumber('FILES_MB', 20_000, 0, 1e9),
    },
    maxConnections: wholeNumber('MAX_CONNECTIONS', 10_000, 1, 1e6),
    sessionKeys: variables.SESSION_KEYS?.split(',')
      .map((key) => key.trim())
      .filter(Boolean),
    publicUrl,
    trustProxy: wholeNumber('TRUST_PROXY', 0, 0, 10),
    leaseMs: wholeNumber('LEASE_SECONDS', 120, 1, 86_400) * 1000,
    awayMs: wholeNumber('AWAY_SECONDS', 900, 1, 86_400) * 1000,
    scryptLogN: wholeNumber('SCRYPT_LOGN', 15, 1, 20),
    rateLimits: isOn('RATE_LIMITS'),
    smtpUrl: checkSmtpUrl(variables.SMTP_URL, publicUrl),
    mailFrom: variables.MAIL_FROM || `plainchat@${publicUrl?.hostname ?? 'localhost'}`,
    mailText: isOn('MAIL_TEXT'),
    mailsADay: wholeNumber('MAILS_A_DAY', 20, 0, 1000),
    hooks: isOn('HOOKS'),
    metricsToken: variables.METRICS_TOKEN || undefined,
    logLevel,
    logSql: Boolean(variables.SQL),
  };
}

function checkSwitch(name: string, text: string | undefined): boolean {
  if (!text || text === 'on') return true;
  if (text === 'off') return false;
  throw new Error(`${name} is "${text}", but must be "on" or "off".`);
}

function checkDatabaseUrl(name: string, text: string | undefined): string | undefined {
  if (!text) return undefined;
  if (/^postgres(ql)?:\/\/[^/]*\/[^/?]+/.test(text) && URL.canParse(text)) return text;
  throw new Error(
    `${name} must be an address like postgres://user:password@host/database. To keep the data in a file, unset ${name} and set CHAT_DB to a path.`,
  ); // does not repeat the value: it may contain a password
}

function parsePublicUrl(text: string | undefined): URL | undefined {
  if (!text) return undefined;
  const url = URL.parse(text);
  if (url && ['http:', 'https:'].includes(url.protocol)) {
    if (url.href === `${url.origin}/`) return url;
    throw new Error(
      `PUBLIC_URL is "${text}", but must be an address without a path, like https://chat.example.`,
    );
  }
  throw new Error(`PUBLIC_URL is "${text}", but must be an address like https://chat.example.`);
}

function checkSmtpUrl(text: string | undefined, publicUrl: URL | undefined): string | undefined {
  if (!text) return undefined;
  if (!URL.canParse(text) || !['smtp:', 'smtps:'].includes(new URL(text).protocol))
    throw new Error('SMTP_URL must be an address like smtps://user:password@mail.example.'); // does not repeat the value: it contains a password
  // A client chooses its Host header, and a link in a mail must lead to us.
  if (!publicUrl)
    throw new Error(
      'SMTP_URL is set, but PUBLIC_URL is not. Set PUBLIC_URL too: mails contain links with that address.',
    );
  return text;
}
