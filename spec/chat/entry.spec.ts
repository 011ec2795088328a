import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describe } from '../../server/chat/attachment.ts';
import {
  BATCH_SIZE,
  countMessagesAfter,
  entriesAfter,
  entriesBefore,
  entriesFrom,
  Entry,
  PAGE_SIZE,
  shownAfter,
} from '../../server/chat/entry.ts';
import { post } from '../../server/chat/message.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { later, NOW, refusal, withHouse, type House } from '../support/nouns.ts';

const test = suite('an entry');

const seqs = async (entries: Promise<Entry[]>) => (await entries).map(({ seq }) => seq);
const span = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** The lobby with so many messages of ada's, as it is read afresh. */
async function lobbyOf({ as, room, em }: House, messages: number) {
  const id = await room('ada', 'lobby');
  await as('ada', async (inner, ada) => {
    const lobby = await inner.findOneOrFail(Room, { id });
    for (const seq of span(1, messages))
      lobby.append(inner, {
        kind: 'message',
        author: ada,
        at: NOW,
        body: `message ${seq}`,
        key: `the-key-${seq}`,
      });
    await inner.flush();
  });
  return em().findOneOrFail(Room, { id });
}

test(
  'has the next number, whatever happened',
  withHouse(async ({ room, enter, say, log }) => {
    const lobby = await room('ada', 'lobby');
    await enter('ada', lobby);
    await say('ada', lobby, 'hello');
    await enter('grace', lobby);
    await say('grace', lobby, 'hi');
    assert.equal(await log(lobby), ['1 entered ada', '2 ada: hello', '3 entered grace', '4 grace: hi']);
  }),
);

test(
  'is read by plain columns as by the ORM, whatever belongs to it',
  withHouse(async ({ room, enter, say, add, changeRole, as, em }) => {
    const [study, lobby] = [await room('ada', 'study'), await room('ada', 'lobby')];
    await enter('ada', lobby);
    await say('ada', lobby, 'hello');
    await add('ada', lobby, 'grace');
    await changeRole('ada', lobby, 'grace', 'admin');
    await say('ada', lobby, 'to @Grace and @ada');
    const file = { type: 'png', size: 120, width: 40, height: 20 } as const;
    for (const [index, name] of ['one', 'two'].entries())
      await as('ada', (inner, ada) =>
        post(
          inner,
          ada,
          lobby,
          { body: '@grace', key: `a-key-${name}`, attachment: { ...file, name, description: 'the harbour' } },
          later(index),
        ),
      );
    await as('ada', (inner, ada) => describe(inner, ada, lobby, 7, 'the harbour at night', later(5)));
    const found = await entriesAfter(em(), await em().findOneOrFail(Room, { id: lobby }), 0);
    const person = (user: { id: number; username: string } | null | undefined) =>
      user && { id: user.id, username: user.username };
    const plain = found.map(({ seq, kind, body, at, author, subject, attachment, mentions }) => ({
      room: { id: lobby },
      seq,
      kind,
      body,
      at,
      author: person(author),
      subject: person(subject) ?? null,
      attachment: attachment
        ? {
            name: attachment.name,
            ...file,
            description: attachment.description,
            describedAt: attachment.describedAt,
          }
        : null,
      ...(mentions && { mentions }),
    }));
    assert.equal(await shownAfter(em(), lobby, 0), plain);
    assert.equal(
      plain.map(({ mentions }) => mentions?.length),
      [undefined, undefined, undefined, undefined, 2, 1, 1],
    );
    assert.equal(
      [plain[5]?.attachment?.describedAt, plain[6]?.attachment?.describedAt, plain[3]?.subject?.username],
      [null, later(5), 'grace'],
    );
    assert.equal(
      (await shownAfter(em(), lobby, 5)).map(({ seq }) => seq),
      [6, 7],
    );
    assert.equal(
      [await shownAfter(em(), lobby, 7), await shownAfter(em(), study, 0), await shownAfter(em(), 99, 0)],
      [[], [], []],
    );
  }),
);

test(
  'has a number of its own among twenty that are posted at once, and none is left out',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    for (const username of ['ada', 'grace']) await house.enter(username, lobby);
    const posted = await Promise.all(
      span(1, 20).map((index) => house.say(index % 2 ? 'ada' : 'grace', lobby, `message ${index}`)),
    );
    assert.equal(
      posted.map(({ entry }) => entry.seq).sort((a, b) => a - b),
      span(3, 22),
    );
    assert.is((await house.em().findOneOrFail(Room, { id: lobby })).lastSeq, 22);
  }),
);

test(
  'that came to nothing leaves no gap',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('ada', lobby);
    await refusal(
      Error,
      house.as('ada', async (em, ada) => {
        (await em.findOneOrFail(Room, { id: lobby })).append(em, { kind: 'message', author: ada, at: NOW });
        await em.flush();
        throw new Error('the power went');
      }),
    );
    assert.is((await house.say('ada', lobby, 'hello')).entry.seq, 2);
  }),
);

test(
  'is counted in its own room alone',
  withHouse(async ({ room, enter, log }) => {
    const [lobby, study] = [await room('ada', 'lobby'), await room('ada', 'study')];
    await enter('ada', lobby);
    await enter('grace', study);
    assert.equal([await log(lobby), await log(study)], [['1 entered ada'], ['1 entered grace']]);
  }),
);

test(
  'cannot take a number that is taken',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house, 1);
    const { id } = await house.em().findOneOrFail(User, { username: 'ada' });
    await refusal(
      Error,
      house
        .em()
        .insert(Entry, { room: lobby.id, seq: 1, kind: 'left', author: id, body: '', key: null, at: NOW }),
    );
  }),
);

test(
  'is found by what comes before, after and from a number, oldest first and never beyond',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house, 260);
    const em = house.em();
    assert.equal([PAGE_SIZE, BATCH_SIZE], [50, 200]);
    assert.equal(await seqs(entriesBefore(em, lobby, 261)), span(211, 260));
    assert.equal(await seqs(entriesBefore(em, lobby, 51)), span(1, 50));
    assert.equal(await seqs(entriesBefore(em, lobby, 50)), span(1, 49));
    assert.equal(await seqs(entriesBefore(em, lobby, 2)), [1]);
    assert.equal(await seqs(entriesBefore(em, lobby, 9_999_999)), span(211, 260));
    assert.equal(await seqs(entriesBefore(em, lobby, 261, BATCH_SIZE)), span(61, 260));
    assert.equal(await seqs(entriesAfter(em, lobby, 0)), span(1, 200));
    assert.equal(await seqs(entriesAfter(em, lobby, 200)), span(201, 260));
    assert.equal(await seqs(entriesAfter(em, lobby, 259)), [260]);
    assert.equal(await seqs(entriesFrom(em, lobby, 100, 149)), span(100, 149));
    assert.equal(await seqs(entriesFrom(em, lobby, 250, 299)), span(250, 260));
    assert.equal(await seqs(entriesFrom(em, lobby, -5, 2)), [1, 2]);
    for (const none of [
      entriesBefore(em, lobby, 1),
      entriesBefore(em, lobby, 0),
      entriesAfter(em, lobby, 260),
      entriesAfter(em, lobby, Number.MAX_SAFE_INTEGER),
      entriesFrom(em, lobby, 261, 310),
    ]) {
      assert.equal(await none, []);
    }
  }),
);

test(
  'is not found beyond what the room was when it was looked at',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house, 2);
    await house.enter('grace', lobby.id);
    assert.equal(await seqs(entriesAfter(house.em(), lobby, 0)), [1, 2]);
  }),
);

test(
  'is not found in another room, and none is in an empty one',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house, 3);
    const study = await house.room('grace', 'study');
    await house.enter('grace', study);
    assert.equal(await seqs(entriesAfter(house.em(), lobby, 0)), [1, 2, 3]);
    const hall = await house.em().findOneOrFail(Room, { id: await house.room('grace', 'hall') });
    assert.equal(
      [await entriesBefore(house.em(), hall, 1), await entriesAfter(house.em(), hall, 0)],
      [[], []],
    );
  }),
);

test(
  'comes with its author and its time to the millisecond',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('ada', lobby, { now: new Date('2026-01-01T12:00:00.789Z') });
    const [entry] = await entriesAfter(house.em(), await house.em().findOneOrFail(Room, { id: lobby }), 0);
    assert.equal(
      [entry?.author.username, entry?.at.toISOString(), entry?.body, entry?.key],
      ['ada', '2026-01-01T12:00:00.789Z', '', null],
    );
  }),
);

test(
  'counts as news where it is a message, and not where it is a notice',
  withHouse(async (house) => {
    const id = await house.room('ada', 'lobby');
    await house.enter('ada', id);
    await house.say('ada', id, 'one');
    await house.enter('grace', id);
    await house.say('grace', id, 'two');
    const lobby = await house.em().findOneOrFail(Room, { id });
    assert.equal(
      await Promise.all([0, 1, 2, 3, 4].map((after) => countMessagesAfter(house.em(), lobby, after))),
      [2, 2, 1, 1, 0],
    );
  }),
);

test.run();
