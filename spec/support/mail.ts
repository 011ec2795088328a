import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail as it came to the server. */
export interface Mail {
  from: string;
  to: string[];
  /** Its head and its text, with no encoding left. */
  text: string;
}

/** What a mail server answers in place of taking a mail. */
export interface Moods {
  /** Its answer to the next mails; undefined: it takes them. */
  refusal?: string | undefined;
  /** Takes the next mail, and says nothing: the connection ends. */
  isMute?: boolean;
}

/** Runs `work` with a mail server of its own, and clears it away whatever happens. @param moods the spec may change them */
export async function withMail(
  work: (url: string, mails: Mail[]) => Promise<void>,
  moods: Moods = {},
): Promise<void> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    async onData(stream, session, done) {
      let text = '';
      try {
        for await (const chunk of stream) text += chunk;
      } catch {
        return; // the client was killed while it sent
      }
      if (moods.refusal) return done(Object.assign(new Error(moods.refusal), { responseCode: 451 }));
      const { mailFrom, rcptTo } = session.envelope;
      mails.push({
        from: (mailFrom || undefined)?.address ?? '',
        to: rcptTo.map(({ address }) => address),
        text: text.replace(/=\r\n/g, '').replace(/=3D/g, '='),
      });
      if (!moods.isMute) return done();
      for (const connection of server.connections) connection.close();
    },
  });
  server.on('error', () => {}); // of a connection that ends early
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  try {
    await work(`smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, mails);
  } finally {
    await new Promise<void>((closed) => server.close(closed));
  }
}
