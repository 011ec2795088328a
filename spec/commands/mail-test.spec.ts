import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { chat } from '../support/command.ts';
import { withFile } from '../support/domain.ts';
import { type Moods, withMail } from '../support/mail.ts';

const test = suite('mail-test');

test(
  'mail-test sends one mail, or says why the mail server did not take it',
  withFile(async (file) => {
    const moods: Moods = {};
    await withMail(async (url, mails) => {
      const send = (address: string, variables = {}) =>
        chat(file, ['mail-test', address], {
          SMTP_URL: url,
          PUBLIC_URL: 'https://chat.example',
          ...variables,
        });
      assert.match((await send('ada@example.org')).out, /taken a mail from plainchat@chat\.example to ada@/);
      assert.equal(
        mails.map(({ to }) => to),
        [['ada@example.org']],
      );
      assert.match(mails[0]!.text, /The Plainchat at https:\/\/chat\.example can send mails/);
      moods.refusal = 'The disk is full';
      const refused = await send('ada@example.org');
      assert.is(refused.code, 1);
      assert.match(refused.err, /^The mail was not sent\. .*The disk is full/);
      assert.match((await send('ada')).err, /Give an email address/);
      assert.match((await send('ada@example.org', { SMTP_URL: '' })).err, /Set SMTP_URL and PUBLIC_URL/);
    }, moods);
  }),
);

test.run();
