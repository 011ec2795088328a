import { readdirSync } from 'node:fs';
import { parse } from 'node-html-parser';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Assets } from '../../server/assets.ts';
import { renameRoom } from '../../server/chat/administration.ts';
import { Entry } from '../../server/chat/entry.ts';
import { leave } from '../../server/chat/presence.ts';
import { quit } from '../../server/chat/quit.ts';
import { quantity, View } from '../../server/view.ts';
import { NOW, withHouse, type House } from '../support/nouns.ts';

const test = suite('the view');

const view = new View(new Assets());

/** A lobby in which ada said this, as it reads from the database. */
async function entriesWith({ room, enter, say, as, em }: House, ...bodies: string[]) {
  const lobby = await room('ada', 'lobby');
  await enter('ada', lobby);
  for (const body of bodies) await say('ada', lobby, body);
  await as('ada', (inner, ada) => leave(inner, ada, lobby, NOW));
  return em().find(Entry, { room: lobby }, { orderBy: { seq: 'asc' }, populate: ['author', 'room'] });
}

test(
  'gives an entry as a line: number, kind, author, text as typed, time',
  withHouse(async (house) => {
    const [, message] = await entriesWith(house, '<b>hello</b>\nthere');
    assert.equal(view.line(message!), {
      seq: 2,
      kind: 'message',
      author: 'ada',
      body: '<b>hello</b>\nthere',
      at: '2026-01-01T12:00:00.000Z',
    });
  }),
);

/** The log as it reads from the database. */
const entriesOf = ({ em }: House, room: number) =>
  em().find(Entry, { room }, { orderBy: { seq: 'asc' }, populate: ['author', 'subject'] });
const rename = ({ as }: House, room: number, name: string) =>
  as('ada', (em, ada) => renameRoom(em, ada, room, name, NOW));

type Deed = (house: House, lobby: number) => Promise<unknown>;

/** What happens in ada's lobby, and how it is told. */
const notices: Record<string, [Deed, string][]> = {
  entered: [[({ enter }, lobby) => enter('ada', lobby), 'ada entered the room.']],
  renamed: [
    [
      (house, lobby) => rename(house, lobby, 'The "Hall" & <b>'),
      'ada renamed the room to “The "Hall" & <b>”.',
    ],
  ],
  added: [[({ add }, lobby) => add('ada', lobby, 'grace'), 'ada added grace.']],
  role: [
    [
      ({ changeRole }, lobby) => changeRole('ada', lobby, 'grace', 'admin'),
      'ada made grace an administrator.',
    ],
    [({ changeRole }, lobby) => changeRole('grace', lobby, 'ada', 'member'), 'grace made ada a member.'],
    [
      ({ changeRole }, lobby) => changeRole('grace', lobby, 'ada', 'admin'),
      'grace made ada an administrator.',
    ],
    [
      ({ changeRole }, lobby) => changeRole('grace', lobby, 'grace', 'member'),
      'grace stepped down, and is a member now.',
    ],
  ],
  quit: [
    [({ as }, lobby) => as('grace', (em, grace) => quit(em, grace, lobby, NOW)), 'grace gave up membership.'],
  ],
  removed: [
    [
      async ({ add, remove }, lobby) => {
        await add('ada', lobby, 'linus');
        await remove('ada', lobby, 'linus');
      },
      'ada removed linus.',
    ],
  ],
  left: [[({ as }, lobby) => as('ada', (em, ada) => leave(em, ada, lobby, NOW)), 'ada left the room.']],
};

test(
  'puts each kind of notice into a sentence, the same on a page, with whom it is about',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    for (const [kind, deeds] of Object.entries(notices)) {
      for (const [deed, sentence] of deeds) {
        await deed(house, lobby);
        const entry = (await entriesOf(house, lobby)).at(-1)!;
        const { html, body, ...line } = view.delta(entry);
        assert.equal([line.kind, body, line.subject], [kind, sentence, entry.subject?.username]);
        const fragment = parse(html);
        assert.is(fragment.querySelector('.body')?.text, sentence);
        assert.equal(
          fragment.querySelectorAll('*').map(({ tagName }) => tagName),
          ['LI', 'SPAN', 'SPAN', 'TIME'],
        );
      }
    }
  }),
);

test('has a sentence for each kind of notice that there is', () => {
  const templates = readdirSync(new URL('../../templates/entries/', import.meta.url)).filter(
    (name) => !name.startsWith('_'),
  );
  assert.equal(templates.map((name) => name.replace('.njk', '')).sort(), Object.keys(notices).sort());
});

test(
  'tells who did it and to whom beside the sentence, and of nobody where it was done to nobody',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.add('ada', lobby, 'grace');
    await rename(house, lobby, 'hall');
    const lines = (await entriesOf(house, lobby)).map((entry) => view.line(entry));
    assert.equal(lines, [
      {
        seq: 1,
        kind: 'added',
        author: 'ada',
        subject: 'grace',
        body: 'ada added grace.',
        at: NOW.toISOString(),
      },
      {
        seq: 2,
        kind: 'renamed',
        author: 'ada',
        body: 'ada renamed the room to “hall”.',
        at: NOW.toISOString(),
      },
    ]);
  }),
);

test(
  'lets no name of a room be more than text',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    for (const name of [
      '<script>alert(1)</script>',
      '{{ 7 * 7 }}{% raw %}',
      '&lt;b&gt; &amp;',
      '"\'`',
      'https://example.org/',
    ]) {
      await rename(house, lobby, name);
      const { html } = view.delta((await entriesOf(house, lobby)).at(-1)!);
      assert.is(parse(html).querySelector('.body')?.text, `ada renamed the room to “${name}”.`);
      assert.equal(parse(html).querySelectorAll('script, a, b'), []);
    }
  }),
);

test(
  'has for each entry one item, with its number, author, time and text',
  withHouse(async (house) => {
    for (const entry of await entriesWith(house, 'hello')) {
      const { html, seq, body, at } = view.delta(entry);
      const fragment = parse(html);
      assert.is(fragment.children.length, 1);
      assert.equal([fragment.firstElementChild?.tagName, fragment.firstElementChild?.id], ['LI', `m-${seq}`]);
      assert.equal(
        [fragment.querySelector('time')?.getAttribute('datetime'), fragment.querySelector('time')?.text],
        [at, '12:00'],
      );
      assert.ok(fragment.text.includes(body) && fragment.text.includes('ada'));
    }
  }),
);

test(
  'shows the same on a page and in JSON, by the same template',
  withHouse(async (house) => {
    const entries = await entriesWith(
      house,
      'hello',
      'two\nlines',
      'https://example.org/?a=1&b=2 <b> "c" \'d\'',
    );
    const lines = entries.map((entry) => view.line(entry));
    const page = view.render('rooms/_log.njk', {
      room: entries[0]!.room,
      lines,
      last: 5,
      zone: 'UTC',
      check: 'x',
      reportIn: entries[0]!.room.id,
    });
    for (const entry of entries) assert.ok(page.includes(view.delta(entry).html), page);
    assert.is(parse(page).querySelectorAll('li[id^="m-"]').length, entries.length);
  }),
);

test(
  'lets no message be more than text',
  withHouse(async (house) => {
    const hostile = [
      '<script>alert(1)</script>',
      '<img src=x onerror=alert(1)>',
      '</span></li><li id="m-1">',
      '{{ 7 * 7 }}{% raw %}',
      'https://x/"onmouseover="alert(1)',
      '&lt;b&gt; &amp;',
      "it's `this",
      '<!--',
    ];
    const entries = await entriesWith(house, ...hostile);
    for (const [index, body] of hostile.entries()) {
      const { html } = view.delta(entries[index + 1]!);
      const elements = parse(html).querySelectorAll('*');
      assert.equal(
        elements
          .map(({ tagName }) => tagName)
          .filter((name) => !['LI', 'SPAN', 'BDI', 'TIME', 'A'].includes(name)),
        [],
        html,
      );
      for (const element of elements)
        assert.equal(
          Object.keys(element.attributes).filter((name) => name.startsWith('on')),
          [],
          html,
        );
      assert.is(parse(html).querySelector('.body')?.text, body);
    }
  }),
);

test(
  "makes of a link an element that tells the other side nothing, and of a line's end a break",
  withHouse(async (house) => {
    const [, message] = await entriesWith(house, 'see\nhttps://example.org/?a=1&b=2');
    const { html } = view.delta(message!);
    assert.ok(
      html.includes(
        '<br><a href="https://example.org/?a=1&amp;b=2" rel="noopener nofollow">https://example.org/?a=1&amp;b=2</a>',
      ),
      html,
    );
  }),
);

test(
  "shows an entry in the reader's zone on a page, and tells the time in UTC beside it",
  withHouse(async (house) => {
    const [entry] = await entriesWith(house);
    const time = parse(
      view.render('entries/_entry.njk', { line: view.line(entry!), zone: 'Asia/Tokyo' }),
    ).querySelector('time');
    assert.equal([time?.text, time?.getAttribute('datetime')], ['21:00', '2026-01-01T12:00:00.000Z']);
  }),
);

test('escapes whatever a page is given', () => {
  const page = view.render('errors/refused.njk', {
    status: 403,
    message: '<b>&"',
    csrf: '"><script>',
    user: { username: '<i>' },
  });
  assert.not.match(page, '<b>&"');
  assert.not.match(page, '"><script>');
  assert.not.match(page, '<i>');
  assert.is(parse(page).querySelector('main [role="alert"]')?.text, '<b>&"');
});

test('counts no, one and two messages', () => {
  assert.equal(
    [0, 1, 2].map((count) => quantity(count, 'message')),
    ['0 messages', '1 message', '2 messages'],
  );
});

test.run();
