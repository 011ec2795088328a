import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { blockUser } from '../../server/chat/block.ts';
import { openDirect } from '../../server/chat/direct.ts';
import { type EntryRecord } from '../../server/chat/entry.ts';
import { entryRecords } from '../../server/chat/entry-records.ts';
import { Membership } from '../../server/chat/membership.ts';
import { Mention } from '../../server/chat/mention.ts';
import { postAll, type QueuedPost } from '../../server/chat/post-batch.ts';
import { beginSession, endSession, sessionId } from '../../server/chat/session.ts';
import { User } from '../../server/chat/user.ts';
import { joined, runInPostgres } from '../../server/database/postgresql-batch.ts';
import { type House, NOW, withHouse } from '../support/domain.ts';

const test = suite('post batch');

const isOnPostgres = process.env.SPEC_DATABASE === 'postgres';

interface Scene {
  house: House;
  lobby: number;
  study: number;
  /** A message of one of the cast, with its own key. */
  by(username: string, room: number, body: string, changes?: Partial<QueuedPost>): QueuedPost;
  /** Posts them as one batch. */
  all(...posts: QueuedPost[]): Promise<(EntryRecord | undefined)[]>;
}

/** Ada and grace are in the lobby, linus in the study. */
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
      all: (...posts) =>
        postAll(house.em(), posts, isOnPostgres ? runInPostgres(() => house.em()) : undefined),
    });
  });

const seqs = (entries: (EntryRecord | undefined)[]) => entries.map((entry) => entry?.seq);

test(
  'a batch appends to several logs in order, each without a gap',
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
  'a batch stores a text as a single post does, and returns the entry as the log has it',
  withScene(async ({ house, lobby, by, all }) => {
    const stored = await all(by('ada', lobby, "  one\r\ntwo's ?  "));
    assert.equal((await house.log(lobby)).slice(2), ["3 ada: one\ntwo's ?"]);
    assert.equal(
      stored.map((entry) => ({ ...entry, subject: null, attachment: null })),
      await entryRecords(await house.reader(), lobby, 3, 99),
    );
  }),
);

const doubtful: [why: string, changes: Partial<QueuedPost>, username?: string][] = [
  ['the text is empty', { body: ' ' }],
  ['the text is too long', { body: 'x'.repeat(4001) }],
  ['the text cannot be kept', { body: '\0' }],
  ['the key is invalid', { key: 'short' }],
  ['the user is in another room', {}, 'linus'],
  ['the room does not exist', { room: 99 }],
  ['the user does not exist', { user: 99 }],
];
for (const [why, changes, username = 'grace'] of doubtful) {
  test(
    `a batch leaves out a message when ${why}, and stores the others`,
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
  'a batch leaves out a message of a user who is no longer a member',
  withScene(async ({ house, lobby, by, all }) => {
    await house.em().nativeDelete(Membership, { room: lobby, user: { username: 'grace' } });
    assert.equal(seqs(await all(by('grace', lobby, 'I was here'), by('ada', lobby, 'hello'))), [
      undefined,
      3,
    ]);
  }),
);

test(
  'a batch leaves out a message when its session has ended or belongs to another user',
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
  'a batch leaves out a message when its key was used before, in the batch or earlier',
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
  'a batch stores mentions as a single post does',
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
    assert.equal(await noted(study), ['2 ada ada']); // grace is no member
    assert.equal(
      stored.map((entry) => entry!.mentions?.map(({ user }) => user.username)),
      [undefined, ['ada', 'grace'], ['ada'], undefined],
    );
  }),
);

const stopped: [why: string, stop: (house: House) => Promise<unknown>][] = [
  ['neither has blocked the other', async () => {}],
  ['one has blocked the other', ({ to }) => to('ada', 'linus', blockUser)],
  ['one is blocked by the other', ({ to }) => to('linus', 'ada', blockUser)],
  [
    'one has deleted their account',
    ({ em }) => em().nativeUpdate(User, { username: 'linus' }, { deletedAt: NOW }),
  ],
];
for (const [index, [why, stop]] of stopped.entries()) {
  test(
    `a batch ${index === 0 ? 'stores' : 'leaves out'} a message in a direct room when ${why}`,
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
        [4, index === 0 ? 1 : undefined, undefined],
      );
      const hidden = await house.em().count(Membership, { room: direct, hidden: true });
      assert.is(hidden, index === 0 ? 0 : 1); // the message shows the room to the other user
    }),
  );
}

test('statements that may run together are one, with the values of all in order', () => {
  const one = { sql: 'update a set x = ?', parameters: [1], joinsNext: true };
  const two = { sql: 'insert into b values (?, ?)', parameters: [2, 3], joinsNext: true };
  const last = { sql: 'update c set y = ?', parameters: [4] };
  const alone = { sql: 'select 1', parameters: [] };
  assert.equal(joined([alone, one, two, last]), [
    alone,
    {
      sql: 'with joined0 as (update a set x = ?), joined1 as (insert into b values (?, ?)) update c set y = ?',
      parameters: [1, 2, 3, 4],
    },
  ]);
});

test.run();
