import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { type Answer, labelled, problem, type Visitor, words } from '../support/visitor.ts';

const test = suite('what is said, over HTTP');

const examples = ({ page }: Answer) => page.querySelectorAll('main dd').map(words);
const follow = async (user: Visitor, { location }: Answer) => user.get(location!);

test(
  'the page shows at once how messages are said, and the room’s script is given the same',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const given = async () =>
      JSON.parse(
        (await ada.get(`/rooms/${lobby}`)).page.querySelector('.log')!.getAttribute('data-announcements')!,
      );
    const before = await given();
    const page = await ada.get('/settings/said');
    assert.equal(examples(page), [
      '“Ana: See you at ten.”',
      '“Bo: From https://example.org/harbour and https://example.org/boats. Image: The harbour at night”',
      'Nothing is said.',
      'Nothing is said.',
      '“4 new messages from Ana”',
    ]);
    const everything = await follow(ada, await ada.press(page, 'Use “Everything”'));
    assert.equal(examples(everything), [
      '“number 12, Ana, 14:05: See you at ten.”',
      '“number 13, Bo to you, 14:06: From https://example.org/harbour and https://example.org/boats. Image: The harbour at night, 2 links”',
      '“number 14, ada, 14:07: Thank you!”',
      '“Cem entered the room.”',
      '“4 new messages from Ana”',
    ]);
    assert.is(
      words(everything.page.querySelector('main [role="status"]')),
      'Your choice of what is said is saved.',
    );
    const fields = { 'place-text': '1', 'place-sender': '2', every: '15', own: 'no', notices: 'no' };
    const own = await follow(ada, await ada.post('/settings/said', fields));
    assert.is(examples(own)[0], '“See you at ten, from Ana”');
    const { parts, every } = await given();
    assert.equal([parts, every], [['text', 'sender'], 15]);
    await ada.press(own, 'Use “Usual”');
    assert.equal(await given(), before);
  }),
);

test(
  'a preset of a room holds in that room only',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    const page = await ada.get(`/rooms/${lobby}/said`);
    const brief = await follow(ada, await ada.press(page, 'Use “Braille”'));
    assert.is(examples(brief)[0], '“See you at ten, from Ana”');
    assert.is(words(brief.page.querySelector('main [role="status"]')), 'What is said in lobby is saved.');
    assert.is(examples(await ada.get('/settings/said'))[0], '“Ana: See you at ten.”');
    assert.is((await ada.post(`/rooms/${lobby}/said/nothing`)).status, 404);
    for (const what of ['said', 'reading'])
      assert.is((await grace.post(`/rooms/${lobby}/${what}/brief`)).status, 403, 'a stranger');
  }),
);

test(
  'a refused choice is told at the top and beside it, and the others are kept',
  withApp(async ({ cast, visitor }) => {
    const ada = await cast('ada');
    const answer = await ada.post('/settings/said', { 'place-text': '3', 'place-time': '9', own: 'yes' });
    assert.is(answer.status, 422);
    assert.match(problem(answer, 'The time').beside, /There is no such choice/);
    assert.is(words(labelled(answer, 'The text').querySelector('[selected]')), '3');
    assert.is((await ada.post('/settings/said/nothing')).status, 404);
    assert.is((await visitor().get('/settings/said')).location, '/login?next=%2Fsettings%2Fsaid');
    assert.ok((await ada.get('/settings')).page.querySelector('main a[href="/settings/said"]'));
  }),
);

test.run();
