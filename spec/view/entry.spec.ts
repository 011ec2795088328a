import { showEntry } from '../../server/view/log-reader.ts';
import { parse } from 'node-html-parser';
import { readdirSync } from 'node:fs';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { renameRoom, setTopic } from '../../server/chat/administration.ts';
import { Entry } from '../../server/chat/entry.ts';
import { pin, unpin } from '../../server/chat/pin.ts';
import { leave } from '../../server/chat/presence.ts';
import { giveUp } from '../../server/chat/quit.ts';
import { Assets } from '../../server/view/assets.ts';
import { quantity, View } from '../../server/view/index.ts';
import { logSections } from '../../server/view/log-sections.ts';
import { type House, NOW, withHouse } from '../support/domain.ts';

/** A reader who wrote none of the entries, and is mentioned in none. */
const STRANGER = {
  id: 0,
  username: '',
  zone: 'UTC',
  hourCycle: 'h23',
  blocked: new Set<number>(),
  unfolded: undefined,
} as const;

const test = suite('entry view');

const view = new View(new Assets());

/** The entries of a lobby where ada entered, posted these messages and left. */
async function entriesWith({ room, enter, say, as, em }: House, ...bodies: string[]) {
  const lobby = await room('ada', 'lobby');
  await enter('ada', lobby);
  for (const body of bodies) await say('ada', lobby, body);
  await as('ada', (inner, ada) => leave(inner, ada, lobby, NOW));
  return em().find(Entry, { room: lobby }, { orderBy: { seq: 'asc' }, populate: ['author', 'room'] });
}

test(
  'the view of a message has its seq, kind, author, text as typed and time',
  withHouse(async (house) => {
    const [, message] = await entriesWith(house, '<b>hello</b>\nthere');
    assert.equal(view.entryView(message!), {
      seq: 2,
      kind: 'message',
      author: 'ada',
      body: '<b>hello</b>\nthere',
      at: '2026-01-01T12:00:00.000Z',
    });
  }),
);

/** All entries of a room. */
const entriesOf = ({ em }: House, room: number) =>
  em().find(Entry, { room }, { orderBy: { seq: 'asc' }, populate: ['author', 'subject'] });
const rename = ({ as }: House, room: number, name: string) =>
  as('ada', (em, ada) => renameRoom(em, ada, room, name, NOW));

const topic =
  (typed: string): Act =>
  ({ as }, lobby) =>
    as('ada', (em, ada) => setTopic(em, ada, lobby, typed, NOW));

type Act = (house: House, lobby: number) => Promise<unknown>;

/** For each kind of notice, acts in ada's lobby and the sentence each one writes. */
const notices: Record<string, [Act, string][]> = {
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
  topic: [
    [topic('Tea & "cake"'), 'ada set the topic to “Tea & "cake"”.'],
    [topic(''), 'ada took the topic away.'],
  ],
  pinned: [
    [
      async ({ as, say }, lobby) => {
        const { entry } = await say('ada', lobby, 'hello');
        await as('ada', (em, ada) => pin(em, ada, lobby, entry.seq, NOW));
      },
      'ada pinned message 10 of ada.',
    ],
  ],
  unpinned: [
    [
      ({ as }, lobby) => as('ada', (em, ada) => unpin(em, ada, lobby, 10, NOW)),
      'ada unpinned message 10 of ada.',
    ],
  ],
  quit: [
    [
      ({ as }, lobby) => as('grace', (em, grace) => giveUp(em, grace, lobby, NOW)),
      'grace gave up membership.',
    ],
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
  'each kind of notice has a sentence, the same in JSON and in HTML, and its subject',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    for (const [kind, acts] of Object.entries(notices)) {
      for (const [act, sentence] of acts) {
        await act(house, lobby);
        const entry = (await entriesOf(house, lobby)).at(-1)!;
        const { html, body, ...line } = view.entryJson(entry);
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

test('each kind of notice has a template, and each template a kind', () => {
  const templates = readdirSync(new URL('../../templates/entries/', import.meta.url)).filter(
    (name) => !name.startsWith('_'),
  );
  assert.equal(templates.map((name) => name.replace('.njk', '')).toSorted(), Object.keys(notices).toSorted());
});

test(
  'the view of a notice has its author, and a subject when there is one',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.add('ada', lobby, 'grace');
    await rename(house, lobby, 'hall');
    const lines = (await entriesOf(house, lobby)).map((entry) => view.entryView(entry));
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
  'a room name is shown as text, whatever it contains',
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
      const { html } = view.entryJson((await entriesOf(house, lobby)).at(-1)!);
      assert.is(parse(html).querySelector('.body')?.text, `ada renamed the room to “${name}”.`);
      assert.equal(parse(html).querySelectorAll('script, a, b'), []);
    }
  }),
);

test(
  'an entry is one list item with its seq, author, time and text',
  withHouse(async (house) => {
    for (const entry of await entriesWith(house, 'hello')) {
      const { html, seq, body, at } = view.entryJson(entry);
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
  'a page and JSON have the same HTML for an entry',
  withHouse(async (house) => {
    const entries = await entriesWith(
      house,
      'hello',
      'two\nlines',
      'https://example.org/?a=1&b=2 <b> "c" \'d\'',
    );
    const reader = STRANGER;
    const sections = logSections(
      entries.map((entry) => ({ seq: entry.seq, ...showEntry(view, entry, reader) })),
    );
    const page = view.render('rooms/_log.njk', {
      room: entries[0]!.room,
      sections,
      last: 5,
      zone: 'UTC',
      check: 'x',
    });
    for (const entry of entries) assert.ok(page.includes(view.entryJson(entry).html), page);
    assert.is(parse(page).querySelectorAll('li[id^="m-"]').length, entries.length);
  }),
);

test(
  'a message is shown as text, whatever it contains',
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
      const { html } = view.entryJson(entries[index + 1]!);
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
  'a link has rel="noopener nofollow", and a line break becomes a br',
  withHouse(async (house) => {
    const [, message] = await entriesWith(house, 'see\nhttps://example.org/?a=1&b=2');
    const { html } = view.entryJson(message!);
    assert.ok(
      html.includes(
        '<br><a href="https://example.org/?a=1&amp;b=2" rel="noopener nofollow" dir="auto">https://example.org/?a=1&amp;b=2</a>',
      ),
      html,
    );
  }),
);

test(
  "a page shows the time in the reader's zone, and has the time in UTC in an attribute",
  withHouse(async (house) => {
    const [entry] = await entriesWith(house);
    const time = parse(
      view.render('entries/_entry.njk', { line: view.entryView(entry!), zone: 'Asia/Tokyo' }),
    ).querySelector('time');
    assert.equal([time?.text, time?.getAttribute('datetime')], ['21:00', '2026-01-01T12:00:00.000Z']);
  }),
);

test('a template escapes every value', () => {
  const page = view.render('errors/refused.njk', {
    status: 403,
    message: '<b>&"',
    csrf: '"><script>',
    user: { username: '<i>' },
  });
  assert.not.match(page, '<b>&"');
  assert.not.match(page, '"><script>');
  assert.not.match(page, '<i>');
  assert.is(parse(page).querySelector('main .problems, main [role="alert"]')?.text, '<b>&"');
});

test('quantity counts no, one and two messages', () => {
  assert.equal(
    [0, 1, 2].map((count) => quantity(count, 'message')),
    ['0 messages', '1 message', '2 messages'],
  );
});

test.run();
