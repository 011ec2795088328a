import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Membership } from '../../server/chat/membership.ts';
import { Presence } from '../../server/chat/presence.ts';
import { withApp, type World } from '../support/app.ts';
import { enrolMany } from '../support/domain.ts';
import { type Answer, titleOf, words } from '../support/visitor.ts';

const test = suite('who is in a room, over HTTP');

const namesOn = ({ page }: Answer) => page.querySelectorAll('main .members li').map(words);

/** Has more users in a room than a page has names. */
async function crowd({ orm, em, clock }: World, room: number, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `user-${String(index).padStart(3, '0')}`);
  const ids = await enrolMany(orm, names);
  const now = clock.now();
  await em().insertMany(
    Membership,
    ids.map((user) => ({ room, user, role: 'member' as const, joinedAt: now })),
  );
  const expiresAt = new Date(now.getTime() + 900_000);
  await em().insertMany(
    Presence,
    ids.map((user) => ({ user, room, lease: 'page' as const, expiresAt })),
  );
  return names;
}

test(
  'a member sees who is in the room, with a link to each',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    const answer = await grace.get(`/rooms/${lobby}/present`);
    assert.is(titleOf(answer), 'Who is in lobby – Rooms – Plainchat');
    assert.equal(namesOn(answer), ['ada', 'grace']);
    assert.ok(answer.page.querySelector('main a[href="/people/ada"]'));
    await ada.leave(lobby);
    await grace.leave(lobby);
    assert.match(
      words((await grace.get(`/rooms/${lobby}/present`)).page.querySelector('main')),
      /Nobody is in it now/,
    );
  }),
);

test(
  'a user who looks at who is in the room stays in it',
  withApp(async ({ cast, clock, tick }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.post(`/rooms/${lobby}/leave`, { closing: '1' }); // as a script does when the user opens the page
    await ada.get(`/rooms/${lobby}/present`);
    clock.pass(6000);
    await tick();
    assert.is((await ada.poll(lobby, 1)).status, 204);
  }),
);

test(
  'a full room has pages of a hundred names, and a number that is none is the first page',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    const lobby = await ada.createRoom('lobby');
    const names = ['ada', ...(await crowd(world, lobby, 130))];
    const first = await ada.get(`/rooms/${lobby}/present`);
    assert.equal(namesOn(first), names.slice(0, 100));
    const next = first.page.querySelector('a[rel="next"]')!;
    assert.is(words(next), 'Next people');
    const second = await ada.get(next.getAttribute('href')!);
    assert.match(titleOf(second), /^Who is in lobby, page 2 –/);
    assert.equal(namesOn(second), names.slice(100));
    assert.not.match(words(second.page.querySelector('main')), /Next people/);
    for (const page of ['0', '-1', '1.5', 'x', '', '99999999999'])
      assert.equal(namesOn(await ada.get(`/rooms/${lobby}/present?page=${page}`)), names.slice(0, 100), page);
    assert.equal(namesOn(await ada.get(`/rooms/${lobby}/present?page=2147483647`)), []);
  }),
);

test(
  'the names of all members stand there as they are mentioned, page by page; a search of the room leads to them',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    const lobby = await ada.createRoom('lobby');
    const names = ['ada', ...(await crowd(world, lobby, 60))].map((name) => `@${name}`);
    const { page } = await ada.get(`/rooms/${lobby}/search`);
    const address = `/rooms/${lobby}/present`;
    assert.is(
      words(page.querySelector(`a[href="${address}#members"]`)),
      'Names of the members, for mentions',
    );
    const mentions = ({ page: shown }: Answer) => shown.querySelectorAll('main code').map(words);
    assert.equal(mentions(await ada.get(address)), names.slice(0, 50));
    assert.equal(mentions(await ada.get(`${address}?members=2`)), names.slice(50));
    const stranger = await world.cast('grace');
    assert.is((await stranger.get(address)).status, 403);
  }),
);

test(
  'the page to delete a room names fifty users who are in it, and counts the others',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    const lobby = await ada.createRoom('lobby');
    await crowd(world, lobby, 130);
    const { page } = await ada.get(`/rooms/${lobby}/delete`);
    assert.match(
      words(page.querySelector('main')),
      /^.*In it now: ada, user-000, .*, and 81 more\. They will be told\./,
    );
    assert.is(page.querySelectorAll('main p bdi').length, 51, 'fifty names, and that of the room');
    assert.is(words(page.querySelector(`a[href="/rooms/${lobby}/present"]`)), '81 more');
  }),
);

test.run();
