import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail as it came to the server. */
export interface Mail {
  from: string;
  to: string[];
  /** Its head and its text, with no encoding left. */
  text: string;
}

/** Runs `work` with a mail server of its own, and clears it away whatever happens. */
export async function withMail(work: (url: string, mails: Mail[]) => Promise<void>): Promise<void> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    async onData(stream, session, done) {
      let text = '';
      for await (const chunk of stream) text += chunk;
      const { mailFrom, rcptTo } = session.envelope;
      mails.push({
        from: (mailFrom || undefined)?.address ?? '',
        to: rcptTo.map(({ address }) => address),
        text: text.replace(/=\r\n/g, '').replace(/=3D/g, '='),
      });
      done();
    },
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  try {
    await work(`smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, mails);
  } finally {
    await new Promise<void>((closed) => server.close(closed));
  }
}
