import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Assets } from '../../server/view/assets.ts';
import { withApp } from '../support/app.ts';
import { type Answer, words } from '../support/visitor.ts';

const test = suite('choices of sounds over HTTP');

const SCRIPT = new Assets().address('sound.js');
const checked = ({ page }: Answer) =>
  page
    .querySelectorAll('main [checked]')
    .map((field) => `${field.getAttribute('name')}=${field.getAttribute('value')}`);

test(
  'a room and the practice room load sounds only for a user who has chosen some',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const places = [`/rooms/${await ada.createRoom('lobby')}`, '/practice', '/practice/scenes/1'];
    const load = async () =>
      Promise.all(places.map(async (path) => (await ada.get(path)).text.includes(`src="${SCRIPT}"`)));
    assert.equal(await load(), [false, false, false]);
    const form = await ada.get('/settings/sound');
    assert.equal(checked(form), [
      'set=',
      'loudness=2',
      'event-message=yes',
      'event-mention=yes',
      'event-trouble=yes',
      'instead=no',
    ]);
    const saved = await ada.post('/settings/sound', {
      set: '2000s',
      loudness: '1',
      'event-sent': 'yes',
      instead: 'yes',
    });
    const after = await ada.get(saved.location!);
    assert.is(words(after.page.querySelector('main [role="status"]')), 'Your sounds are saved.');
    assert.equal(checked(after), ['set=2000s', 'loudness=1', 'event-sent=yes', 'instead=yes']);
    assert.equal(await load(), [true, true, true]);
    const { page } = await ada.get(places[0]!);
    assert.equal(JSON.parse(page.querySelector('.log')!.getAttribute('data-sound')!), {
      set: '2000s',
      events: ['sent'],
      loudness: 1,
      instead: true,
    });
    await ada.post('/settings/sound', { set: '' });
    assert.equal(await load(), [false, false, false]);
  }),
);

test(
  'a refused choice is told beside it, and the others are kept',
  withApp(async ({ cast, visitor }) => {
    const ada = await cast('ada');
    const answer = await ada.post('/settings/sound', { set: 'loud', loudness: '3', 'event-entered': 'yes' });
    assert.is(answer.status, 422);
    assert.match(words(answer.page.querySelector('#set')), /There is no such choice/);
    assert.equal(checked(answer), ['loudness=3', 'event-entered=yes', 'instead=no'].slice(0, 2));
    assert.is((await visitor().get('/settings/sound')).location, '/login?next=%2Fsettings%2Fsound');
  }),
);

test.run();
