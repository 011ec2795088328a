import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { postAll, type Post } from '../../server/chat/batch.ts';
import { block } from '../../server/chat/block.ts';
import { openDirect } from '../../server/chat/direct.ts';
import { shownAfter, type ShownEntry } from '../../server/chat/entry.ts';
import { Membership } from '../../server/chat/membership.ts';
import { Mention } from '../../server/chat/mention.ts';
import { beginSession, endSession, sessionId } from '../../server/chat/session.ts';
import { User } from '../../server/chat/user.ts';
import { NOW, withHouse, type House } from '../support/nouns.ts';

const test = suite('a batch of messages');

interface Scene {
  house: House;
  lobby: number;
  study: number;
  /** A message of one of the cast, with a key of its own. */
  by(username: string, room: number, body: string, changes?: Partial<Post>): Post;
  /** Posts them at once. */
  all(...posts: Post[]): Promise<(ShownEntry | undefined)[]>;
}

/** Ada and grace in the lobby, linus in the study. */
const withScene = (work: (scene: Scene) => Promise<void>) =>
  withHouse(async (house) => {
    const [lobby, study] = [await house.room('ada', 'lobby'), await house.room('ada', 'study')];
    await house.enter('ada', lobby);
    await house.enter('grace', lobby);
    await house.enter('linus', study);
    const ids = new Map((await house.em().find(User, {})).map(({ id, username }) => [username, id]));
    await work({
      house,
      lobby,
      study,
      by: (username, room, body, changes = {}) => ({
        user: ids.get(username)!,
        room,
        body,
        key: crypto.randomUUID(),
        now: NOW,
        ...changes,
      }),
      all: (...posts) => postAll(house.em(), posts),
    });
  });

const seqs = (entries: (ShownEntry | undefined)[]) => entries.map((entry) => entry?.seq);

test(
  'goes into the logs in order, over all rooms, in each without a gap',
  withScene(async ({ house, lobby, study, by, all }) => {
    assert.equal(
      seqs(
        await all(
          by('ada', lobby, 'first'),
          by('linus', study, 'elsewhere'),
          by('grace', lobby, 'second'),
          by('ada', lobby, 'third'),
        ),
      ),
      [3, 2, 4, 5],
    );
    assert.equal((await house.log(lobby)).slice(2), ['3 ada: first', '4 grace: second', '5 ada: third']);
    assert.equal((await house.log(study)).slice(1), ['2 linus: elsewhere']);
    assert.is((await house.say('grace', lobby, 'and so on')).entry.seq, 6);
  }),
);

test(
  'is told of as it is in the log, its texts stored as `post` does',
  withScene(async ({ house, lobby, by, all }) => {
    const stored = await all(by('ada', lobby, "  one\r\ntwo's ?  "));
    assert.equal((await house.log(lobby)).slice(2), ["3 ada: one\ntwo's ?"]);
    assert.equal(
      stored.map((entry) => ({ ...entry, subject: null, attachment: null })),
      await shownAfter(house.em(), lobby, 2),
    );
  }),
);

const doubtful: [why: string, changes: Partial<Post>, username?: string][] = [
  ['the text is empty', { body: ' ' }],
  ['the text is too long', { body: 'x'.repeat(4001) }],
  ['the text cannot be kept', { body: '\0' }],
  ['the key is none', { key: 'short' }],
  ['the person is in another room', {}, 'linus'],
  ['there is no such room', { room: 99 }],
  ['there is no such person', { user: 99 }],
];
for (const [why, changes, username = 'grace'] of doubtful) {
  test(
    `leaves to \`post\` a message where ${why}, and stores the others`,
    withScene(async ({ house, lobby, by, all }) => {
      assert.equal(
        seqs(
          await all(
            by('ada', lobby, 'first'),
            by('ada', lobby, 'second'),
            by(username, lobby, 'doubtful', changes),
            by('ada', lobby, 'third'),
          ),
        ),
        [3, 4, undefined, 5],
      );
      assert.equal((await house.log(lobby)).slice(2), ['3 ada: first', '4 ada: second', '5 ada: third']);
    }),
  );
}

test(
  'leaves to `post` a message of whoever is no member any more',
  withScene(async ({ house, lobby, by, all }) => {
    await house.em().nativeDelete(Membership, { room: lobby, user: { username: 'grace' } });
    assert.equal(seqs(await all(by('grace', lobby, 'I was here'), by('ada', lobby, 'hello'))), [
      undefined,
      3,
    ]);
  }),
);

test(
  "leaves to `post` what is sent with a session that has ended, or is somebody else's",
  withScene(async ({ house, lobby, by, all }) => {
    const { id: user } = await house.em().findOneOrFail(User, { username: 'ada' });
    await beginSession(house.em(), 'a cookie', { userId: user, csrf: 'a token' }, NOW);
    const session = sessionId('a cookie');
    assert.equal(
      seqs(
        await all(
          by('ada', lobby, 'first', { session }),
          by('grace', lobby, 'as ada', { session }),
          by('ada', lobby, 'second', { session: 'another' }),
        ),
      ),
      [3, undefined, undefined],
    );
    await endSession(house.em(), 'a cookie');
    assert.equal(seqs(await all(by('ada', lobby, 'still here', { session }))), [undefined]);
  }),
);

test(
  'leaves to `post` what is sent again, then or later',
  withScene(async ({ house, lobby, by, all }) => {
    const key = 'a-key-of-ada';
    assert.equal(
      seqs(
        await all(
          by('ada', lobby, 'zero'),
          by('ada', lobby, 'once', { key }),
          by('ada', lobby, 'once', { key }),
          by('grace', lobby, 'mine', { key }),
        ),
      ),
      [3, 4, undefined, 5],
    );
    assert.equal(seqs(await all(by('ada', lobby, 'once', { key }))), [undefined]);
    assert.is((await house.log(lobby)).length, 5);
  }),
);

test(
  'notes whom a text mentions, as `post` does',
  withScene(async ({ house, lobby, study, by, all }) => {
    const stored = await all(
      by('ada', lobby, 'hello'),
      by('ada', lobby, 'to @GRACE, @ada and @linus'),
      by('linus', study, '@ada @grace'),
      by('grace', lobby, 'ada@grace'),
    );
    await house.say('ada', lobby, 'to @GRACE, @ada and @linus');
    const noted = (room: number) =>
      house
        .em()
        .find(Mention, { room }, { populate: ['user'], orderBy: { seq: 'asc', user: 'asc' } })
        .then((all) => all.map(({ seq, user, name }) => `${seq} ${user.username} ${name}`));
    assert.equal(await noted(lobby), ['4 ada ada', '4 grace grace', '6 ada ada', '6 grace grace']);
    assert.equal(await noted(study), ['2 ada ada']); // where grace is no member
    assert.equal(
      stored.map((entry) => entry!.mentions?.map(({ user }) => user.username)),
      [undefined, ['ada', 'grace'], ['ada'], undefined],
    );
  }),
);

const stopped: [why: string, stop: (house: House) => Promise<unknown>][] = [
  ['neither has blocked the other', async () => {}],
  ['one has blocked the other', ({ to }) => to('ada', 'linus', block)],
  ['one is blocked by the other', ({ to }) => to('linus', 'ada', block)],
  [
    'one has deleted their account',
    ({ em }) => em().nativeUpdate(User, { username: 'linus' }, { deletedAt: NOW }),
  ],
];
for (const [index, [why, stop]] of stopped.entries()) {
  test(
    `${index === 0 ? 'stores' : 'leaves to `post`'} what is said in a conversation of two where ${why}`,
    withScene(async ({ house, lobby, by, all }) => {
      const { id: direct } = await house.to('ada', 'linus', (em, ada, linus) =>
        openDirect(em, ada, linus, NOW),
      );
      await house.enter('ada', direct, { leave: lobby });
      await stop(house);
      assert.equal(
        seqs(
          await all(
            by('grace', lobby, 'elsewhere'),
            by('ada', direct, 'hello'),
            by('grace', direct, 'I am not in it'),
          ),
        ),
        [4, index === 0 ? 2 : undefined, undefined],
      );
      const hidden = await house.em().count(Membership, { room: direct, hidden: true });
      assert.is(hidden, index === 0 ? 0 : 1); // it comes into the other's list with what is said
    }),
  );
}

test.run();
