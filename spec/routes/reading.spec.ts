import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { images } from '../support/files.ts';
import { type Answer, labelled, problem, type Visitor, words } from '../support/visitor.ts';

const test = suite('what is read, over HTTP');

const TIMES = /\d\d:\d\d/g;
const lines = ({ page }: Answer) =>
  page.querySelectorAll('.log li').map((item) => words(item).replace(TIMES, '12:00'));
const examples = ({ page }: Answer) => page.querySelectorAll('main dd, main h3 + *').map(words);
const ORDER = { 'place-text': '1', 'place-sender': '2', 'place-links': '3', 'place-number': '4' };

/** A room in which grace and ada have written. */
async function conversation(ada: Visitor, grace: Visitor): Promise<number> {
  const lobby = await ada.createRoom('lobby');
  await grace.enter(lobby);
  await grace.say(lobby, 'see https://example.org/a and <b>');
  await ada.sayJson(lobby, 'I see', { reply: 3, after: 3 });
  await grace.attach(lobby, await images.png(), { description: 'the harbour' });
  return lobby;
}

test(
  'the log has the parts in the order that the reader has chosen, and only for them',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await conversation(ada, grace);
    const usual = lines(await ada.get(`/rooms/${lobby}`));
    assert.is(usual[2], 'grace, 12:00: see https://example.org/a and <b>');
    await ada.post('/settings/reading', ORDER);
    const chosen = await ada.get(`/rooms/${lobby}`);
    assert.equal(lines(chosen).slice(2), [
      'see https://example.org/a and <b> from grace, 1 link, number 3',
      'I see from ada (you), number 4',
      'from grace, number 5',
    ]);
    assert.is(lines(chosen)[0], usual[0], 'a notice is as it was');
    for (const item of chosen.page.querySelectorAll('.log li'))
      assert.match(item.querySelector('time')!.getAttribute('datetime')!, /Z$/, 'scripts read it');
    assert.equal(lines(await grace.get(`/rooms/${lobby}`)).length, usual.length);
    assert.is(lines(await grace.get(`/rooms/${lobby}`))[2], usual[2]!.replace('grace', 'grace (you)'));
    await ada.post(`/rooms/${lobby}/reading`, {
      'place-to': '2',
      'place-sender': '1',
      'place-image': '3',
      'place-time': '3',
    });
    assert.equal(lines(await ada.get(`/rooms/${lobby}`)).slice(2), [
      'grace, 12:00',
      'ada (you) to grace see https://example.org/a and <b>, 12:00',
      'grace, 12:00: Image: the harbour',
    ]);
    await ada.post(`/rooms/${lobby}/reading/clear`);
    assert.is(lines(await ada.get(`/rooms/${lobby}`))[3], 'I see from ada (you), number 4');
  }),
);

test(
  'notices and the reader’s own messages can be passed over, and stay to be seen',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await conversation(ada, grace);
    const usual = { 'place-sender': '1', 'place-time': '2', 'place-text': '3' };
    await ada.post('/settings/reading', { ...usual, notices: 'no', own: 'no' });
    const { page } = await ada.get(`/rooms/${lobby}`);
    assert.equal(
      page.querySelectorAll('.log li').map((item) => item.hasAttribute('inert')),
      [true, true, false, true, false],
    );
    const live = await ada.get(`/rooms/${lobby}/live`);
    assert.is(live.page.querySelectorAll('li[inert]').length, 3);
  }),
);

test(
  'the page shows at once how the log is read, for all rooms and for one, without leaving it',
  withApp(async ({ cast, visitor }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const before = await ada.get('/settings/reading');
    assert.is(examples(before)[0], 'Ana, 14:05: See you at ten.');
    assert.is(labelled(before, 'The text').querySelector('[selected]')!.textContent, '4');
    const { location } = await ada.post('/settings/reading', { ...ORDER, own: 'no' });
    const after = await ada.get(location!);
    assert.equal(examples(after).slice(0, 3), [
      'See you at ten. from Ana, number 12',
      'From https://example.org/harbour and https://example.org/boats from Bo, 2 links, number 13',
      'Screen readers pass over it.',
    ]);
    assert.is(
      words(after.page.querySelector('main [role="status"]')),
      'Your choice of what is read is saved.',
    );
    const room = await ada.get(`/rooms/${lobby}/reading`);
    assert.equal(examples(room), examples(after));
    assert.is(room.page.querySelector('form[action$="/reading/clear"]'), null);
    await ada.post(`/rooms/${lobby}/reading`, { 'place-sender': '1' });
    const own = await ada.get(`/rooms/${lobby}/reading`);
    assert.is(examples(own)[0], 'Ana');
    await ada.press(own, 'Use what I chose for all rooms');
    assert.equal(examples(await ada.get(`/rooms/${lobby}/reading`)), examples(after));
    assert.equal(await ada.log(lobby), ['ada entered'], 'choosing is no leaving');
    for (const path of ['/settings/reading', `/rooms/${lobby}/reading`]) {
      const refused = await ada.post(path, { 'place-text': '3', 'place-time': '9' });
      assert.is(refused.status, 422);
      assert.match(problem(refused, 'The time').beside, /There is no such choice/);
      assert.is(words(labelled(refused, 'The text').querySelector('[selected]')), '3');
      assert.is((await visitor().get(path)).status, 303);
    }
    const linus = await cast('linus');
    assert.is((await linus.post(`/rooms/${lobby}/reading`, ORDER)).status, 403);
  }),
);

test(
  'what is said of a message can be chosen for one room, and given up there',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const [lobby, study] = [await ada.createRoom('lobby'), await ada.createRoom('study')];
    const given = async (room: number) =>
      JSON.parse(
        (await ada.get(`/rooms/${room}`)).page.querySelector('.log')!.getAttribute('data-announcements')!,
      );
    const usual = await given(study);
    await ada.post(`/rooms/${lobby}/said`, { 'place-text': '1', every: '30' });
    assert.is(examples(await ada.get(`/rooms/${lobby}/said`))[0], '“See you at ten.”');
    assert.equal([(await given(lobby)).parts, (await given(lobby)).every], [['text'], 30]);
    assert.equal(await given(study), usual);
    await ada.press(await ada.get(`/rooms/${lobby}/announcements`), 'Use what I chose for all rooms');
    assert.equal(await given(lobby), usual);
  }),
);

test(
  'a preset is read in all rooms, or in one',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await conversation(ada, grace);
    await ada.press(await ada.get('/settings/reading'), 'Use “Brief”');
    const read = async () => lines(await ada.get(`/rooms/${lobby}`))[2];
    assert.is(await read(), 'grace: see https://example.org/a and <b>');
    await ada.press(await ada.get(`/rooms/${lobby}/reading`), 'Use “Braille”');
    assert.is(await read(), 'see https://example.org/a and <b> from grace');
    assert.is(examples(await ada.get('/settings/reading'))[0], 'Ana: See you at ten.');
    await ada.post(`/rooms/${lobby}/reading/clear`);
    assert.is(await read(), 'grace: see https://example.org/a and <b>');
    assert.is((await ada.post('/settings/reading/nothing')).status, 404);
  }),
);

test.run();
