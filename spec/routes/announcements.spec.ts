import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { type Answer, buttons, titleOf, type Visitor, words } from '../support/visitor.ts';

const test = suite('announcement settings');

const checked = ({ page }: Answer, form = '') =>
  page
    .querySelectorAll(`form${form} input[checked]`)
    .map((radio) => `${radio.getAttribute('name')}=${radio.getAttribute('value')}`);
const DEFAULTS = ['messages=everything', 'first=sender', 'time=no', 'notices=no'];

/** The announcement settings that the page of the room gives to its script. */
async function given(person: Visitor, room: number): Promise<unknown> {
  const { page } = await person.get(`/rooms/${room}`);
  return JSON.parse(page.querySelector('.log')!.getAttribute('data-announcements')!);
}

test(
  'a user sets announcements for a room one link away from it, without leaving the room',
  withApp(async ({ cast, clock, tick }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const room = await ada.get(`/rooms/${lobby}`);
    const link = room.page
      .querySelectorAll('main a')
      .find((one) => words(one) === 'Screen reader announcements in lobby');
    assert.ok(link, 'there is a link');
    await ada.post(`/rooms/${lobby}/leave`, { closing: '1' }); // the page of the room reports that it is closing
    const page = await ada.get(link.getAttribute('href')!);
    assert.is(titleOf(page), 'Screen reader announcements in lobby – Rooms – Plainchat');
    assert.equal(checked(page), DEFAULTS);
    clock.pass(6000);
    await tick();
    assert.equal(await ada.log(lobby), ['ada entered']);

    const saved = await ada.press(page, 'Save for lobby', { messages: 'sender', time: 'yes' });
    assert.match(saved.location ?? '', new RegExp(`^/rooms/${lobby}\\?check=`));
    assert.is(
      words((await ada.get(saved.location!)).page.querySelector('main [role="status"]')),
      'Your announcements for lobby are saved.',
    );
    assert.equal(await given(ada, lobby), {
      messages: 'sender',
      notices: false,
      first: 'sender',
      time: true,
    });
  }),
);

test(
  'announcement settings for all rooms hold in a room that has none of its own',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const [lobby, study] = [await ada.createRoom('lobby'), await ada.createRoom('study')];
    assert.equal(buttons(await ada.get(`/rooms/${lobby}/announcements`)), ['Log out', 'Save for lobby']);
    await ada.post(`/rooms/${lobby}/announcements`, { messages: 'nothing' });
    const settings = await ada.get('/settings/announcements');
    assert.equal(checked(settings, '[action="/settings/announcements"]'), DEFAULTS);
    const saved = await ada.press(settings, 'Save announcements', { notices: 'yes' });
    assert.is(
      words((await ada.get(saved.location!)).page.querySelector('main [role="status"]')),
      'Your announcements are saved.',
    );
    assert.equal(
      [await given(ada, lobby), await given(ada, study)],
      [
        { messages: 'nothing', notices: false, first: 'sender', time: false },
        { messages: 'everything', notices: true, first: 'sender', time: false },
      ],
    );
    await ada.press(await ada.get(`/rooms/${lobby}/announcements`), 'Use what I chose for all rooms');
    assert.equal(await given(ada, lobby), await given(ada, study));
  }),
);

test(
  'an invalid choice is refused at the top and beside it, and the other choices are kept',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    for (const path of [`/rooms/${lobby}/announcements`, '/settings/announcements']) {
      const answer = await ada.post(path, { messages: 'all', notices: 'yes', first: 'text', time: 'yes' });
      assert.is(answer.status, 422);
      assert.match(titleOf(answer), /^Error: /);
      const [link] = answer.page.querySelectorAll('main .problems a');
      assert.match(
        words(answer.page.querySelector(`[id="${link!.getAttribute('href')!.slice(1)}"]`)),
        /^New messages Error: There is no such choice/,
      );
      assert.equal(checked(answer, `[action="${path}"]`), ['first=text', 'time=yes', 'notices=yes']);
    }
  }),
);

test(
  'only a member sees and changes the announcement settings of a room',
  withApp(async ({ cast, visitor }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const [lobby, study] = [await ada.createRoom('lobby'), await ada.createRoom('study', 'invite')];
    for (const [room, status] of [
      [lobby, 403],
      [study, 404],
      [99, 404],
    ] as const) {
      assert.is((await grace.get(`/rooms/${room}/announcements`)).status, status);
      assert.is((await grace.post(`/rooms/${room}/announcements`, { messages: 'nothing' })).status, status);
      assert.is((await grace.post(`/rooms/${room}/announcements/clear`)).status, status);
    }
    const answer = await visitor().get(`/rooms/${lobby}/announcements`);
    assert.equal([answer.status, answer.location], [303, `/login?next=%2Frooms%2F${lobby}%2Fannouncements`]);
    assert.is(
      (
        await ada.send('/settings/announcements', {
          method: 'POST',
          body: new URLSearchParams({ messages: 'nothing' }),
        })
      ).status,
      403,
    );
  }),
);

test.run();
