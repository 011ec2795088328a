import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { DEFAULTS } from '../../server/chat/announcements.ts';
import { Mention } from '../../server/chat/mention.ts';
import { hasVisible, lengthOf } from '../../server/text/characters.ts';
import { storedText } from '../../server/text/lines.ts';
import { createAnnouncer } from '../../static/announcer.ts';
import { withApp, type World } from '../support/app.ts';
import { sampleOf, typedText } from '../support/properties.ts';
import { INVISIBLE, NAMES, UNSPACED_NAMES } from '../support/scripts.ts';
import type { Delta, Visitor } from '../support/visitor.ts';

const test = suite('texts over HTTP');

const MESSAGES = 30;
const letters = (text: string) => text.replaceAll(/[^\p{L}\p{N}]/gu, '');

/** A room of ada's, whose members have names in many scripts. */
async function lobbyOf(world: World): Promise<{ ada: Visitor; lobby: number }> {
  const ada = await world.cast('ada');
  const lobby = await ada.createRoom('lobby');
  for (const name of ['שרה', 'أحمد', '太郎', 'éloïse', 'мария', 'สมชาย']) {
    const email = `${encodeURIComponent(name).replaceAll('%', '')}@example.org`;
    await world.visitor().post('/register', { username: name, email, password: 'correct horse' });
    await ada.post(`/rooms/${lobby}/members`, { username: name });
  }
  return { ada, lobby };
}

test(
  'any text comes back as typed in JSON, in the page and in an announcement, and mentions in the page those it counts',
  withApp(
    async (world) => {
      const { ada, lobby } = await lobbyOf(world);
      const { seed, values } = sampleOf(typedText, MESSAGES);
      const kept = values.filter((typed) => hasVisible(typed) && lengthOf(typed) < 4000);
      const refused = values.filter((typed) => !hasVisible(typed));
      for (const typed of refused) assert.is((await ada.sayJson(lobby, typed)).status, 422, `seed ${seed}`);
      const sent = new Map<number, string>();
      for (const typed of kept) {
        const answer = await ada.sayJson(lobby, typed);
        assert.is(answer.status, 201, `seed ${seed}: ${JSON.stringify(typed)}`);
        sent.set(answer.json().seq, typed);
      }
      const said: string[] = [];
      const announcer = createAnnouncer('grace', DEFAULTS, (text) => said.push(text), {
        now: () => 0,
        later: () => {},
      });
      const { entries }: Delta = (await ada.getJson(`/rooms/${lobby}/entries?after=0`)).json();
      const { page } = await ada.get(`/rooms/${lobby}?after=0`);
      const counted = await world.em().find(Mention, { room: lobby }, { populate: ['user'] });
      for (const [seq, typed] of sent) {
        const place = `seed ${seed}: ${JSON.stringify(typed)}`;
        const entry = entries.find((one) => one.seq === seq)!;
        assert.is(entry.body, storedText(typed), place);
        const item = page.querySelector(`#m-${seq}`)!;
        const mentioned = item.querySelectorAll('.mention').map((one) => one.getAttribute('data-username'));
        const rows = counted.filter((row) => row.seq === seq).map(({ user }) => user.username);
        assert.equal(new Set(mentioned), new Set(rows), place);
        for (const sign of item.querySelectorAll('.sign')) sign.remove();
        const shown = item.querySelector('.body')!.text;
        assert.ok(hasVisible(shown), place);
        if (!typed.includes('https://user@') && !typed.includes('](http'))
          assert.is(
            letters(shown).replaceAll(/^\d+/g, ''),
            letters(storedText(typed)).replaceAll(/^\d+/g, ''),
            place,
          );
        said.length = 0;
        announcer.receive([{ ...entry, mentions: [] }]);
        announcer.receive([]);
        if (said.length > 0) assert.ok(said.join('').includes(entry.body), place);
      }
    },
    { rateLimits: false },
  ),
);

test(
  'a text that shows nothing is refused in words, wherever a text is needed',
  withApp(
    async (world) => {
      const ada = await world.cast('ada');
      const grace = await world.cast('grace');
      const lobby = await ada.createRoom('lobby');
      await grace.enter(lobby);
      await grace.say(lobby, 'hello');
      for (const [kind, character] of Object.entries(INVISIBLE)) {
        const text = ` ${character}${character} `;
        for (const [path, field] of [
          [`/rooms/${lobby}/messages`, 'body'],
          [`/rooms/${lobby}/messages/3/report`, 'reason'],
          [`/rooms/${lobby}/rename`, 'name'],
          ['/rooms', 'name'],
          ['/settings/tokens', 'name'],
        ] as const) {
          if (field !== 'body' && kind.length % 4 > 0) continue; // all are one rule
          const answer = await ada.post(path, { [field]: text, key: crypto.randomUUID() });
          assert.is(answer.status, 422, `${path}: ${kind}`);
          assert.match(answer.page.querySelector('.problems')!.text, /[A-Z].*\./, path);
        }
      }
    },
    { rateLimits: false },
  ),
);

test(
  'a user with a name in any script is found, added and logged in by it, however it is typed',
  withApp(
    async (world) => {
      const ada = await world.cast('ada');
      const lobby = await ada.createRoom('lobby');
      for (const [index, name] of Object.values({ ...NAMES, ...UNSPACED_NAMES }).entries()) {
        if (index % 12 !== 1) continue; // the folding of all is in text/characters
        const person = world.visitor();
        const password = `pässword of ${name}`;
        const email = `user-${index}@bücher.example`;
        const answer = await person.post('/register', {
          username: name,
          email,
          password: password.normalize('NFC'),
        });
        assert.is(answer.status, 303, name);
        const address = `/people/${encodeURIComponent(name.normalize('NFKC'))}`;
        for (const q of [
          name,
          `@${name}`,
          name.normalize('NFD').toUpperCase(),
          `user-${index}@xn--bcher-kva.example`,
        ])
          assert.is((await ada.post('/people', { q })).location, address, q);
        await ada.post(`/rooms/${lobby}/members`, { username: `@${name.normalize('NFD')}` });
        const again = world.visitor();
        const login = await again.post('/login', {
          login: `＠${name.toUpperCase()}`,
          password: password.normalize('NFD'),
        });
        assert.is(login.location, '/rooms', name);
      }
      const { text } = await ada.get(`/rooms/${lobby}/manage`);
      assert.match(text, /7 members/);
    },
    { rateLimits: false },
  ),
);

const CONTROLS = '\u0001\u0007\u001b[31m\u007f\u009b\u009d';

test(
  'no page gives a control to the terminal that shows it, from whatever place it came',
  withApp(
    async (world) => {
      const ada = await world.cast('ada');
      const lobby = await ada.createRoom('lobby');
      const room = `/rooms/${lobby}`;
      const typed = `a${CONTROLS}b`;
      const asked = encodeURIComponent(typed);
      const login = { login: typed, password: 'x' };
      const answers = [
        await ada.say(lobby, typed),
        await ada.post(`${room}/messages`, { body: typed, key: crypto.randomUUID(), later: '1' }),
        await ada.post(`${room}/messages/2/report`, { reason: typed }),
        await world.visitor().post('/login', login),
        await world.visitor().post('/register', { username: typed, email: typed, password: 'x' }),
      ];
      for (const [path, field] of [
        [`${room}/topic`, 'topic'],
        [`${room}/rename`, 'name'],
        [`${room}/members`, 'username'],
        ['/rooms', 'name'],
        ['/people', 'q'],
        ['/settings/tokens', 'name'],
      ] as const)
        answers.push(await ada.post(path, { [field]: typed }));
      for (const path of [
        room,
        `${room}.txt`,
        `/search?q=${asked}`,
        `${room}/search?q=x&author=${asked}`,
        `/search?q=x&since=${asked}`,
        `/rooms?q=${asked}`,
        `/people?q=${asked}`,
        `/people/${asked}`,
        `${room}?day=${asked}`,
        `${room}/days?month=${asked}`,
        `/login?next=${asked}`,
        `/${asked}`,
      ])
        answers.push(await ada.get(path));
      assert.ok(answers.some(({ text }) => text.includes('a[31mb')));
      for (const [index, { text }] of answers.entries())
        assert.not.match(text, /[^\P{Cc}\t\n\r\f]/u, `answer ${index}`);
    },
    { rateLimits: false },
  ),
);

test(
  'a search in another encoding finds what was meant, and shows it again',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    const lobby = await ada.createRoom('café');
    await ada.say(lobby, 'café');
    for (const path of ['/search', '/rooms', `/rooms/${lobby}/search`])
      for (const q of ['caf%E9', 'caf\xe9', 'caf%C3%A9']) {
        const { page } = await ada.get(`${path}?q=${q}`);
        assert.is(page.querySelector('main [name=q]')!.getAttribute('value'), 'café', `${path} ${q}`);
        assert.match(page.querySelector('main')!.text, /1 message found|café/);
      }
  }),
);

test.run();
