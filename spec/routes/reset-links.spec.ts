import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeResetLink } from '../../server/chat/reset-link.ts';
import { User } from '../../server/chat/user.ts';
import { withApp, type World } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { withMail, type Mail } from '../support/mail.ts';
import { buttons, problem, titleOf, words, type Visitor } from '../support/visitor.ts';

const test = suite('forgotten passwords');

const linkFor = async ({ em, clock }: World, username: string) =>
  makeResetLink(em(), await em().findOneOrFail(User, { username }), clock.now());
const isLoggedIn = async (person: Visitor) => (await person.get('/rooms')).status === 200;

/** A world that sends mail. */
const withMails =
  (work: (world: World, mails: Mail[]) => Promise<void>, rateLimits = true) =>
  () =>
    withMail((smtpUrl, mails) =>
      withApp((world) => work(world, mails), {
        smtpUrl,
        mailFrom: 'chat@chat.example',
        publicUrl: new URL('http://chat.example'),
        rateLimits,
      })(),
    );

test(
  'are asked about by a link at the log-in, which says whom to ask where no mail is sent',
  withApp(async ({ visitor }) => {
    const nobody = visitor();
    const login = await nobody.get('/login');
    assert.ok(
      login.page
        .querySelectorAll('main a')
        .some((link) => words(link) === 'Forgotten password' && link.getAttribute('href') === '/forgotten'),
    );
    const answer = await nobody.get('/forgotten');
    assert.is(titleOf(answer), 'Forgotten password – Plainchat');
    assert.match(words(answer.page.querySelector('main')), /Ask whoever runs this Plainchat/);
    assert.equal(buttons(answer), []);
    assert.is((await nobody.post('/forgotten', { login: 'ada' })).status, 200);
  }),
);

test(
  'are set anew by a link, which logs in here and out everywhere else, once',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    const link = await linkFor(world, 'ada');
    const somebody = world.visitor();
    for (let look = 0; look < 2; look += 1)
      assert.match(words((await somebody.get(link)).page.querySelector('main')), /For the account ada\./);
    const answer = await somebody.press(await somebody.get(link), 'Set password', {
      password: 'battery staple',
    });
    assert.equal([answer.status, answer.location], [303, '/rooms']);
    assert.match(
      words((await somebody.get('/rooms')).page.querySelector('[role="status"]')),
      /Your new password is set/,
    );
    assert.not.ok(await isLoggedIn(ada));
    assert.is((await world.visitor().logIn('ada', 'battery staple')).status, 303);
    assert.is((await world.visitor().logIn('ada')).status, 422);
    for (const again of [
      await world.visitor().get(link),
      await world.visitor().post(link, { password: 'another staple' }),
    ]) {
      assert.is(again.status, 404);
      assert.match(words(again.page.querySelector('[role="alert"]')), /Ask for a new one/);
    }
  }),
);

test(
  'are refused in words where the new one will not do, and the link stays good',
  withApp(async (world) => {
    await world.cast('ada');
    const link = await linkFor(world, 'ada');
    const somebody = world.visitor();
    const answer = await somebody.post(link, { password: 'short' });
    assert.is(answer.status, 422);
    assert.match(problem(answer, 'New password').beside, /at least 8/);
    assert.is((await somebody.press(answer, 'Set password', { password: 'battery staple' })).status, 303);
  }),
);

test(
  'are no way in for whoever has no link of that kind',
  withApp(async ({ visitor }) => {
    for (const token of ['x', '%00', '..%2f', 'a'.repeat(1000), '__proto__'])
      assert.is((await visitor().get(`/reset/${token}`)).status, 404, token);
  }),
);

test(
  'bring a mail with a link where mail is sent, by username or email',
  withMails(async ({ visitor, cast }, mails) => {
    await cast('ada');
    for (const [index, login] of ['Ada', 'ada@example.org'].entries()) {
      const somebody = visitor();
      const answer = await somebody.press(await somebody.get('/forgotten'), 'Send me a link', { login });
      assert.equal([answer.status, answer.location], [303, '/forgotten/sent']);
      assert.match(
        words((await somebody.get('/forgotten/sent')).page.querySelector('main')),
        /If there is an account/,
      );
      await eventually(() => mails.length, index + 1);
      const { from, to, text } = mails[index]!;
      assert.equal([from, to], ['chat@chat.example', ['ada@example.org']]);
      const [, link] = /http:\/\/chat\.example(\/reset\/\S+)/.exec(text) ?? [];
      assert.is(
        (await somebody.press(await somebody.get(link!), 'Set password', { password: 'battery staple' }))
          .location,
        '/rooms',
      );
    }
  }),
);

test(
  'are answered alike for whoever has no account, who gets no mail',
  withMails(async ({ visitor, cast }, mails) => {
    await cast('ada');
    const answers = [];
    for (const login of ['nobody', 'nobody@example.org', 'ada'])
      answers.push(await visitor().post('/forgotten', { login }));
    assert.equal(
      new Set(answers.map(({ status, location, text }) => JSON.stringify([status, location, text]))).size,
      1,
    );
    await eventually(() => mails.map(({ to }) => to), [['ada@example.org']]);
    assert.is(
      problem(await visitor().post('/forgotten', { login: ' ' }), 'Username or email').beside.includes(
        'Enter your username',
      ),
      true,
    );
  }),
);

test(
  "fill nobody's mailbox: three mails, then one each twenty minutes, whoever asks",
  withMails(async ({ visitor, cast, clock }, mails) => {
    await cast('ada');
    for (const login of ['ada', 'ada@example.org', 'ADA'])
      assert.is((await visitor().post('/forgotten', { login })).status, 303);
    const answer = await visitor().post('/forgotten', { login: 'ada' });
    assert.is(answer.status, 429);
    assert.match(words(answer.page.querySelector('[role="alert"]')), /Wait 20 minutes/);
    clock.pass(1_200_000);
    assert.is((await visitor().post('/forgotten', { login: 'ada' })).status, 303);
    await eventually(() => mails.length, 4);
  }),
);

test.run();
