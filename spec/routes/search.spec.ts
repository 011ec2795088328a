import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { images, PDF } from '../support/files.ts';
import { type Answer, titleOf, words } from '../support/visitor.ts';

const test = suite('search pages');

const heading = ({ page }: Answer) => words(page.querySelector('h1'));
const hits = ({ page }: Answer) =>
  page.querySelectorAll('.hits > li').map((one) => words(one.querySelector('p + p')));
const places = ({ page }: Answer) =>
  page.querySelectorAll('.hits .name a').map((link) => link.getAttribute('href')!);
const at = (path: string, fields: Record<string, string>) =>
  `${path}?${new URLSearchParams(fields).toString()}`;

test(
  'a user finds messages in all their rooms by a part of a word, newest first, each with a link to its place',
  withApp(async ({ cast, clock }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await ada.say(lobby, 'The Straßenbahn is late');
    clock.pass(1000);
    const study = await grace.createRoom('study');
    await grace.say(study, 'strassenlaternen');
    await ada.leave(lobby);
    await ada.enter(study);
    const found = await ada.get(at('/search', { q: 'STRASSEN' }));
    assert.is(heading(found), '2 messages found');
    assert.match(titleOf(found), /^2 messages found/);
    assert.equal(hits(found), ['strassenlaternen', 'The Straßenbahn is late']);
    assert.equal(places(found), [`/rooms/${study}?from=2#m-2`, `/rooms/${lobby}?from=2#m-2`]);
    assert.match(
      words(found.page.querySelector('.hits .name')),
      /^grace in study, .*day \d+ .* \d{4}, \d\d:\d\d, message 2$/,
    );
    assert.is(words(found.page.querySelector('.hits b')), 'strassen');
    assert.is(
      heading(await ada.get(at(`/rooms/${lobby}/search`, { q: 'strassen' }))),
      '1 message found in lobby',
    );
    assert.is(heading(await grace.get(at('/search', { q: 'strassen' }))), '1 message found');
    assert.is(heading(await ada.get(at('/search', { q: 'nowhere' }))), '0 messages found');
  }),
);

test(
  'a search needs all words, in any order; quotes keep words together, and every other sign stands for itself',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    for (const body of ['two words here', 'words, then two', '100 % of a*b OR c']) await ada.say(lobby, body);
    const count = async (q: string) => hits(await ada.get(at('/search', { q }))).length;
    assert.equal(
      await Promise.all(
        ['words two', '"two words"', '100 %', 'a*b', '*', 'words OR', 'or', '-two', '"two'].map(count),
      ),
      [2, 1, 1, 1, 1, 2, 3, 0, 0],
    );
  }),
);

test(
  'only members at the moment of the search find what was said in a room',
  withApp(async ({ cast, tick }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await ada.say(lobby, 'the secret harbour');
    const count = async () => heading(await grace.get(at('/search', { q: 'harbour' })));
    assert.is(await count(), '0 messages found');
    await ada.post(`/rooms/${lobby}/members`, { username: 'grace' });
    assert.is(await count(), '1 message found');
    await ada.post(`/rooms/${lobby}/members/grace/remove`);
    assert.is(await count(), '0 messages found');
    await ada.post(`/rooms/${lobby}/members`, { username: 'grace' });
    await ada.post(`/rooms/${lobby}/delete`);
    await tick();
    assert.is(await count(), '0 messages found');
  }),
);

test(
  'messages of blocked users are folded among the hits, as in the log',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await grace.say(lobby, 'rude harbour');
    await ada.post('/people/grace/block');
    const found = await ada.get(at('/search', { q: 'harbour' }));
    assert.is(heading(found), '1 message found');
    assert.not.match(found.text, /rude/);
    assert.equal(hits(found), ['Show message 3 of grace, whom you blocked']);
    assert.match(
      (await ada.get(found.page.querySelector('.hits p + p a')!.getAttribute('href')!)).text,
      /rude/,
    );
  }),
);

test(
  'filters find messages by their author, also after a change of name, by days and by what they have',
  withApp(async ({ cast, clock }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await ada.say(lobby, 'see https://example.org/map');
    await ada.attach(lobby, await images.png(), { description: 'the old lighthouse' });
    await ada.attach(lobby, PDF, { description: 'minutes' });
    const [first] = clock.now().toISOString().split('T');
    clock.pass(2 * 86_400_000);
    await grace.enter(lobby);
    await grace.say(lobby, 'two days later');
    const [last] = clock.now().toISOString().split('T');
    const search = async (fields: Record<string, string>) => hits(await ada.get(at('/search', fields)));
    assert.equal(await search({ has: 'link' }), ['see https://example.org/map']);
    assert.equal(await search({ has: 'image' }), ['the old lighthouse']);
    assert.equal(await search({ q: 'LIGHT', has: 'image' }), ['the old lighthouse']);
    assert.equal(await search({ has: 'file' }), ['minutes']);
    assert.equal(await search({ since: last! }), ['two days later']);
    assert.is((await search({ until: first! })).length, 3);
    assert.equal(await search({ author: 'GRACE' }), ['two days later']);
    await grace.post('/settings/username', { username: 'admiral' });
    assert.equal(await search({ author: 'admiral' }), ['two days later']);
    assert.equal(await search({ author: '@grace' }), ['two days later']);
    assert.equal(await search({ author: 'nobody' }), []);
  }),
);

test(
  'a description that is changed is found by its new words only',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.attach(lobby, await images.png(), { description: 'a lighthouse' });
    await ada.post(`/rooms/${lobby}/messages/2/description`, { description: 'a windmill' });
    assert.is(heading(await ada.get(at('/search', { q: 'lighthouse' }))), '0 messages found');
    assert.is(heading(await ada.get(at('/search', { q: 'windmill' }))), '1 message found');
  }),
);

test(
  'hits are shown 20 a page, and every page but the last has a link to the next',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    for (let number = 1; number <= 45; number += 1) await ada.say(lobby, `harbour ${number}`);
    const seen: string[] = [];
    let address: string | undefined = at('/search', { q: 'harbour' });
    while (address) {
      const answer: Answer = await ada.get(address);
      assert.match(heading(answer), /^45 messages found(, page [23])?$/);
      seen.push(...places(answer));
      address = answer.page.querySelector('a[rel="next"]')?.getAttribute('href');
    }
    assert.equal(
      seen,
      Array.from({ length: 45 }, (_, index) => `/rooms/${lobby}?from=${46 - index}#m-${46 - index}`),
    );
  }),
);

test(
  'a search without words or filters is the form, and a wrong field is refused with all that was typed',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    for (const path of ['/search', `/rooms/${lobby}/search`]) {
      assert.is((await ada.get(path)).page.querySelectorAll('.hits').length, 0);
      assert.match(heading(await ada.get(`${path}?q=&author=&since=&has=`)), /^Search/);
      const wrongs: Record<string, string>[] = [
        { since: '2026-02-30' },
        { until: 'today' },
        { has: 'soul' },
        { q: 'x'.repeat(1001) },
      ];
      for (const wrong of wrongs) {
        const refused = await ada.get(at(path, { q: 'harbour', ...wrong }));
        assert.is(refused.status, 422, JSON.stringify(wrong));
        const [[name, value]] = Object.entries(wrong) as [[string, string]];
        if (name !== 'has') assert.is(refused.page.querySelector(`#${name}`)!.getAttribute('value'), value);
        assert.ok(refused.page.querySelector(`a[href="#${name}"]`));
      }
      assert.is((await ada.get(`${path}?q=a&q=b`)).status, 422);
    }
  }),
);

test.run();
