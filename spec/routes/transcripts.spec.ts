import { writeFileSync } from 'node:fs';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { openDatabase } from '../../server/database/open.ts';
import { withApp } from '../support/app.ts';
import { chat } from '../support/command.ts';
import { TEXTS } from '../support/corpus.ts';
import { enrolMany, withFile } from '../support/domain.ts';
import { images, PDF } from '../support/files.ts';
import { words } from '../support/visitor.ts';
import { unzipped } from '../support/zip.ts';

const test = suite('transcripts over HTTP');

test(
  'a member saves a room as one page, as text and as lines of JSON, whole or by days',
  withApp(async ({ cast, clock }) => {
    clock.pass(Date.parse('2027-01-01T09:58:00Z') - clock.now().getTime());
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby & co');
    await grace.enter(lobby);
    await ada.say(lobby, '*hello*\n<b>');
    await ada.attach(lobby, await images.png(), { description: 'the harbour' });
    clock.pass(86_400_000);
    await ada.enter(lobby);
    await ada.say(lobby, 'next day');
    const page = await grace.get(`/rooms/${lobby}/transcript.html`);
    assert.is(page.headers.get('content-disposition'), 'attachment; filename="lobby-co-2027-01-02.html"');
    assert.equal(page.page.querySelectorAll('h1, h2').map(words), [
      'lobby & co',
      'Friday 1 January 2027',
      'Saturday 2 January 2027',
    ]);
    assert.match(page.page.querySelector('img')!.getAttribute('src')!, /^data:image\/png;base64,\w/);
    assert.is(page.page.querySelector('img')!.getAttribute('alt'), 'the harbour');
    assert.equal(page.page.querySelectorAll('a, script, [href^="/"], [src^="/"]').length, 0);
    assert.is(words(page.page.querySelector('strong')), 'hello');
    const text = await grace.get(`/rooms/${lobby}/transcript.txt?until=2027-01-01`);
    assert.is(
      text.text,
      'lobby & co\nTimes are in UTC.\n\nFriday 1 January 2027\n09:58 ada entered the room.\n09:58 grace entered the room.\n09:58 ada: *hello*\n  <b>\n09:58 ada: (Image: the harbour)\n',
    );
    const lines = (text: string) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    const whole = lines((await grace.get(`/rooms/${lobby}/transcript.jsonl`)).text);
    assert.equal(
      [whole[0].plainchat, whole[0].name, whole[0].creator, whole[0].lastSeq],
      [3, 'lobby & co', 'ada', whole.length - 2],
    );
    const part = lines((await grace.get(`/rooms/${lobby}/transcript.jsonl?since=2027-01-02`)).text);
    assert.equal(
      [part[0].lastSeq, part.at(-1).body, part.at(-1).seq],
      [part.length - 1, 'next day', part.length - 1],
    );
    for (const wrong of ['since=2027-02-30', 'until=x'])
      assert.is((await grace.get(`/rooms/${lobby}/transcript.txt?${wrong}`)).status, 422);
    await grace.post('/people/ada/block');
    for (const shape of ['html', 'txt'])
      assert.not.match(
        (await grace.get(`/rooms/${lobby}/transcript.${shape}`)).text,
        /hello|harbour|next day/,
      );
  }),
);

test(
  'a member saves a room as a book with a chapter for each day, its images and a table of contents',
  withApp(async ({ cast, clock }) => {
    clock.pass(Date.parse('2027-01-01T09:58:00Z') - clock.now().getTime());
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby & <co>');
    await ada.say(
      lobby,
      '*one*\ntwo & <three>\n\n- a\n- b\n\n> quoted\n\n```\ncode <b>\n```\nhttps://example.org/?a=1&b=2',
    );
    await ada.attach(lobby, await images.png(), { description: 'the "harbour"' });
    await ada.attach(lobby, await images.webp(), { description: '', decorative: '1' });
    clock.pass(86_400_000);
    await ada.enter(lobby);
    await ada.say(lobby, 'later');
    const saved = await fetch(`${ada.base}/rooms/${lobby}/transcript.epub`, {
      headers: { Cookie: ada.cookieHeader },
    });
    assert.is(saved.headers.get('content-type'), 'application/epub+zip');
    const files = unzipped(Buffer.from(await saved.arrayBuffer()));
    assert.equal(
      [...files.keys()],
      [
        'mimetype',
        'META-INF/container.xml',
        'EPUB/image-3.png',
        'EPUB/image-4.webp',
        'EPUB/chapter-1.xhtml',
        'EPUB/chapter-2.xhtml',
        'EPUB/clear.png',
        'EPUB/nav.xhtml',
        'EPUB/package.opf',
      ],
    );
    const text = (name: string) => files.get(`EPUB/${name}`)!.toString();
    assert.match(
      text('chapter-1.xhtml'),
      /<img src="image-3\.png" alt="the &quot;harbour&quot;" width="\d+" height="\d+"\/>/,
    );
    assert.not.match(text('chapter-1.xhtml'), /<br>|&nbsp;|&ndash;/);
    assert.match(text('package.opf'), 'href="image-4.webp" media-type="image/webp" fallback="clear.png"/>');
    assert.match(text('package.opf'), '<item id="clear.png" href="clear.png" media-type="image/png"/>');
    assert.match(text('nav.xhtml'), /<a href="chapter-2\.xhtml">Saturday 2 January 2027<\/a>/);
    for (const name of ['chapter-1.xhtml', 'chapter-2.xhtml', 'nav.xhtml', 'package.opf'])
      assert.equal(unbalanced(text(name)), [], name);
  }),
);

test(
  'a transcript as lines of JSON, imported elsewhere, gives the same room byte for byte',
  withApp(async ({ cast, clock }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby & <co>');
    await grace.enter(lobby);
    for (const text of Object.values(TEXTS)) await grace.say(lobby, text);
    await ada.say(lobby, 'a\tb\n> \u202e"\\" \u2028 😀', { reply: '4' });
    await grace.attach(lobby, await images.png(), { description: 'the "harbour"', body: '*see*' });
    await grace.attach(lobby, PDF, { description: 'Timetable' });
    await ada.post(`/rooms/${lobby}/topic`, { topic: 'tea & <cake>' });
    await ada.post(`/rooms/${lobby}/messages/5/pin`);
    await ada.post(`/rooms/${lobby}/members/grace/role`, { role: 'admin' });
    const saved = (await grace.get(`/rooms/${lobby}/transcript.jsonl`)).text;
    await withFile(async (file) => {
      const orm = await openDatabase(file);
      await enrolMany(orm, ['ada', 'grace']);
      await orm.close();
      writeFileSync(`${file}.jsonl`, saved);
      const { code, err } = await chat(file, ['import', `${file}.jsonl`, 'ada'], {}, clock.now());
      assert.is(code, 0, err);
      const { out } = await chat(file, ['export', '1']);
      assert.equal(out.split('\n').slice(1), saved.split('\n').slice(1));
      const [header, expected] = [out, saved].map((text) => JSON.parse(text.split('\n')[0]!));
      assert.equal({ ...header, createdAt: expected.createdAt }, expected);
    })();
  }),
);

/** The tags that are not closed in order. */
function unbalanced(xml: string): string[] {
  const open: string[] = [];
  for (const [tag, slash, name] of xml.matchAll(/<(\/?)([a-zA-Z][\w:-]*)(?:\s[^<>]*)?>/g)) {
    if (tag.endsWith('/>')) continue;
    if (!slash) open.push(name!);
    else if (open.pop() !== name) return [tag];
  }
  return open;
}

test.run();
