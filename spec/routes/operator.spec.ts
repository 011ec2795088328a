import * as assert from 'uvu/assert';
import { Act } from '../../server/chat/act.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { routes } from '../../server/routes/index.ts';
import { withApp, type World } from '../support/app.ts';
import { suite } from '../support/suite.ts';
import { type Answer, problem, type Visitor, words } from '../support/visitor.ts';

const test = suite('pages for operators');

const main = ({ page }: Answer) => words(page.querySelector('main'));
/** Follows the link with this name. */
const follow = async (person: Visitor, { page }: Answer, name: string): Promise<Answer> => {
  const link = page.querySelectorAll('main a').find((one) => words(one) === name);
  assert.ok(link, `there is no link ${name}`);
  return person.get(link.getAttribute('href')!.replaceAll('&amp;', '&'));
};

/** Ada is an operator; grace has made a room, in which linus is. */
async function scene({ cast, em }: World) {
  const [ada, grace, linus] = [await cast('ada'), await cast('grace'), await cast('linus')];
  await em().nativeUpdate(User, { username: 'ada' }, { operator: true });
  const lobby = await grace.createRoom('lobby');
  await linus.enter(lobby);
  return { ada, grace, linus, lobby };
}

const acts = async ({ em }: World) =>
  (await em().find(Act, {}, { orderBy: { id: 'asc' }, populate: ['by', 'user'] })).map(
    ({ name, by, user, roomId }) => [name, by?.username, user?.username ?? roomId],
  );

test(
  'a user who is no operator gets 404 from every address, and nothing happens',
  withApp(async (world) => {
    const { grace, lobby } = await scene(world);
    const addresses = routes().stack.filter(({ path }) => String(path).startsWith('/operator'));
    assert.ok(addresses.length > 20);
    for (const { path, methods } of addresses) {
      const address = String(path)
        .replace(':username', 'linus')
        .replace(':id', String(lobby))
        .replace(':report', '1');
      const isPost = methods.includes('POST');
      const ask = (person: Visitor) => (isPost ? person.post(address, { q: 'ada' }) : person.get(address));
      assert.is((await ask(grace)).status, 404, address);
      assert.is((await ask(world.visitor())).status, 303, address);
    }
    assert.equal(await acts(world), []);
    assert.is((await grace.get('/rooms')).text.includes('/operator'), false);
  }),
);

test(
  'an operator finds an account by username, by its beginning and by email, and sees it without its email',
  withApp(async (world) => {
    const { ada } = await scene(world);
    const list = await follow(ada, await ada.get('/operator'), 'Accounts');
    assert.match(main(list), /linus.*grace.*ada.*an operator/);
    for (const q of ['grace', ' GRACE ', 'grace@example.org'])
      assert.match((await ada.press(list, 'Find', { q })).location!, /^\/operator\/accounts\/grace/);
    const some = await ada.get((await ada.press(list, 'Find', { q: 'LI' })).location!);
    assert.match(main(some), /Beginning with “LI” linus/);
    assert.not.match(main(some), 'grace');
    const none = await ada.press(list, 'Find', { q: 'nobody' });
    assert.is(none.status, 422);
    assert.match(problem(none, 'Find an account').beside, /There is no account with this username/);
    assert.match(
      problem(await ada.press(list, 'Find', { q: '' }), 'Find an account').beside,
      /Enter a username/,
    );
    const shown = await ada.get('/operator/accounts/grace');
    assert.match(main(shown), /Account grace Number \d+, since .* Logged in 1 time, last seen .*1 room/);
    assert.not.match(shown.text, 'example.org');
    for (const wrong of ['nobody', '%00', '%ED%A0%80'])
      assert.is((await ada.get(`/operator/accounts/${wrong}`)).status, 404, wrong);
    for (const wrong of ['%00', 'a&page=99999999', 'x&page=-1'])
      assert.is((await ada.get(`/operator/accounts?begins=${wrong}`)).status, 200, wrong);
  }),
);

test(
  'an operator suspends an account and lifts that again: each act asks, is told, and is written down',
  withApp(async (world) => {
    const { ada, linus } = await scene(world);
    const account = await ada.get('/operator/accounts/linus');
    const asks = await follow(ada, account, 'Suspend linus');
    assert.match(main(asks), /Suspend linus\? They are logged out everywhere/);
    const refused = await ada.press(asks, 'Suspend linus', { reason: '' });
    assert.is(refused.status, 422);
    assert.match(problem(refused, 'Reason').beside, /Give a reason/);
    const done = await ada.get((await ada.press(asks, 'Suspend linus', { reason: 'Spam.' })).location!);
    assert.match(
      main(done),
      /linus is suspended, and logged out everywhere\. ?Account linus.*Suspended since.*Spam\./,
    );
    assert.is((await linus.get('/rooms')).status, 303);
    const lift = await follow(ada, done, 'Lift the suspension of linus');
    const lifted = await ada.get((await ada.press(lift, 'Lift the suspension of linus')).location!);
    assert.match(main(lifted), /linus can log in again/);
    assert.is((await linus.logIn('linus')).status, 303);
    assert.equal(await acts(world), [
      ['account suspended', 'ada', 'linus'],
      ['suspension lifted', 'ada', 'linus'],
    ]);
    assert.match(
      main(await ada.get('/operator')),
      /suspension lifted, linus, by ada .*account suspended, linus, by ada/,
    );
  }),
);

test(
  'an operator ends sessions, makes a link for a new password, and makes others operators, but cannot end themselves',
  withApp(async (world) => {
    const { ada, grace } = await scene(world);
    await ada.press(await ada.get('/operator/accounts/grace/end-sessions'), 'End sessions of grace');
    assert.is((await grace.get('/rooms')).status, 303);
    const made = await ada.press(await ada.get('/operator/accounts/grace/reset-link'), 'Make link');
    assert.is(made.status, 200);
    const [, path] = /http:\/\/[^/]+(\/reset\/[\w-]+)/.exec(main(made))!;
    assert.is((await grace.post(path!, { password: 'another horse' })).status, 303);
    await ada.press(await ada.get('/operator/accounts/grace/make-operator'), 'Make grace an operator');
    await grace.logIn('grace', 'another horse');
    assert.is((await grace.get('/operator')).status, 200);
    await ada.press(await ada.get('/operator/accounts/grace/end-operator'), 'Make grace no operator');
    assert.is((await grace.get('/operator')).status, 404);
    const self = await ada.press(
      await ada.get('/operator/accounts/ada/end-operator'),
      'Make ada no operator',
    );
    assert.is(self.status, 422);
    assert.match(main(self), 'You cannot do this to yourself. Ask another operator.');
    assert.equal(
      (await acts(world)).map(([name]) => name),
      ['sessions ended', 'reset link made', 'operator made', 'operator ended'],
    );
  }),
);

test(
  'an operator finds a room, sees who made it, and deletes it; the users in it are told',
  withApp(async (world) => {
    const { ada, grace, linus, lobby } = await scene(world);
    await grace.leave(lobby);
    await ada.post('/people/grace/message');
    const list = await follow(ada, await ada.get('/operator'), 'All rooms');
    assert.match(main(list), /lobby Made by grace on .*, open, 2 members, 0 messages\./);
    assert.not.match(main(list), 'ada and grace');
    for (const q of [String(lobby)])
      assert.match((await ada.press(list, 'Find', { q })).location!, `/operator/rooms/${lobby}`);
    assert.match((await ada.press(list, 'Find', { q: 'LOB' })).location!, /begins=LOB/);
    assert.is((await ada.press(list, 'Find', { q: 'nowhere' })).status, 422);
    const mine = await ada.get('/operator/rooms?by=grace');
    assert.match(main(mine), /Made by grace lobby/);
    const room = await follow(ada, mine, 'lobby');
    const done = await ada.press(await follow(ada, room, 'Delete lobby'), 'Delete room');
    assert.match(main(await ada.get(done.location!)), /The room lobby was deleted/);
    assert.match(main(await linus.get('/rooms')), /The room lobby was deleted, with all its messages\./);
    assert.equal(await acts(world), [['room deleted', 'ada', lobby]]);
    const direct = await world.em().findOneOrFail(Room, { access: 'direct' });
    for (const wrong of [direct.id, lobby, 999, 'x', '%00']) {
      assert.is((await ada.get(`/operator/rooms/${wrong}`)).status, 404, String(wrong));
      assert.is((await ada.post(`/operator/rooms/${wrong}/delete`)).status, 404, String(wrong));
    }
  }),
);

test(
  'the overview has the version, the storage, what waits, and the last backup',
  withApp(async (world) => {
    const { ada } = await scene(world);
    const text = main(await ada.get('/operator'));
    assert.match(text, /Plainchat \d+\.\d+\.\d+, up since/);
    assert.match(text, /No backup was made yet/);
    assert.match(text, /Images and files: .* of 20000\.0 MB|Images and files: .* of/);
    assert.match(text, /Passwords to check: 0 Images to encode: 0/);
    await world.em().insert(Act, { at: new Date('2026-05-01T12:00:00Z'), name: 'backup made' });
    assert.match(main(await ada.get('/operator')), /The last backup was made on .*1 May 2026/);
  }),
);

test.run();
