import { entryRecords } from '../../server/chat/entry-records.ts';
import { countMessagesAfter } from '../../server/chat/room-details.ts';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { describe } from '../../server/chat/attachment.ts';
import { appendEntry, BATCH_SIZE, Entry } from '../../server/chat/entry.ts';
import { entriesAfter, entriesBefore, entriesFrom, PAGE_SIZE } from '../../server/chat/history.ts';
import { postMessage } from '../../server/chat/post.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { type House, later, NOW, refusal, withHouse } from '../support/domain.ts';

const test = suite('entry');

const seqs = async (entries: Promise<Entry[]>) => (await entries).map(({ seq }) => seq);
const span = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Ada's lobby with this many messages of hers, read in a fresh unit of work. */
async function lobbyOf({ as, room, em }: House, messages: number) {
  const id = await room('ada', 'lobby');
  await as('ada', async (inner, ada) => {
    const lobby = await inner.findOneOrFail(Room, { id });
    for (const seq of span(1, messages))
      appendEntry(inner, lobby, {
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
  'entries of every kind count up together',
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
  'entryRecordsAfter reads the same entries by plain SQL as the ORM does',
  withHouse(async ({ room, enter, say, add, changeRole, as, em, reader }) => {
    const [study, lobby] = [await room('ada', 'study'), await room('ada', 'lobby')];
    await enter('ada', lobby);
    await say('ada', lobby, 'hello');
    await add('ada', lobby, 'grace');
    await changeRole('ada', lobby, 'grace', 'admin');
    await say('ada', lobby, 'to @Grace and @ada');
    const file = { type: 'png', size: 120, width: 40, height: 20 } as const;
    for (const [index, name] of ['one', 'two'].entries())
      await as('ada', (inner, ada) =>
        postMessage(
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
      byToken: false,
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
    assert.equal(await entryRecords(await reader(), lobby, 1, 99), plain);
    assert.equal(
      plain.map(({ mentions }) => mentions?.length),
      [undefined, undefined, undefined, undefined, 2, 1, 1],
    );
    assert.equal(
      [plain[5]?.attachment?.describedAt, plain[6]?.attachment?.describedAt, plain[3]?.subject?.username],
      [null, later(5), 'grace'],
    );
    assert.equal(
      (await entryRecords(await reader(), lobby, 6, 99)).map(({ seq }) => seq),
      [6, 7],
    );
    assert.equal(
      [
        await entryRecords(await reader(), lobby, 8, 99),
        await entryRecords(await reader(), study, 1, 99),
        await entryRecords(await reader(), 99, 1, 99),
      ],
      [[], [], []],
    );
  }),
);

test(
  'twenty messages posted at once get twenty seqs without a gap',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    for (const username of ['ada', 'grace']) await house.enter(username, lobby);
    const posted = await Promise.all(
      span(1, 20).map((index) => house.say(index % 2 ? 'ada' : 'grace', lobby, `message ${index}`)),
    );
    assert.equal(
      posted.map(({ entry }) => entry.seq).toSorted((a, b) => a - b),
      span(3, 22),
    );
    assert.is((await house.em().findOneOrFail(Room, { id: lobby })).lastSeq, 22);
  }),
);

test(
  'a transaction that fails leaves no gap in the seqs',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('ada', lobby);
    await refusal(
      Error,
      house.as('ada', async (em, ada) => {
        appendEntry(em, await em.findOneOrFail(Room, { id: lobby }), {
          kind: 'message',
          author: ada,
          at: NOW,
        });
        await em.flush();
        throw new Error('the power went');
      }),
    );
    assert.is((await house.say('ada', lobby, 'hello')).entry.seq, 2);
  }),
);

test(
  'each room counts its own entries',
  withHouse(async ({ room, enter, log }) => {
    const [lobby, study] = [await room('ada', 'lobby'), await room('ada', 'study')];
    await enter('ada', lobby);
    await enter('grace', study);
    assert.equal([await log(lobby), await log(study)], [['1 entered ada'], ['1 entered grace']]);
  }),
);

test(
  'two entries of a room cannot have the same seq',
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
  'entries before, after and from a seq are found oldest first, within their limits',
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
  'a reader sees no entry newer than the room it has read',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house, 2);
    await house.enter('grace', lobby.id);
    assert.equal(await seqs(entriesAfter(house.em(), lobby, 0)), [1, 2]);
  }),
);

test(
  'a reader sees no entry of another room, and none in an empty room',
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
  'an entry has its author, and its time to the millisecond',
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
  'countMessagesAfter counts messages, and no notices',
  withHouse(async (house) => {
    const id = await house.room('ada', 'lobby');
    await house.enter('ada', id);
    await house.say('ada', id, 'one');
    await house.enter('grace', id);
    await house.say('grace', id, 'two');
    const lobby = await house.em().findOneOrFail(Room, { id });
    const reader = await house.reader();
    assert.equal(
      await Promise.all([0, 1, 2, 3, 4].map((after) => countMessagesAfter(reader, lobby, after))),
      [2, 2, 1, 1, 0],
    );
  }),
);

test.run();
