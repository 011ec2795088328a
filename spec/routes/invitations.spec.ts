import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp, type World } from '../support/app.ts';
import { type Answer, buttons, problem, words } from '../support/visitor.ts';

const test = suite('invitations over HTTP');

/** Ada, in her study for members alone, with an invitation that one person may use. */
async function scene({ cast }: World, uses = '1') {
  const ada = await cast('ada');
  const study = await ada.createRoom('study', 'invite');
  const room = `/rooms/${study}`;
  await ada.post(`${room}/invitations`, { days: '7', uses });
  const list = () => ada.get(`${room}/invitations`);
  const link = linksOf(await list())[0]!;
  return { ada, study, room, link, list };
}

const main = ({ page }: Answer) => words(page.querySelector('main'));
const linksOf = ({ page }: Answer) =>
  page.querySelectorAll('main a[href^="/join/"]').map((one) => one.getAttribute('href')!);

test(
  'an administrator makes an invitation, sees its link and what is left of it, and ends it',
  withApp(async (world) => {
    const { ada, room, link, list } = await scene(world);
    const page = await list();
    assert.is(words(page.page.querySelector('.name a')), world.base + link, 'the whole address, to copy');
    assert.match(main(page), /1 of 1 use left, until \w+day \d+ .* \(UTC\)\. Made by ada\./);
    const linus = await world.cast('linus');
    assert.is((await linus.get(link)).status, 200);
    const { status, location } = await ada.press(page, 'End invitation');
    assert.equal([status, location?.split('?')[0]], [303, `${room}/invitations`]);
    assert.equal(linksOf(await list()), []);
    const [ended, unknown] = [await linus.get(link), await linus.get('/join/unknown')];
    assert.equal([ended.status, unknown.status, main(ended)], [404, 404, main(unknown)]);
    assert.is((await linus.post(link)).status, 404);
  }),
);

test(
  'an invitation with wrong numbers is refused at its fields',
  withApp(async (world) => {
    const { ada, room } = await scene(world);
    const answer = await ada.post(`${room}/invitations`, { days: '31', uses: '0' });
    assert.is(answer.status, 422);
    assert.match(problem(answer, 'Days until it ends').beside, /from 1 to 30/);
    assert.match(problem(answer, 'People who may use it').beside, /from 1 to 100/);
  }),
);

test(
  'who has an account joins by one button, and is in the room',
  withApp(async (world) => {
    const { study, room, link } = await scene(world);
    const grace = await world.cast('grace');
    const invitation = await grace.get(link);
    assert.match(main(invitation), /^Join study ada invites you to the room study\. Join study$/);
    const { status, location } = await grace.press(invitation, 'Join study');
    assert.equal([status, location], [303, room]);
    assert.ok(buttons(await grace.get(room)).includes('Leave room'));
    assert.equal(await grace.log(study), ['ada entered', 'grace entered']);
    assert.is((await (await world.cast('linus')).get(link)).status, 404, 'it is used up');
  }),
);

test(
  'who has no account creates one on the page of the invitation, and is in the room by the third page',
  withApp(async (world) => {
    const { room, link } = await scene(world);
    const grace = world.visitor();
    const first = await grace.get(link);
    assert.match(main(first), /ada invites you to the room study/);
    const typed = { username: 'grace', email: 'grace@example.org', password: 'correct horse' };
    const { status, location } = await grace.press(first, 'Create account', typed);
    assert.equal([status, location], [303, link]);
    const { location: last } = await grace.press(await grace.get(link), 'Join study');
    assert.is(last, room);
    assert.ok(buttons(await grace.get(room)).includes('Leave room'));
  }),
);

test(
  'who logs in or creates an account elsewhere comes back to the invitation, also after an error',
  withApp(async (world) => {
    const { link } = await scene(world);
    await world.cast('grace');
    const visitor = world.visitor();
    const wrong = await visitor.press(await visitor.get(link), 'Create account', { username: '-' });
    assert.is(wrong.status, 422);
    assert.is(wrong.page.querySelector('[name="next"]')?.getAttribute('value'), link);
    const logIn = (await visitor.get(link)).page
      .querySelectorAll('main a')
      .find((one) => words(one) === 'log in')!;
    const form = await visitor.get(logIn.getAttribute('href')!);
    const typed = { login: 'grace', password: 'correct horse' };
    assert.is((await visitor.press(form, 'Log in', typed)).location, link);
    const out = world.visitor();
    const { status, location } = await out.post(link);
    assert.equal([status, location], [303, `/login?next=${encodeURIComponent(link)}`]);
  }),
);

test(
  'no account leads to another site',
  withApp(async ({ visitor }) => {
    for (const [index, next] of ['//evil.example', 'https://evil.example', '/\\evil.example'].entries()) {
      const person = visitor();
      const username = `grace${index}`;
      const typed = { username, email: `${username}@example.org`, password: 'correct horse', next };
      const { status, location, text } = await person.post('/register', typed);
      assert.equal([status, location], [303, '/rooms'], text);
    }
  }),
);

test(
  'who is in another room is asked to leave it, and is a member meanwhile',
  withApp(async (world) => {
    const { study, room, link } = await scene(world);
    const grace = await world.cast('grace');
    await grace.createRoom('attic');
    const asked = await grace.post(link);
    assert.is(asked.status, 409);
    assert.match(main(asked), /You are in attic/);
    assert.is((await grace.press(asked, 'Leave attic and enter study')).location, room);
    assert.equal(await grace.log(study), ['ada entered', 'grace entered']);
  }),
);

test(
  'a member who follows it uses none up, and who was removed is refused',
  withApp(async (world) => {
    const { ada, room, link, list } = await scene(world);
    assert.match(main(await ada.get(link)), /You are a member already/);
    assert.is((await ada.press(await ada.get(link), 'Join study')).status, 303);
    assert.match(main(await list()), /1 of 1 use left/);
    const linus = await world.cast('linus');
    await ada.post(`${room}/members`, { username: 'linus' });
    await ada.post(`${room}/members/linus/remove`);
    await linus.get('/rooms');
    for (const answer of [await linus.get(link), await linus.post(link)]) {
      assert.is(answer.status, 403);
      assert.match(main(answer), /You were removed from study/);
    }
  }),
);

test(
  'the invitations of a deleted room and of a deleted account end',
  withApp(async (world) => {
    const { ada, room, link } = await scene(world, '9');
    const grace = await world.cast('grace');
    await ada.post(`${room}/members`, { username: 'grace' });
    await ada.post(`${room}/members/grace/role`, { role: 'admin' });
    await grace.post(`${room}/invitations`, { days: '7', uses: '9' });
    const [newest] = linksOf(await grace.get(`${room}/invitations`));
    assert.match((await ada.get('/settings/data')).text, /"invitations": \[\n {2}\{"room":"study"/);
    assert.is((await ada.post('/settings/delete', { current: 'correct horse' })).status, 303);
    assert.is((await grace.get(link)).status, 404);
    assert.is((await grace.get(newest!)).status, 200);
    await grace.post(`${room}/delete`);
    assert.is((await world.visitor().get(newest!)).status, 404);
  }),
);

test.run();
