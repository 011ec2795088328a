import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp, type World } from '../support/app.ts';
import { type Delta, words } from '../support/visitor.ts';

const test = suite('marks and mentions');

/** Ada in her lobby, with grace as a member outside it. */
async function lobbyOf({ cast }: World) {
  const [ada, grace] = [await cast('ada'), await cast('grace')];
  const lobby = await ada.createRoom('lobby');
  await grace.enter(lobby);
  await grace.leave(lobby);
  return { ada, grace, lobby }; // entries 1 to 3
}

test(
  'marks have the same HTML on a page and in JSON, and the text stays as typed',
  withApp(async (world) => {
    const { ada, grace, lobby } = await lobbyOf(world);
    const bodies = [
      '*hello* `there`',
      '> a\n\n- b\n- [c](https://example.org)',
      '```js\nlet a = "<b>";\n```',
      'hello @Ada.',
    ];
    for (const body of bodies) await ada.say(lobby, body);
    const { entries }: Delta = (await ada.getJson(`/rooms/${lobby}/entries?after=3`)).json();
    const { text } = await grace.get(`/rooms/${lobby}`);
    assert.equal(
      entries.map(({ body }) => body),
      bodies,
    );
    for (const { html } of entries) assert.ok(text.includes(html), html);
  }),
);

test(
  'an entry lists the users it mentions, and has no list when it mentions nobody',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyOf(world);
    await ada.say(lobby, '@Grace and @linus');
    await ada.say(lobby, '@linus');
    const { entries } = (await ada.getJson(`/rooms/${lobby}/entries?after=3`)).json();
    assert.equal(
      entries.map(({ mentions }: { mentions?: unknown }) => mentions),
      [[{ name: 'grace', username: 'grace' }], undefined],
    );
  }),
);

test(
  'a page sets mentions of its reader apart, without script',
  withApp(async (world) => {
    const { ada, grace, lobby } = await lobbyOf(world);
    await ada.say(lobby, '@grace');
    const classesFor = async (reader: typeof ada) =>
      (await reader.get(`/rooms/${lobby}`)).page.querySelector('#m-4 .mention')?.getAttribute('class');
    assert.equal([await classesFor(grace), await classesFor(ada)], ['mention own', 'mention']);
  }),
);

test(
  'the list and the room count unread mentions beside unread messages',
  withApp(async (world) => {
    const { ada, grace, lobby } = await lobbyOf(world);
    await ada.say(lobby, 'hello');
    const list = async () =>
      /\d+ unread message[^.]*\./.exec(
        words((await grace.get('/rooms')).page.querySelector('.rooms')),
      )?.[0] ?? '';
    assert.is(await list(), '1 unread message.');
    await ada.say(lobby, '@grace, are you there?');
    assert.is(await list(), '2 unread messages, 1 mentions you.');
    await ada.say(lobby, '@grace!');
    assert.is(await list(), '3 unread messages, 2 mention you.');
    assert.is(
      words((await grace.get(`/rooms/${lobby}`)).page.querySelector('#unread')),
      '3 unread messages, 2 mention you',
    );
    assert.is(await list(), '');
  }),
);

test(
  'a message of a blocked user is folded, mentions included',
  withApp(async (world) => {
    const { ada, grace, lobby } = await lobbyOf(world);
    await ada.say(lobby, '@grace\n> quote');
    await grace.post('/people/ada/block');
    const { page } = await grace.get(`/rooms/${lobby}`);
    assert.equal(
      [page.querySelectorAll('#m-4 .mention, #m-4 blockquote'), words(page.querySelector('#m-4 .body'))],
      [[], 'Show this message of ada, whom you blocked'],
    );
    assert.not.match(words((await grace.get('/rooms')).page.querySelector('.rooms')), 'mention');
  }),
);

test(
  'the message form links to the help with marks',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyOf(world);
    const { page } = await ada.get(`/rooms/${lobby}`);
    const link = page.querySelector('#message .hint a');
    assert.equal([words(link), link?.getAttribute('href')], ['Marks', '/help#marks']);
    assert.match(words((await ada.get('/help')).page), '*strong*');
  }),
);

test.run();
