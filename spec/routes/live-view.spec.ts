import { type IncomingMessage, get as request } from 'node:http';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { LONGEST_MS } from '../../server/live/streams.ts';
import { withApp, type World } from '../support/app.ts';
import { type Answer, bare, seqs, type Visitor, words } from '../support/visitor.ts';

const test = suite('live view');

/** Ada in her lobby with this setting for the live view, and grace in it too. */
async function lobbyOf({ cast }: World, liveView: string) {
  const [ada, grace] = [await cast('ada'), await cast('grace')];
  const lobby = await ada.createRoom('lobby');
  await grace.enter(lobby);
  await ada.post('/settings', { liveView });
  return { ada, grace, lobby };
}

const frameOf = ({ page }: Answer) =>
  page.querySelector('noscript iframe')?.getAttribute('src')?.replaceAll('&amp;', '&');
const firstLink = ({ page }: Answer) => page.querySelector('body a')!;
const policy = ({ headers }: Answer, directive: string) =>
  new RegExp(`(?:^|; )${directive} ([^;]*)`).exec(headers.get('Content-Security-Policy') ?? '')?.[1];

test(
  'no page reloads and no frame is there until the user chooses a live view',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyOf(world, 'off');
    const room = await ada.get(`/rooms/${lobby}`);
    assert.equal(
      [frameOf(room), policy(room, 'frame-src'), policy(room, 'frame-ancestors')],
      [undefined, undefined, "'none'"],
    );
    const live = await ada.get(`/rooms/${lobby}/live`);
    assert.is(live.headers.get('Refresh'), null);
    assert.is(words(firstLink(live)), 'Check for new messages');
  }),
);

for (const [liveView, seconds, told] of [
  ['10s', 10, '10 seconds'],
  ['30s', 30, '30 seconds'],
  ['1min', 60, 'minute'],
  ['5min', 300, '5 minutes'],
] as const) {
  test(
    `the frame of a room reloads every ${told}, and begins with a link to stop it`,
    withApp(async (world) => {
      const { ada, grace, lobby } = await lobbyOf(world, liveView);
      await ada.say(lobby, 'hello');
      const room = await ada.get(`/rooms/${lobby}`);
      assert.is(room.headers.get('Refresh'), null);
      assert.equal([policy(room, 'frame-src'), policy(room, 'frame-ancestors')], ["'self'", "'none'"]);
      assert.is(room.page.querySelectorAll('noscript form, noscript textarea').length, 0);

      const empty = await ada.get(frameOf(room)!);
      assert.is(policy(empty, 'frame-ancestors'), "'self'");
      assert.equal(seqs(empty), []);
      assert.is(words(empty.page.querySelector('h2')), 'No new messages');
      await grace.say(lobby, 'good morning');
      const [, wait, address] = /^(\d+); url=(.*)$/.exec(empty.headers.get('Refresh')!)!;
      assert.is(Number(wait), seconds);
      const frame = await ada.get(address!);
      assert.equal(seqs(frame), [4]);
      assert.is(words(frame.page.querySelector('h2')), '1 new message');
      assert.is(
        frame.page.querySelectorAll(
          'form, [role="log"], [aria-live], [role="status"], [role="alert"], meta[http-equiv]',
        ).length,
        0,
      );
      assert.is(words(firstLink(frame)), 'Stop reloading');
      assert.match(words(frame.page.querySelector('nav')), new RegExp(`every ${told}\\.$`));

      const stopped = await ada.get(firstLink(frame).getAttribute('href')!.replaceAll('&amp;', '&'));
      assert.is(stopped.headers.get('Refresh'), null);
      assert.is(words(firstLink(stopped)), 'Start reloading');
      const again = await ada.get(firstLink(stopped).getAttribute('href')!.replaceAll('&amp;', '&'));
      assert.ok(again.headers.get('Refresh'));
    }),
  );
}

test(
  'a live view by itself shows the latest entries, and has a button to log out',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyOf(world, '10s');
    await ada.talk(lobby, 30);
    const live = await ada.get(`/rooms/${lobby}/live`);
    assert.equal([seqs(live)[0], seqs(live).length, seqs(live).at(-1)], [13, 20, 32]);
    assert.is(live.page.querySelectorAll('form[action="/logout"]').length, 1);
    assert.is(policy(live, 'frame-ancestors'), "'none'");
    assert.match(live.headers.get('Refresh')!, /^10; url=\/rooms\/1\/live\?check=/);
  }),
);

test(
  'a live view is a sign of life and marks messages as read, but enters nobody',
  withApp(async (world) => {
    const { ada, grace, lobby } = await lobbyOf(world, '10s');
    const { tick, clock } = world;
    await grace.say(lobby, 'hello');
    for (let minutes = 0; minutes < 40; minutes += 10) {
      await ada.get(`/rooms/${lobby}/live?after=1`);
      await tick();
      clock.pass(600_000);
    }
    await tick();
    assert.match(words((await ada.get(`/rooms/${lobby}`)).page.querySelector('#present')), 'ada');
    assert.not.match(words((await ada.get('/rooms')).page.querySelector('.rooms')), 'unread');
    await ada.leave(lobby);
    await ada.get(`/rooms/${lobby}/live?after=1`);
    await ada.get(`/rooms/${lobby}/live`);
    assert.not.match(words((await ada.get(`/rooms/${lobby}`)).page.querySelector('#present')), 'ada');
  }),
);

test(
  'a live view does not use up the message meant for the next page',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyOf(world, '10s');
    const saved = await ada.post('/settings', { style: 'calm' });
    await ada.get(`/rooms/${lobby}/live?after=1`);
    await ada.get(`/rooms/${lobby}/live`);
    assert.match(words((await ada.get(saved.location!)).page.querySelector('[role="status"]')), 'saved');
  }),
);

test(
  'a frame tells why it has ended, and a live view by itself redirects to a page that tells it',
  withApp(async (world) => {
    const { ada, grace, lobby } = await lobbyOf(world, '10s');
    const { visitor } = world;
    const linus = await world.cast('linus');
    const frame = `/rooms/${lobby}/live?after=1`;
    await grace.post('/settings', { liveView: '10s' });
    await ada.post(`/rooms/${lobby}/members/grace/remove`);
    const told: [Visitor, number, RegExp][] = [
      [grace, 409, /You were removed from the room lobby\./],
      [linus, 403, /You are not a member of lobby\./],
      [visitor(), 401, /You are not logged in\./],
    ];
    for (const [person, status, sentence] of told) {
      const ended = await person.get(frame);
      assert.is(ended.status, status);
      assert.match(words(ended.page.querySelector('main')), sentence);
      assert.equal([ended.headers.get('Refresh'), policy(ended, 'frame-ancestors')], [null, "'self'"]);
      assert.equal(
        ended.page.querySelectorAll('a').map((link) => link.getAttribute('target')),
        ['_top'],
      );
    }
    assert.equal(
      [
        (await grace.get(`/rooms/${lobby}/live`)).location,
        (await visitor().get(`/rooms/${lobby}/live`)).location,
      ],
      ['/rooms', '/login?next=%2Frooms%2F1%2Flive'],
    );
    await ada.post(`/rooms/${lobby}/delete`);
    assert.match(words((await ada.get(frame)).page), /The room lobby was deleted/);
    assert.match(words((await ada.get('/rooms')).page), /The room lobby was deleted/);
  }),
);

test(
  "the reader's own messages have a word and a class, in a room and in its live view",
  withApp(async (world) => {
    const { ada, grace, lobby } = await lobbyOf(world, '10s');
    await ada.say(lobby, 'hello');
    await grace.say(lobby, 'good morning');
    for (const path of [`/rooms/${lobby}`, `/rooms/${lobby}/live`]) {
      const { page } = await ada.get(path);
      assert.equal(
        page
          .querySelectorAll('.message.own')
          .map(words)
          .map((text) => text.replace(/\d\d:\d\d/, 'now')),
        ['ada (you), now: hello'],
        path,
      );
      assert.equal(
        page
          .querySelectorAll('.message:not(.own)')
          .map(words)
          .map((text) => text.replace(/\d\d:\d\d/, 'now')),
        ['grace, now: good morning'],
        path,
      );
    }
  }),
);

/** A page that stays open, and its text so far. */
class Open {
  text = '';
  #ended: Promise<void> | undefined;
  #came = () => {};
  answer: IncomingMessage | undefined;

  /** Requests the page, and returns when the answer has begun. */
  async read({ base }: World, person: Visitor, path: string): Promise<void> {
    this.answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request(
        base + path,
        { agent: false, headers: { Cookie: person.cookieHeader, Accept: 'text/html' } },
        resolve,
      ).on('error', reject);
    });
    this.answer.setEncoding('utf8').on('data', (part: string) => {
      this.text += part;
      this.#came();
    });
    this.#ended = new Promise((resolve) => this.answer!.once('close', () => resolve()));
  }

  /** Waits until the page has this text, or ends. */
  async until(text: string): Promise<void> {
    const there = new Promise<void>((resolve) => {
      this.#came = () => this.text.includes(text) && resolve();
      this.#came();
    });
    await Promise.race([there, this.#ended]);
    assert.match(this.text, text);
  }

  /** Waits for the end of the page, and returns its text. */
  async end(): Promise<string> {
    await this.#ended;
    return this.text;
  }
}

async function opened(world: World, person: Visitor, lobby: number): Promise<Open> {
  const open = new Open();
  await open.read(world, person, `/rooms/${lobby}/stream`);
  return open;
}

test(
  'a page that stays open gets each message once, in order',
  withApp(async (world) => {
    const { ada, grace, lobby } = await lobbyOf(world, 'stream');
    const room = await ada.get(`/rooms/${lobby}`);
    assert.is(frameOf(room), undefined);
    assert.match(words(room.page.querySelector('noscript')), 'Open the live view of lobby, which stays open');
    const open = await opened(world, ada, lobby);
    await open.until('grace entered the room.');
    assert.equal(
      [open.answer!.headers['x-accel-buffering'], open.answer!.headers['cache-control']],
      ['no', 'no-store, no-transform'],
    );
    assert.ok(open.text.length > 2048);
    assert.match(open.text, /<div class="log">/);
    await grace.say(lobby, 'one');
    await open.until('>one<');
    await ada.say(lobby, 'two');
    await grace.say(lobby, 'three');
    await open.until('>three<');
    world.clock.pass(LONGEST_MS);
    const text = await open.end();
    assert.equal(
      [...text.matchAll(/<li id="m-(\d+)"/g)].map(([, seq]) => Number(seq)),
      [1, 2, 3, 4, 5],
    );
    assert.match(text, /ada<\/bdi> \(you\)/);
    assert.match(
      text,
      /The live view has ended. It ends after half an hour\.[^]*Continue the live view of <bdi>lobby<\/bdi>[^]*<\/html>/,
    );
    assert.is(text.match(/<ul role="list">/g)!.length - text.match(/<\/ul>/g)!.length, 0);
  }),
);

test(
  'a page that stays open ends with a sentence when its reader may no longer read',
  withApp(async (world) => {
    const { ada, grace, lobby } = await lobbyOf(world, 'stream');
    const linus = await world.cast('linus');
    await linus.enter(lobby);
    const [ofAda, ofGrace, ofLinus] = [
      await opened(world, ada, lobby),
      await opened(world, grace, lobby),
      await opened(world, linus, lobby),
    ];
    await ada.post(`/rooms/${lobby}/members/grace/remove`);
    assert.match(await ofGrace.end(), /has ended\. You were removed from the room lobby\./);
    await linus.post('/logout');
    assert.match(await ofLinus.end(), /has ended\. You are not logged in\./);
    await ada.post(`/rooms/${lobby}/delete`);
    assert.match(await ofAda.end(), /has ended\. The room lobby was deleted/);
  }),
);

test(
  'a page that stays open ends with a sentence when the database cannot be reached',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyOf(world, 'stream');
    const open = await opened(world, ada, lobby);
    await open.until('grace entered the room.');
    const { reader } = world;
    const { rows } = reader;
    reader.rows = () =>
      Promise.reject(
        Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' }),
      );
    try {
      const text = await open.end();
      assert.match(
        text,
        /has ended\. Plainchat cannot reach its database at the moment\. Wait 5 seconds, then try again[^]*Continue the live view of/,
      );
      assert.not.match(text, /ECONNREFUSED|Something went wrong/);
    } finally {
      reader.rows = rows;
    }
  }),
);

test(
  'a user can have three pages open, and a fourth ends the first',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyOf(world, 'stream');
    const pages: Open[] = [];
    for (let count = 0; count < 4; count += 1) pages.push(await opened(world, ada, lobby));
    assert.match(
      await pages[0]!.end(),
      /You can have 3 live views open at a time, and have opened another\./,
    );
    await ada.say(lobby, 'hello');
    for (const page of pages.slice(1)) await page.until('>hello<');
  }),
);

test(
  'no page stays open for HEAD, or for a user who may not read',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyOf(world, 'stream');
    const head = await bare(world.base, {
      path: `/rooms/${lobby}/stream`,
      method: 'HEAD',
      headers: { Cookie: ada.cookieHeader },
    });
    assert.equal([head.status, head.text], [200, '']);
    assert.is((await (await world.cast('linus')).get(`/rooms/${lobby}/stream`)).status, 403);
    assert.is((await world.visitor().get(`/rooms/${lobby}/stream`)).status, 303);
    assert.is((await ada.get('/rooms/99/stream')).status, 404);
  }),
);

test.run();
