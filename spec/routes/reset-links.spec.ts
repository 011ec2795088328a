import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { createQueues } from '../../server/live/fair-queue.ts';
import { makeResetLink } from '../../server/chat/reset-link.ts';
import { User } from '../../server/chat/user.ts';
import { withApp, type World } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { type Mail, withMail } from '../support/mail.ts';
import { buttons, problem, titleOf, type Visitor, words } from '../support/visitor.ts';

const test = suite('reset links over HTTP');

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
  'log-in links to the page for forgotten passwords, which says whom to ask when no mail is sent',
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
    assert.match(words(answer.page.querySelector('main')), /Ask the people who run this Plainchat/);
    assert.equal(buttons(answer), []);
    assert.is((await nobody.post('/forgotten', { login: 'ada' })).status, 200);
  }),
);

test(
  'a reset link sets a new password once, logs in, and ends all other sessions',
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
      assert.match(words(again.page.querySelector('.problems, [role="alert"]')), /Ask for a new one/);
    }
  }),
);

test(
  'an invalid new password is refused, and the reset link stays valid',
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
  'an invalid reset link answers 404',
  withApp(async ({ visitor }) => {
    for (const token of ['x', '%00', '..%2f', 'a'.repeat(1000), '__proto__'])
      assert.is((await visitor().get(`/reset/${token}`)).status, 404, token);
  }),
);

test(
  'a user gets a reset link by mail, by username or email',
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
  'an unknown username or email gets the same answer, and no mail',
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
    assert.match(
      problem(await visitor().post('/forgotten', { login: ' ' }), 'Username or email').beside,
      'Enter your username or your email address.',
    );
  }),
);

test(
  'a name gets three mails, then one every twenty minutes',
  withMails(async ({ visitor, cast, clock }, mails) => {
    await cast('ada');
    for (const login of ['ada', 'ａｄａ', 'ADA'])
      assert.is((await visitor().post('/forgotten', { login })).status, 303);
    const answer = await visitor().post('/forgotten', { login: 'ada' });
    assert.is(answer.status, 429);
    assert.match(words(answer.page.querySelector('.problems, [role="alert"]')), /Wait 20 minutes/);
    clock.pass(1_200_000);
    assert.is((await visitor().post('/forgotten', { login: 'ada' })).status, 303);
    await eventually(() => mails.length, 4);
  }),
);

/** Queues that count the hashes they run, and for each owner those that ended while they last waited. */
function countedQueues() {
  const queues = createQueues();
  const counted = { hashes: 0, waited: new Map<string, number>() };
  const run = queues.hashing.run.bind(queues.hashing);
  queues.hashing.run = (owner, task) => {
    const before = counted.hashes;
    return run(owner, async () => {
      counted.waited.set(owner, counted.hashes - before);
      const begun = performance.now();
      const result = await task();
      if (performance.now() - begun > HASH_MS) counted.hashes += 1;
      return result;
    });
  };
  return { queues, counted };
}

/** At this cost a hash takes some 40 ms, and a look at a link far less than this. */
const SCRYPT_LOGN = 14;
const HASH_MS = 20;

test('of 50 posts of one link at most ten are hashed, one sets the password, and a log-in beside them waits for few of them', async () => {
  const { queues, counted } = countedQueues();
  await withApp(
    async (world) => {
      await world.cast('ada');
      await world.cast('grace');
      const link = await linkFor(world, 'ada');
      const posting = await Promise.all(
        Array.from({ length: 50 }, async () => {
          const somebody = world.visitor();
          await somebody.token();
          return somebody;
        }),
      );
      const beside = world.visitor();
      await beside.token();
      counted.hashes = 0;
      const posts = posting.map((one) => one.post(link, { password: 'battery staple' }));
      await Promise.race(posts);
      const { status } = await beside.logIn('grace');
      // In the queue, not on the way to it: the database may be slow.
      const [, waited = 0] = [...counted.waited].find(([owner]) => owner.startsWith('log-in grace')) ?? [];
      assert.ok(waited <= 5, `${waited} hashes`);
      assert.ok([303, 503].includes(status), String(status));
      const statuses = (await Promise.all(posts)).map((answer) => answer.status);
      assert.is(statuses.filter((one) => one === 303).length, 1);
      assert.is(statuses.filter((one) => one === 429 || one === 404 || one === 503).length, 49);
      assert.ok(counted.hashes <= 11, `${counted.hashes} hashes`);
    },
    { scryptLogN: SCRYPT_LOGN },
    { queues },
  )();
});

test.run();
