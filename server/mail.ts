import type { Transporter } from 'nodemailer';
import type { Env } from '../config/env.ts';

const TIMEOUT_MS = 20_000;
/** A mail server that takes a byte now and then is given up after this. */
const LONGEST_MS = 60_000;

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html?: string;
  /** Without angle brackets. */
  messageId?: string;
  /** The Message-ID of the thread, without angle brackets. */
  thread?: string;
  headers?: Record<string, string>;
}

/** Sends a mail to one address. @throws NotSent */
export type SendMail = (mail: Mail) => Promise<void>;

/** Something could not be sent. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
  /** Whether it may have arrived all the same: then it must not be sent again as something new. */
  readonly mayHaveArrived: boolean;

  constructor(message: string, { mayHaveArrived }: { mayHaveArrived: boolean }) {
    super(message);
    this.mayHaveArrived = mayHaveArrived;
  }
}

/** Returns undefined if no mail server is set. */
export function mailer(env: Env): SendMail | undefined {
  if (!env.smtpUrl) return undefined;
  let transport: Promise<Transporter> | undefined;
  return async ({ to, messageId, thread, ...mail }) => {
    transport ??= createTransport(env);
    const sent = (await transport).sendMail({
      to: { name: '', address: to }, // an object: a string could be parsed as a list of addresses
      ...mail,
      ...(messageId && { messageId: `<${messageId}>` }),
      ...(thread && { inReplyTo: `<${thread}>`, references: `<${thread}>` }),
    });
    await inTime(sent).catch((error: Error) => {
      throw new NotSent(error.message, { mayHaveArrived: isUnclear(error) });
    });
  };
}

async function inTime(sent: Promise<unknown>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('The mail server took more than a minute.')), LONGEST_MS);
  await Promise.race([sent, late]).finally(() => clearTimeout(timer));
}

/** What can only go wrong before a mail server gets the text of a mail. */
const BEFORE_TEXT = ['EDNS', 'EAUTH', 'ETLS', 'EENVELOPE'];

/** Whether the mail server may have taken the mail without our hearing of it. A refusal is clear, and so is a server that cannot be reached. */
function isUnclear(error: Error): boolean {
  const { code = '', responseCode, syscall } = error as NodeJS.ErrnoException & { responseCode?: number };
  return responseCode === undefined && syscall !== 'connect' && !BEFORE_TEXT.includes(code);
}

/** Loads the package with the first mail: most servers send none. */
async function createTransport({ smtpUrl, mailFrom }: Env): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  return createTransport(
    {
      url: smtpUrl,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      dnsTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
    },
    { from: mailFrom, disableFileAccess: true, disableUrlAccess: true },
  );
}
