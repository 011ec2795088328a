import { parse } from 'node-html-parser';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { images } from '../support/files.ts';
import { seqs } from '../support/visitor.ts';

const test = suite('shapes of pages');

const TYPES = {
  txt: 'text/plain; charset=utf-8',
  json: 'application/json; charset=utf-8',
  atom: 'application/atom+xml; charset=utf-8',
};

test(
  'a room has the same part of its log as a page, as text, as JSON and as a feed, and the page links to them',
  withApp(async ({ cast, clock, base }) => {
    clock.pass(Date.parse('2027-01-01T09:58:00Z') - clock.now().getTime());
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await ada.say(lobby, 'hello <b>\nsecond line');
    await ada.attach(lobby, await images.png(), { description: 'the harbour' });
    await ada.say(lobby, 'bye');
    const page = await grace.get(`/rooms/${lobby}?from=2`);
    const links = page.page
      .querySelectorAll('link[rel="alternate"]')
      .map((link) => [link.getAttribute('type'), link.getAttribute('href')]);
    assert.equal(links, [
      ['text/plain', `/rooms/${lobby}.txt?from=2`],
      ['application/json', `/rooms/${lobby}.json?from=2`],
      ['application/atom+xml', `/rooms/${lobby}.atom?from=2`],
    ]);
    const text = await grace.get(`/rooms/${lobby}.txt?after=3`);
    assert.is(text.headers.get('content-type'), TYPES.txt);
    assert.is(
      text.text,
      [
        '2 new',
        'Friday 1 January 2027',
        '09:58 ada entered the room.',
        '09:58 grace entered the room.',
        '09:58 ada: hello <b>',
        '  second line',
        '09:58 ada: (Image: the harbour)',
        '09:58 ada: bye',
        '',
      ].join('\n'),
    );
    const json = await grace.get(`/rooms/${lobby}.json?from=2`);
    assert.is(json.headers.get('content-type'), TYPES.json);
    assert.equal(
      json.json().entries.map(({ seq }: { seq: number }) => seq),
      seqs(page),
    );
    assert.equal([json.json().room, json.json().name, json.json().after], [lobby, 'lobby', 5]);
    assert.is(json.json().entries[1].body, 'hello <b>\nsecond line');
    const feed = await grace.get(`/rooms/${lobby}.atom`);
    assert.is(feed.headers.get('content-type'), TYPES.atom);
    const entries = parse(feed.text).querySelectorAll('entry');
    assert.equal(
      entries.map((entry) => entry.querySelector('content')!.text),
      ['bye', '(Image: the harbour)', 'hello <b>\nsecond line'],
    );
    assert.is(entries[0]!.querySelector('link')!.getAttribute('href'), `${base}/rooms/${lobby}?from=5#m-5`);
    const ids = entries.map((entry) => entry.querySelector('id')!.text);
    for (const id of ids)
      assert.match(id, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.is(new Set(ids).size, 3);
    await ada.post(`/rooms/${lobby}/rename`, { name: 'parlour' });
    assert.ok((await grace.get(`/rooms/${lobby}.atom`)).text.includes(ids[0]!));
  }),
);

test(
  'lines of text are as long as the width says, and what begins without spaces is an entry or a day',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.say(lobby, `${'some words '.repeat(20)}\n${'x'.repeat(90)}`);
    for (const width of [20, 40, 120]) {
      const lines = (await ada.get(`/rooms/${lobby}.txt?width=${width}`)).text.trimEnd().split('\n');
      assert.ok(
        lines.every((line) => line.length <= width),
        String(width),
      );
      assert.is(lines.filter((line) => /^\d\d:\d\d /.test(line)).length, 2);
      assert.ok(lines.join('').replaceAll('  ', '').includes('x'.repeat(90)));
    }
    for (const width of ['19', '121', 'x', '']) {
      const refused = await ada.get(`/rooms/${lobby}.txt?width=${width}`);
      assert.is(refused.status, 422);
      assert.match(refused.text, /^The width of a line is 20 to 120 characters/);
    }
  }),
);

test(
  'a client that has the shape already gets 304, until something changes',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    for (const shape of ['txt', 'json', 'atom']) {
      const path = `/rooms/${lobby}.${shape}`;
      const first = await ada.get(path);
      assert.ok(Date.parse(first.headers.get('last-modified')!) > 0);
      const headers = { 'If-None-Match': first.headers.get('etag')! };
      assert.is((await ada.send(path, { headers })).status, 304);
      await ada.say(lobby, 'news');
      assert.is((await ada.send(path, { headers })).status, 200);
    }
  }),
);

test(
  'a search and a message have other shapes, too',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await grace.say(lobby, 'the harbour');
    for (const path of ['/search', `/rooms/${lobby}/search`]) {
      assert.match(
        (await ada.get(`${path}.txt?q=harb`)).text,
        /^1 message found\nlobby, .*\n\d\d:\d\d grace: the harbour\n$/,
      );
      const { found, entries } = (await ada.get(`${path}.json?q=harb`)).json();
      assert.equal(
        [found, entries.length, entries[0].room, entries[0].name, entries[0].body],
        [1, 1, lobby, 'lobby', 'the harbour'],
      );
      assert.match(
        (await ada.get(`${path}.atom?q=harb`)).text,
        /<title>grace in lobby: the harbour<\/title>/,
      );
      for (const shape of ['txt', 'json', 'atom']) assert.is((await ada.get(`${path}.${shape}`)).status, 422);
    }
    assert.match((await ada.get(`/rooms/${lobby}/messages/3.txt`)).text, /grace: the harbour\n$/);
    assert.is((await ada.get(`/rooms/${lobby}/messages/3.json`)).json().body, 'the harbour');
    for (const seq of ['1', '99', '0', 'x'])
      assert.is((await ada.get(`/rooms/${lobby}/messages/${seq}.json`)).status, 404);
    await ada.post('/people/grace/block');
    for (const path of [
      `/rooms/${lobby}.txt`,
      `/rooms/${lobby}.json`,
      `/rooms/${lobby}.atom`,
      '/search.json?q=harb',
      `/rooms/${lobby}/messages/3.txt`,
    ])
      assert.not.match((await ada.get(path)).text.replace('"body":"the harbour"', ''), /harbour/, path);
  }),
);

test(
  'an answer has at most a megabyte, and fewer entries where that is reached',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    for (let count = 0; count < 110; count += 1) await ada.say(lobby, '☃'.repeat(4000));
    for (const shape of ['txt', 'json', 'atom']) {
      const { text } = await ada.get(`/rooms/${lobby}.${shape}?after=0`);
      assert.ok(Buffer.byteLength(text) <= 2 ** 20, shape);
      assert.ok(Buffer.byteLength(text) > 2 ** 19, shape);
    }
  }),
);

test.run();
