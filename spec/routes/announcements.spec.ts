import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { buttons, titleOf, words, type Answer, type Visitor } from '../support/visitor.ts';

const test = suite('what is announced');

const checked = ({ page }: Answer, form = '') =>
  page
    .querySelectorAll(`form${form} input[checked]`)
    .map((radio) => `${radio.getAttribute('name')}=${radio.getAttribute('value')}`);
const DEFAULTS = ['messages=everything', 'first=sender', 'time=no', 'notices=no'];

/** What the script in the room's page is told. */
async function given(person: Visitor, room: number): Promise<unknown> {
  const { page } = await person.get(`/rooms/${room}`);
  return JSON.parse(page.querySelector('.log')!.getAttribute('data-announcements')!);
}

test(
  'is chosen for a room one step from it, which is no leaving',
  withApp(async ({ cast, clock, leases }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const room = await ada.get(`/rooms/${lobby}`);
    const link = room.page
      .querySelectorAll('main a')
      .find((one) => words(one) === 'What is announced in lobby');
    assert.ok(link, 'there is a link');
    await ada.post(`/rooms/${lobby}/leave`, { closing: '1' }); // as the page says when it gives way to another
    const page = await ada.get(link.getAttribute('href')!);
    assert.is(titleOf(page), 'What is announced in lobby – Rooms – Plainchat');
    assert.equal(checked(page), DEFAULTS);
    clock.pass(6000);
    await leases.tick();
    assert.equal(await ada.log(lobby), ['ada entered']);

    const saved = await ada.press(page, 'Save for lobby', { messages: 'sender', time: 'yes' });
    assert.match(saved.location ?? '', new RegExp(`^/rooms/${lobby}\\?check=`));
    assert.is(
      words((await ada.get(saved.location!)).page.querySelector('main [role="status"]')),
      'What is announced in lobby is saved.',
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
  'is chosen for all rooms in the settings, and for a room until that is taken back',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const [lobby, study] = [await ada.createRoom('lobby'), await ada.createRoom('study')];
    assert.equal(buttons(await ada.get(`/rooms/${lobby}/announcements`)), ['Log out', 'Save for lobby']);
    await ada.post(`/rooms/${lobby}/announcements`, { messages: 'nothing' });
    const settings = await ada.get('/settings');
    assert.equal(checked(settings, '[action="/settings/announcements"]'), DEFAULTS);
    const saved = await ada.press(settings, 'Save announcements', { notices: 'yes' });
    assert.is(
      words((await ada.get(saved.location!)).page.querySelector('main [role="status"]')),
      'What is announced is saved.',
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
  'that is no choice is refused at the top and beside it, with the rest kept',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    for (const path of [`/rooms/${lobby}/announcements`, '/settings/announcements']) {
      const answer = await ada.post(path, { messages: 'all', notices: 'yes', first: 'text', time: 'yes' });
      assert.is(answer.status, 422);
      assert.match(titleOf(answer), /^Error: /);
      const [link] = answer.page.querySelectorAll('main [role="alert"] a');
      assert.match(
        words(answer.page.querySelector(`[id="${link!.getAttribute('href')!.slice(1)}"]`)),
        /^New messages Error: There is no such choice/,
      );
      assert.equal(checked(answer, `[action="${path}"]`), ['first=text', 'time=yes', 'notices=yes']);
    }
  }),
);

test(
  "is nobody's to see or change in a room that they do not belong to",
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
