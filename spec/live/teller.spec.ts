import * as assert from 'uvu/assert';
import { AwayRoom } from '../../server/chat/away.ts';
import { Due, Telling } from '../../server/chat/due.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import type { HookPost } from '../../server/away/hook.ts';
import type { World } from '../support/app.ts';
import { type Tell, Teller } from '../../server/live/teller.ts';
import { confirmed, header, said, wait, WAYS, withMails } from '../support/away.ts';
import { type House, NOW, withHouse } from '../support/domain.ts';
import { suite } from '../support/suite.ts';
import type { Visitor } from '../support/visitor.ts';

const test = suite('what is told while away');

/** Ada is in the lobby; grace is a member of it, and away. */
async function scene(world: World): Promise<{ ada: Visitor; grace: Visitor; lobby: number }> {
  const [ada, grace] = [await world.cast('ada'), await world.cast('grace')];
  await confirmed(world, 'grace');
  const lobby = await ada.createRoom('lobby');
  await grace.enter(lobby);
  await grace.leave(lobby);
  return { ada, grace, lobby };
}
/** Says something in a room, where they may have been taken out meanwhile. */
async function say(person: Visitor, room: number, body: string): Promise<void> {
  await person.enter(room);
  assert.is((await person.say(room, body)).status, 303);
}
const subjects = (mails: Parameters<typeof header>[0][]) => mails.map((mail) => header(mail, 'Subject'));
const idOf = async ({ em }: World, username: string) => (await em().findOneOrFail(User, { username })).id;

test(
  'a mention that nobody reads is told once by mail, after a quarter of an hour',
  withMails(async (world, mails) => {
    const { ada, lobby } = await scene(world);
    await say(ada, lobby, 'hello all');
    await say(ada, lobby, 'and hello @grace');
    await wait(world, 14);
    assert.is(mails.length, 0);
    await wait(world, 1);
    assert.equal(subjects(mails), ['ada mentioned you in lobby']);
    const [mail] = mails;
    assert.equal(mail!.to, ['grace@example.org']);
    assert.match(mail!.text, /ada mentioned you\. .*:\r\n {2}and hello @grace\r\n/);
    assert.not.match(mail!.text, /hello all/);
    assert.match(mail!.text, new RegExp(`http://chat\\.example/rooms/${lobby}\\?from=5#m-5`));
    await wait(world, 60);
    assert.is(mails.length, 1);
    assert.is(await world.em().count(Telling), 0);
  }),
);

test(
  'what was read anywhere before is not told',
  withMails(async (world, mails) => {
    const { ada, grace, lobby } = await scene(world);
    await say(ada, lobby, 'hello @grace');
    await world.tick();
    await grace.get(`/rooms/${lobby}`);
    await wait(world, 15);
    assert.equal([mails.length, await world.em().count(Due), await world.em().count(Telling)], [0, 0, 0]);
  }),
);

test(
  'what came together is one mail: plain text first, a thread for each room, and an end by one click',
  withMails(async (world, mails) => {
    const { ada, lobby } = await scene(world);
    await say(ada, lobby, '@grace *one*');
    await say(ada, lobby, '@grace two\nlines');
    await wait(world, 15);
    await say(ada, lobby, '@grace three');
    await wait(world, 15);
    await ada.post('/people/grace/note', { body: 'between us', key: 'a-key-of-ada' });
    await say(ada, lobby, '@grace four');
    await wait(world, 15);
    assert.equal(subjects(mails), [
      '2 messages in lobby',
      'ada mentioned you in lobby',
      '2 messages in 2 rooms',
    ]);
    const [first, second, third] = mails;
    assert.is(header(second!, 'References'), header(first!, 'References'));
    assert.is.not(header(third!, 'References'), header(first!, 'References'));
    assert.is.not(header(second!, 'Message-ID'), header(first!, 'Message-ID'));
    assert.ok(first!.text.indexOf('text/plain') < first!.text.indexOf('text/html'));
    assert.match(first!.text, /\r\n {2}@grace two\r\n {2}lines\r\n/);
    assert.match(first!.text, /<p>@grace two<br>lines<\/p>/);
    assert.match(third!.text, /Conversation with ada\r\n\r\nada wrote\. .*:\r\n {2}between us/);
    assert.is(header(first!, 'List-Unsubscribe-Post'), 'List-Unsubscribe=One-Click');
    const [, stop] = /<http:\/\/chat\.example(\/away\/stop\/[\w-]+)>/.exec(
      header(first!, 'List-Unsubscribe')!,
    )!;
    const form = new FormData();
    form.set('List-Unsubscribe', 'One-Click');
    for (const body of [form, new URLSearchParams({ 'List-Unsubscribe': 'One-Click' })]) {
      const answer = await fetch(world.base + stop!, { method: 'POST', redirect: 'manual', body });
      assert.is(answer.status, 200, 'mail programs follow no redirect');
    }
    await say(ada, lobby, '@grace five');
    await wait(world, 60);
    assert.is(mails.length, 3);
  }),
);

test(
  'nothing is sent to an address that nobody has confirmed, to a suspended user, or to one who is told nothing',
  withMails(async (world, mails) => {
    const { ada, grace, lobby } = await scene(world);
    const [linus, alan] = [await world.cast('linus'), await world.cast('alan')];
    for (const person of [linus, alan]) await person.enter(lobby);
    await confirmed(world, 'linus', { confirmedKey: 'another@example.org' });
    await confirmed(world, 'alan');
    await world.em().nativeUpdate(User, { username: 'alan' }, { suspendedAt: world.clock.now() });
    await grace.post(`/rooms/${lobby}/away`, { what: 'nothing' });
    await say(ada, lobby, '@grace @linus @alan');
    await wait(world, 15);
    assert.is(mails.length, 0);
    assert.is(await world.em().count(Telling), 0);
  }),
);

test(
  'who is told everything is told of messages by others alone, without those of a user they blocked',
  withMails(async (world, mails) => {
    const { ada, grace, lobby } = await scene(world);
    await world.em().insert(AwayRoom, { user: await idOf(world, 'grace'), room: lobby, what: 'all' });
    const linus = await world.cast('linus');
    await linus.enter(lobby);
    await grace.post('/people/linus/block');
    await say(linus, lobby, 'rude words');
    await wait(world, 15);
    assert.is(mails.length, 0);
    await say(ada, lobby, 'hello');
    await say(linus, lobby, 'ruder words');
    await wait(world, 15);
    assert.equal(subjects(mails), ['ada wrote in lobby']);
    assert.not.match(mails[0]!.text, /rude/);
  }),
);

for (const [what, changes, isBare] of [
  ['the server', { mailText: false }, false],
  ['a room', {}, true],
] as const)
  test(
    `a mail has no text of messages where ${what} says so`,
    withMails(async (world, mails) => {
      const { ada, lobby } = await scene(world);
      await world.em().nativeUpdate(Room, { id: lobby }, { toldBare: isBare });
      await say(ada, lobby, 'a secret for @grace');
      await wait(world, 15);
      assert.equal(subjects(mails), ['ada mentioned you in lobby']);
      assert.match(mails[0]!.text, /ada mentioned you\./);
      assert.not.match(mails[0]!.text, /secret/);
    }, changes),
  );

test(
  'while the mail server refuses, mails wait with growing pauses, and then what came together is one mail',
  withMails(async (world, mails, moods) => {
    const { ada, lobby } = await scene(world);
    moods.refusal = 'The disk is full';
    await say(ada, lobby, '@grace one');
    for (let hour = 0; hour < 24; hour += 1) {
      await wait(world, 60);
      if (hour === 2) await say(ada, lobby, '@grace two');
    }
    assert.is(mails.length, 0);
    const [telling] = await world.em().find(Telling, {});
    assert.ok(telling!.tries >= 5 && telling!.tries <= 20, `${telling!.tries} tries`);
    assert.match(telling!.failure!, /The disk is full/);
    moods.refusal = undefined;
    await wait(world, 180);
    assert.equal(subjects(mails), ['2 messages in lobby']);
    assert.is(await world.em().count(Telling), 0);
  }),
);

test(
  'a mail that may have arrived is sent again as the same, and what came since is another',
  withMails(async (world, mails, moods) => {
    const { ada, lobby } = await scene(world);
    await say(ada, lobby, '@grace one');
    moods.isMute = true;
    await wait(world, 15);
    moods.isMute = false;
    await say(ada, lobby, '@grace two');
    await wait(world, 2);
    await wait(world, 15);
    assert.equal(subjects(mails), Array(3).fill('ada mentioned you in lobby'));
    const ids = mails.map((mail) => header(mail, 'Message-ID'));
    assert.is(ids[0], ids[1]);
    assert.is.not(ids[2], ids[1]);
    assert.match(mails[1]!.text, /@grace one/);
    assert.not.match(mails[1]!.text, /@grace two/);
  }),
);

test(
  'what could not be told for a week is told no more',
  withMails(async (world, mails, moods) => {
    const { ada, lobby } = await scene(world);
    moods.refusal = 'Not today';
    await say(ada, lobby, '@grace one');
    await wait(world, 15);
    moods.refusal = undefined;
    await wait(world, 7 * 24 * 60);
    assert.equal([mails.length, await world.em().count(Telling)], [0, 0]);
    moods.refusal = 'Not today';
    await say(ada, lobby, '@grace two');
    await wait(world, 6 * 24 * 60);
    await say(ada, lobby, '@grace three');
    moods.refusal = undefined;
    await wait(world, 2 * 24 * 60);
    assert.equal(subjects(mails), ['2 messages in lobby'], 'what came since is not lost with it');
  }),
);

test(
  'a user gets so many mails a day, and the rest in one on the next',
  withMails(
    async (world, mails) => {
      const { ada, lobby } = await scene(world);
      const midnight = new Date(world.clock.now()).setUTCHours(24, 0, 0, 0);
      world.clock.pass(midnight - world.clock.now().getTime()); // the day has just begun
      for (const word of ['one', 'two', 'three', 'four']) {
        await say(ada, lobby, `@grace ${word}`);
        await wait(world, 15);
      }
      assert.is(mails.length, 2);
      await wait(world, 23 * 60);
      assert.equal(subjects(mails).at(-1), '2 messages in lobby');
      assert.is(mails.length, 3);
    },
    { mailsADay: 2 },
  ),
);

/** What was posted to addresses of users, and what they answer. */
const posted: HookPost[] = [];
let isReachable = true;
const hook = async (post: HookPost) => {
  posted.push(post);
  if (!isReachable) throw Object.assign(new Error('no answer'), { mayHaveArrived: false });
};

test(
  'each message is told by one way: the one that comes first, and if that fails, by the other',
  withMails(
    async (world, mails) => {
      const { ada, lobby } = await scene(world);
      await confirmed(world, 'grace', { hook: 'soon', hookUrl: 'https://ntfy.example/grace', mail: 'soon' });
      await say(ada, lobby, '@grace one');
      await wait(world, 15);
      assert.equal([posted.length, mails.length], [1, 0]);
      assert.is(posted[0]!.url, 'https://ntfy.example/grace');
      assert.match(
        posted[0]!.text,
        /^ada mentioned you in lobby\nada: @grace one\nhttp:\/\/chat\.example\/rooms\//,
      );
      isReachable = false;
      await say(ada, lobby, '@grace two');
      await wait(world, 15);
      await wait(world, 1);
      assert.equal([posted.length, mails.length], [2, 1]);
      assert.match(mails[0]!.text, /@grace two/);
    },
    {},
    { hook },
  ),
);

/** A process that tells; it is killed when it begins its step `killedAt`. */
function tellerOf(house: House, sent: { id: string; seqs: number[] }[], now: Date, killedAt = Infinity) {
  let steps = 0;
  const tell: Tell = async ({ messageId }, rooms) =>
    void sent.push({ id: messageId, seqs: rooms.flatMap(({ messages }) => messages.map(({ seq }) => seq)) });
  return house.reader().then(
    (reader) =>
      new Teller({
        em: () => {
          if ((steps += 1) >= killedAt) throw new Error('killed');
          return house.em();
        },
        reader,
        clock: () => now,
        ways: WAYS,
        tell: { mail: tell, hook: tell },
        host: 'chat.example',
        counts: { mail: 0, hook: 0, failures: 0 },
        log: { warn: () => {} },
      }),
  );
}

test(
  'where a process is killed at any step, each message is told once, or again as the same mail',
  withHouse(async (house) => {
    const lobby = await said(house);
    const sent: { id: string; seqs: number[] }[] = [];
    let doubles = 0;
    let time = NOW.getTime() + 20 * 60_000;
    const tick = async (minutes: number, killedAt?: number) => {
      time += minutes * 60_000;
      await (await tellerOf(house, sent, new Date(time), killedAt)).tick().catch(() => {});
    };
    for (let killedAt = 1; killedAt <= 6; killedAt += 1) {
      await house.say('ada', lobby, `@grace ${killedAt}`);
      const before = sent.length;
      for (const step of [killedAt, undefined, undefined]) await tick(6, step);
      const mails = sent.slice(before);
      doubles += mails.length - 1;
      assert.is(new Set(mails.map(({ id }) => id)).size, 1, `killed at step ${killedAt}`);
      for (const { seqs } of mails) assert.is(seqs.at(-1), 2 + killedAt);
    }
    assert.is(doubles, 1, 'only a kill after the yes of the mail server makes a double');
    assert.equal([await house.em().count(Due), await house.em().count(Telling)], [0, 0]);
  }),
);

test.run();
