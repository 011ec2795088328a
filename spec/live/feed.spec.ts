import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import type { Entry } from '../../server/chat/entry.ts';
import type { Awaitable } from '../../server/live/chain.ts';
import { Feed } from '../../server/live/feed.ts';
import type { Lookups } from '../../server/live/lookups.ts';
import type { Versions } from '../../server/live/versions.ts';

const test = suite('feed');

const ADA = 1;
const LOBBY = 1;
const NOBODY: ReadonlySet<number> = new Set();

/** A log that the spec writes; records what the feed asks of it, in order. */
class Log {
  names = new Map([
    [ADA, 'ada'],
    [2, 'grace'],
  ]);
  rooms = new Map<number, string[]>();
  asked: string[] = [];
  rendered: string[] = [];
  version = 1;
  readonly feed: Feed;

  /** @param isAsync whether lookups answer asynchronously, as PostgreSQL does */
  constructor(isAsync = false) {
    const tell = <T>(what: string, value: () => T): Awaitable<T> => {
      this.asked.push(what);
      return isAsync ? Promise.resolve().then(value) : value();
    };
    const versions: Versions = { ofUser: () => this.version, ofRoom: () => this.version, settled: () => {} };
    const lookups: Lookups = {
      sessionPresence: () => undefined,
      blockedBy: () => [],
      room: (id) =>
        tell('room', () =>
          this.rooms.has(id) ? { name: 'lobby', last: this.rooms.get(id)!.length } : undefined,
        ),
      describedAt: (_, seqs) => tell('describedAt', () => seqs.map(() => null)),
      usernames: (ids) => tell('usernames', () => ids.map((user) => this.names.get(user)!)),
    };
    this.feed = new Feed({
      versions,
      lookups,
      entries: (id, after) =>
        tell(`entries after ${after}`, () =>
          this.rooms
            .get(id)!
            .slice(after, after + 200)
            .map((body, index) => this.#entry(id, after + index + 1, body)),
        ),
      render: (entry) => {
        this.rendered.push(entry.body);
        return JSON.stringify(`${entry.author.username}: ${entry.body}`);
      },
    });
    this.say();
  }

  say(...bodies: string[]): void {
    this.rooms.set(LOBBY, [...(this.rooms.get(LOBBY) ?? []), ...bodies]);
    this.version += 1;
  }

  /** Stores as this process does: no change notice is needed for its own entries. */
  store(...bodies: string[]): void {
    const last = this.rooms.get(LOBBY)!.length;
    const entries = bodies.map((body, index) => this.#entry(LOBBY, last + index + 1, body));
    this.say(...bodies);
    this.feed.addStored(entries);
  }

  /** What a poll gets; the room is the lobby unless given. */
  async poll(after: number, { blocked = NOBODY, room = LOBBY } = {}): Promise<string[] | undefined> {
    const tail = await this.feed.room(room);
    const news = tail && (await this.feed.answerFor(tail, after, blocked));
    return news && (JSON.parse(news.body.toString()) as { entries: string[] }).entries;
  }

  #entry(room: number, seq: number, body: string): Entry {
    return {
      seq,
      kind: 'message',
      body,
      at: new Date(0),
      room: { id: room },
      author: { id: ADA, username: this.names.get(ADA)! },
      subject: null,
    } as Entry;
  }
}

for (const isAsync of [false, true]) {
  const where = isAsync ? ', with an asynchronous database' : '';

  test(`the feed reads and renders a new entry once for all polls${where}`, async () => {
    const log = new Log(isAsync);
    log.say('one', 'two');
    await log.poll(1);
    for (let reader = 0; reader < 10; reader += 1) assert.equal(await log.poll(1), ['ada: two']);
    assert.equal(log.rendered, ['two']);
    assert.equal(log.asked, ['room', 'entries after 1']);
    log.say('three');
    for (let reader = 0; reader < 10; reader += 1) assert.equal(await log.poll(2), ['ada: three']);
    assert.equal(await log.poll(1), ['ada: two', 'ada: three']);
    assert.equal(log.rendered, ['two', 'three']);
    assert.equal(log.asked.slice(2), ['room', 'entries after 2', 'usernames']); // one look at names for the new entries
  });

  test(`every poll gets each entry once when many poll at once${where}`, async () => {
    const log = new Log(isAsync);
    log.say('one', 'two', 'three', 'four');
    const read = async (after: number) => {
      const news = await log.poll(after);
      if (news)
        assert.equal(
          news,
          ['ada: one', 'ada: two', 'ada: three', 'ada: four', 'ada: five'].slice(
            after,
            log.rooms.get(LOBBY)!.length,
          ),
        );
      return news;
    };
    const all = await Promise.all([3, 0, 2, 3, 1].map(read));
    assert.ok(all.some((news) => news !== undefined));
    log.say('five');
    await Promise.all([4, 3, 0, 4].map(read));
    assert.equal(await read(0), ['ada: one', 'ada: two', 'ada: three', 'ada: four', 'ada: five']);
  });

  test(`the feed reads and renders a new entry once for polls at the same moment${where}`, async () => {
    const log = new Log(isAsync);
    log.say('one');
    await log.poll(0);
    log.say('two', 'three');
    const news = await Promise.all(Array.from({ length: 20 }, () => log.poll(1)));
    for (const entries of news) assert.equal(entries, ['ada: two', 'ada: three']);
    assert.equal(log.rendered, ['one', 'two', 'three']);
    assert.is(log.asked.filter((what) => what.startsWith('entries')).length, 2);
  });

  test(`a poll without a commit since the last one asks the database nothing${where}`, async () => {
    const log = new Log(isAsync);
    log.say('one');
    await log.feed.room(LOBBY);
    log.asked.length = 0;
    for (let poll = 0; poll < 10; poll += 1) assert.is((await log.feed.room(LOBBY))?.last, 1);
    assert.equal(log.asked, []);
  });

  test(`the feed renders an entry again after its author was renamed${where}`, async () => {
    const log = new Log(isAsync);
    log.say('one');
    assert.equal(await log.poll(0), ['ada: one']);
    log.names.set(ADA, 'Ada');
    log.say('two');
    assert.equal(await log.poll(0), ['Ada: one', 'Ada: two']);
    assert.equal(await log.poll(1), ['Ada: two']);
  });

  test(`the feed does not read entries that this process has stored${where}`, async () => {
    const log = new Log(isAsync);
    log.say('one');
    await log.poll(0);
    log.asked.length = 0;
    log.store('two', 'three');
    log.store('four');
    for (let reader = 0; reader < 3; reader += 1)
      assert.equal(await log.poll(1), ['ada: two', 'ada: three', 'ada: four']);
    log.store('five');
    assert.equal(await log.poll(3), ['ada: four', 'ada: five']);
    assert.equal(log.asked, ['room', 'usernames', 'room', 'usernames']);
    assert.equal(log.rendered, ['one', 'two', 'three', 'four', 'five']);
  });

  test(`the feed reads all new entries when another process has stored some among them${where}`, async () => {
    const log = new Log(isAsync);
    log.say('one');
    await log.poll(0);
    log.say('two');
    log.store('three');
    assert.equal(await log.poll(1), ['ada: two', 'ada: three']);
    log.store('four');
    log.say('five');
    log.store('six');
    assert.equal(await log.poll(3), ['ada: four', 'ada: five', 'ada: six']);
    assert.is(log.asked.filter((what) => what.startsWith('entries')).length, 3);
  });

  test(`the feed renders an entry stored by this process again when its author was renamed meanwhile${where}`, async () => {
    const log = new Log(isAsync);
    log.say('one');
    await log.poll(0);
    log.store('two');
    log.names.set(ADA, 'Ada');
    log.version += 1;
    assert.equal(await log.poll(1), ['Ada: two']);
  });

  test(`the feed looks up only the users named in entries that are new to the reader${where}`, async () => {
    const log = new Log(isAsync);
    log.say('one', 'two');
    assert.equal(await log.poll(0), ['ada: one', 'ada: two']);
    log.names.set(ADA, 'Ada');
    log.say('three');
    assert.equal(await log.poll(2), ['Ada: three']);
    assert.equal(
      log.asked.filter((what) => what === 'usernames'),
      [],
    );
    assert.equal(await log.poll(0), ['Ada: one', 'Ada: two', 'Ada: three']);
    assert.equal(await log.poll(2), ['Ada: three']);
  });

  test(`the feed has no shared answer for a reader who has blocked an author in it${where}`, async () => {
    const log = new Log(isAsync);
    log.say('one');
    assert.is(await log.poll(0, { blocked: new Set([ADA]) }), undefined);
    assert.equal(await log.poll(0), ['ada: one']);
    assert.equal(await log.poll(0, { blocked: new Set([2]) }), ['ada: one']);
  });

  test(`the feed knows neither a deleted room nor the entries it had${where}`, async () => {
    const log = new Log(isAsync);
    log.say('one', 'two');
    await log.poll(0);
    log.rooms.delete(LOBBY);
    log.version += 1;
    assert.is(await log.feed.room(LOBBY), undefined);
    log.say('another'); // a restored database
    assert.equal(await log.poll(0), ['ada: another']);
  });
}

test('the feed checks everything again when versions cannot be read', async () => {
  const log = new Log();
  log.say('one');
  await log.poll(0);
  log.version = NaN;
  log.asked.length = 0;
  assert.equal(await log.poll(0), ['ada: one']);
  assert.equal(log.asked, ['room', 'usernames']);
});

test('an answer has at most two hundred entries, and the feed keeps no more of a room', async () => {
  const log = new Log();
  log.say(...Array.from({ length: 201 }, (_, index) => `message ${index + 1}`));
  assert.is(await log.poll(0), undefined);
  assert.is((await log.poll(1))?.length, 200);
  log.say('the latest');
  assert.is((await log.poll(200))?.length, 2);
  assert.is(log.rendered.length, 201);
  assert.is((await log.feed.room(LOBBY))?.entries.length, 200);
});

test('the feed forgets all rooms when its memory is full, and goes on', async () => {
  const log = new Log();
  const long = 'x'.repeat(1_000_000);
  for (let room = 2; room <= 21; room += 1) log.rooms.set(room, [long]);
  for (let room = 2; room <= 21; room += 1) assert.is((await log.poll(0, { room }))?.length, 1, String(room));
  const kept = async () => {
    log.rendered.length = 0;
    for (let room = 2; room <= 21; room += 1) {
      const tail = await log.feed.room(room);
      if (tail?.entries.length === 0) log.rendered.push('forgotten');
    }
    return 20 - log.rendered.length;
  };
  assert.ok((await kept()) <= 16);
});

test('a text beyond Latin-1 counts twice, as V8 keeps it', async () => {
  const keptOf = async (text: string) => {
    const log = new Log();
    for (let room = 2; room <= 13; room += 1) log.rooms.set(room, [text]);
    let kept = 0;
    for (let room = 2; room <= 13; room += 1) await log.poll(0, { room });
    for (let room = 2; room <= 13; room += 1) kept += (await log.feed.room(room))!.entries.length;
    return kept;
  };
  assert.is(await keptOf('é'.repeat(1_000_000)), 12);
  assert.ok((await keptOf('я'.repeat(1_000_000))) < 12);
});

test('the feed keeps a limited number of entries that this process has stored and nobody has polled', async () => {
  const log = new Log();
  for (let entry = 0; entry < 20; entry += 1) {
    await log.feed.room(LOBBY);
    log.store('x'.repeat(1_000_000));
  }
  const tail = await log.feed.room(LOBBY);
  assert.ok(tail!.stored.length <= 16, String(tail!.stored.length));
  assert.is((await log.poll(19))?.length, 1);
});

test.run();
