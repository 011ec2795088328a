import { createTransport } from 'nodemailer';
import type { Env } from '../config/env.ts';

const PATIENCE_MS = 20_000;

/** Sends a text to one address. @throws Error where the mail server does not take it */
export type SendMail = (mail: { to: string; subject: string; text: string }) => Promise<void>;

/** Returns what sends mail; undefined where no server is set. */
export function mailer({ smtpUrl, mailFrom }: Env): SendMail | undefined {
  if (!smtpUrl) return undefined;
  const transport = createTransport(
    { url: smtpUrl, connectionTimeout: PATIENCE_MS, socketTimeout: PATIENCE_MS },
    { from: mailFrom, disableFileAccess: true, disableUrlAccess: true },
  );
  return async ({ to, ...mail }) => {
    await transport.sendMail({ to: { name: '', address: to }, ...mail }); // an object, so that nothing in the address is taken for a list
  };
}
