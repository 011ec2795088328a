import { LOG_LEVELS, type LogLevel } from '../server/log.ts';

/** What the surroundings say, read once at the start and checked, with a default for everything. */
export interface Env {
  port: number;
  host: string;
  /** Path of the SQLite file, or `:memory:`. */
  chatDb: string;
  /** The address of a PostgreSQL database, `postgres://…`, that is used in place of the file. */
  databaseUrl: string | undefined;
  /** The folder that images and files of messages lie in. */
  filesDir: string;
  /** How much they may take up, in megabytes: those of one person, and all. */
  filesMb: { each: number; all: number };
  /** Connections at once; what comes beyond them is closed. */
  mostConnections: number;
  /** Keys that sign cookies, newest first; undefined: kept beside the database. */
  sessionKeys: string[] | undefined;
  /** The origin that people use, as `https://chat.example`; undefined: whatever Host says. */
  publicUrl: URL | undefined;
  /** How many proxies in front are believed about the person's address. */
  trustProxy: number;
  /** Milliseconds after the last poll until a person with script is out of the room. */
  leaseMs: number;
  /** Milliseconds after the last page until a person without script is out of the room. */
  awayMs: number;
  /** Cost of hashing a password: 2 to this power. */
  scryptLogN: number;
  rateLimits: boolean;
  /** The server that takes mail, as `smtps://user:password@mail.example`; undefined: none is sent. */
  smtpUrl: string | undefined;
  /** Whom mail comes from, as `chat@example.org`. */
  mailFrom: string;
  /** What whoever asks for metrics has to know; undefined: there are none. */
  metricsToken: string | undefined;
  logLevel: LogLevel;
}

/**
 * Reads the environment.
 * @throws Error with a sentence that names the variable and what it takes
 */
export function readEnv(variables: Record<string, string | undefined> = process.env): Env {
  const whole = (name: string, fallback: number, least: number, most: number): number => {
    const text = variables[name] || String(fallback);
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new Error(`${name} is "${text}", but must be a whole number from ${least} to ${most}.`);
  };
  const rateLimits = variables.RATE_LIMITS || 'on';
  if (!['on', 'off'].includes(rateLimits))
    throw new Error(`RATE_LIMITS is "${rateLimits}", but must be "on" or "off".`);
  const logLevel = LOG_LEVELS.find((level) => level === (variables.LOG_LEVEL || 'info'));
  if (!logLevel)
    throw new Error(`LOG_LEVEL is "${variables.LOG_LEVEL}", but must be one of ${LOG_LEVELS.join(', ')}.`);
  const url = publicUrl(variables.PUBLIC_URL);
  return {
    port: whole('PORT', 3000, 0, 65_535),
    host: variables.HOST || '127.0.0.1',
    chatDb: variables.CHAT_DB || 'chat.db',
    databaseUrl: databaseUrl(variables.DATABASE_URL),
    filesDir: variables.FILES_DIR || `${variables.CHAT_DB || 'chat.db'}.files`,
    filesMb: { each: whole('FILES_MB_EACH', 1000, 0, 1e9), all: whole('FILES_MB', 20_000, 0, 1e9) },
    mostConnections: whole('MAX_CONNECTIONS', 10_000, 1, 1e6),
    sessionKeys: variables.SESSION_KEYS?.split(',')
      .map((key) => key.trim())
      .filter(Boolean),
    publicUrl: url,
    trustProxy: whole('TRUST_PROXY', 0, 0, 10),
    leaseMs: whole('LEASE_SECONDS', 120, 1, 86_400) * 1000,
    awayMs: whole('AWAY_SECONDS', 900, 1, 86_400) * 1000,
    scryptLogN: whole('SCRYPT_LOGN', 15, 1, 20),
    rateLimits: rateLimits === 'on',
    smtpUrl: smtpUrl(variables.SMTP_URL, url),
    mailFrom: variables.MAIL_FROM || `plainchat@${url?.hostname ?? 'localhost'}`,
    metricsToken: variables.METRICS_TOKEN || undefined,
    logLevel,
  };
}

function databaseUrl(text: string | undefined): string | undefined {
  if (!text) return undefined;
  if (/^postgres(ql)?:\/\/[^/]*\/[^/?]+/.test(text) && URL.canParse(text)) return text;
  throw new Error(
    'DATABASE_URL must be an address like postgres://user:password@host/database. To keep the data in a file, unset it, and set CHAT_DB to the path.',
  ); // not shown: it may have a password in it
}

function publicUrl(text: string | undefined): URL | undefined {
  if (!text) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && ['http:', 'https:'].includes(url.protocol)) return url;
  throw new Error(`PUBLIC_URL is "${text}", but must be an address like https://chat.example.`);
}

function smtpUrl(text: string | undefined, publicUrl: URL | undefined): string | undefined {
  if (!text) return undefined;
  if (!URL.canParse(text) || !['smtp:', 'smtps:'].includes(new URL(text).protocol))
    throw new Error('SMTP_URL must be an address like smtps://user:password@mail.example.'); // not repeated: it has a password
  // What Host says is up to whoever asks, and a link in a mail must lead to us.
  if (!publicUrl)
    throw new Error(
      'SMTP_URL is set, but PUBLIC_URL is not: set it too, since mails have links with that address.',
    );
  return text;
}
