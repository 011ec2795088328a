import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Entry } from '../../server/chat/entry.ts';
import { SCENES } from '../../server/practice/scenes.ts';
import { withApp } from '../support/app.ts';
import { type Answer, seqs, type Visitor, words } from '../support/visitor.ts';

const test = suite('scenes over HTTP');

const main = ({ page }: Answer) => words(page.querySelector('main'));
const logOf = ({ page }: Answer) =>
  page.querySelectorAll('.log li').map((item) => words(item).replace(/\d\d:\d\d/, 'now'));
const begin = async (user: Visitor, number: number, page?: Answer) => {
  const from = page ?? (await user.get(`/practice/scenes/${number}`));
  const answer = await user.press(from, `Begin scene ${number}`);
  return user.get(answer.location!.split('#')[0]!);
};

test(
  'the list has all scenes by number, for users who are logged in',
  withApp(async ({ cast, visitor }) => {
    assert.is((await visitor().get('/practice/scenes')).location, '/login?next=%2Fpractice%2Fscenes');
    assert.is((await visitor().post('/practice/scenes/1/begin')).status, 303);
    const ada = await cast('ada');
    assert.ok((await ada.get('/practice')).page.querySelector('main a[href="/practice/scenes"]'));
    const { page } = await ada.get('/practice/scenes');
    assert.equal(
      page.querySelectorAll('main li a').map((link) => [link.getAttribute('href'), words(link)]),
      SCENES.map(({ name }, index) => [`/practice/scenes/${index + 1}`, `${index + 1}. ${name}`]),
    );
  }),
);

test(
  'each scene has a page that says what to expect, begins when asked, and stores nothing',
  withApp(
    async ({ cast, em }) => {
      const ada = await cast('ada');
      for (const [index, scene] of SCENES.entries()) {
        const address = `/practice/scenes/${index + 1}`;
        const page = await ada.get(address);
        assert.is(words(page.page.querySelector('h1')), `Scene ${index + 1}: ${scene.name}`);
        assert.ok(main(page).includes(scene.note!), scene.name);
        assert.is((await ada.post(`${address}/begin`)).status, 303, scene.name);
      }
      assert.is(await em().count(Entry), 0);
    },
    { rateLimits: false },
  ),
);

test(
  'a scene that is begun again goes on below, at an address that was not visited before',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const once = await begin(ada, 11);
    assert.is(words(once.page.querySelector('#new')), '1 new message');
    assert.equal(logOf(once).slice(3), ['ada (you), now: Who brings the cake?', 'Ana to you, now: I do.']);
    assert.is(once.page.querySelector('.reply')!.getAttribute('href'), '#m-4');
    const twice = await begin(ada, 11, once);
    assert.equal(seqs(twice), [1, 2, 3, 4, 5, 6]);
    const addresses = [1, 2].map(() => ada.post('/practice/scenes/11/begin'));
    assert.is(new Set((await Promise.all(addresses)).map(({ location }) => location)).size, 2);
  }),
);

test(
  'a scene that is a page shows it: found messages, earlier ones, an end, a form with a mistake',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const found = await begin(ada, 38);
    assert.is(words(found.page.querySelector('h2#new')), '3 messages found');
    assert.equal(
      found.page.querySelectorAll('h2#new ~ ul a').map((link) => link.getAttribute('href')),
      ['31', '21', '11'].map((seq) => `/practice/scenes/38#m-${seq}`),
    );
    assert.is(logOf(await ada.get('/practice/scenes/37')).length, 10);
    const earlier = await begin(ada, 37);
    assert.is(logOf(earlier).length, 30);
    assert.is(words(earlier.page.querySelector('.log #new')), 'You were here');
    const status = (answer: Answer) => words(answer.page.querySelector('main [role="status"]'));
    assert.match(status(await begin(ada, 31)), /^You are not logged in/);
    assert.match(status(await begin(ada, 32)), /^You were removed/);
    assert.is(status(await begin(ada, 39)), 'Your settings are saved.');
    assert.is((await ada.get('/rooms')).status, 200, 'still logged in');
    const refused = await ada.press(await ada.get('/practice/scenes/29'), 'Send', { body: ' ' });
    assert.is(refused.status, 422);
    assert.match(words(refused.page.querySelector('h1')), /^Scene 29/);
    for (const [index, { page }] of SCENES.entries()) {
      const following = page && (index + 1 === 29 ? refused : await begin(ada, index + 1));
      const main = words(following?.page.querySelector('main'));
      for (const sentence of page ?? []) assert.ok(main.includes(sentence), sentence);
    }
    assert.match(
      words((await ada.get('/practice/scenes/29')).page.querySelector('main')),
      /You should hear of it: “There is a problem”, then “Write a message of 1 to 200 characters, then send it\.” Some screen readers/,
    );
  }),
);

test(
  'a script gets the entries of a scene with their times, and where it leads',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const { done, entries } = (await ada.postJson('/practice/scenes/13/begin', { done: '' })).json() as {
      done: string;
      entries: Record<string, unknown>[];
    };
    assert.is(done, 'begin');
    assert.equal(
      entries.map(({ seq, second, author, body, mentions }) => ({ seq, second, author, body, mentions })),
      [
        {
          seq: 4,
          second: 1,
          author: 'Bo',
          body: '@ada can you come at ten?',
          mentions: [{ name: 'ada', username: 'ada' }],
        },
      ],
    );
    const { ends, location } = (await ada.postJson('/practice/scenes/38/begin', {})).json();
    assert.is(ends, 'hits');
    assert.match(location, /^\/practice\/scenes\/38\?done=begin&check=\w+#new$/);
  }),
);

test(
  'an unknown scene is answered 404, and hostile steps are left out',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    for (const scene of ['0', '41', 'x', '__proto__', '1.5']) {
      assert.is((await ada.get(`/practice/scenes/${scene}`)).status, 404, scene);
      for (const act of ['begin', 'say'])
        assert.is((await ada.post(`/practice/scenes/${scene}/${act}`, { body: 'x' })).status, 404, scene);
    }
    const { status } = await ada.get('/practice/scenes/1?done=%00.begin.one.say-x&done=1&ended=constructor');
    assert.is(status, 200);
  }),
);

test.run();
