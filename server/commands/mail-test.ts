import { mailer } from '../mail.ts';
import { type Command, CommandError } from './command.ts';

/** Sends one mail, so that an operator sees whether the mail server takes it, and how it looks. */
export const mailTest: Command = {
  parameters: ['ADDRESS'],
  summary: 'sends a mail to see whether mails work',
  run: async ({ env, doing, print }, address = '') => {
    const mail = mailer(env);
    if (!mail)
      throw new CommandError('No mail server is set. Set SMTP_URL and PUBLIC_URL as for the server.');
    if (!/^[^\s@]+@[^\s@]+$/.test(address))
      throw new CommandError('Give an email address, as name@example.org.');
    doing('Sending');
    await mail({
      to: address,
      subject: 'A test of Plainchat',
      text: `The Plainchat at ${env.publicUrl!.origin} can send mails. This one was sent by a command of the people who run it.\n`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    }).catch((error: Error) => {
      throw new CommandError(`The mail was not sent. ${error.message}`);
    });
    print(`The mail server has taken a mail from ${env.mailFrom} to ${address}.`);
  },
};
