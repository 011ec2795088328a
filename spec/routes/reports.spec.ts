import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { User } from '../../server/chat/user.ts';
import { withApp, type World } from '../support/app.ts';
import { images, PDF } from '../support/files.ts';
import { type Answer, buttons, problem, titleOf, type Visitor, words } from '../support/visitor.ts';

const test = suite('reports over HTTP');

const main = ({ page }: Answer) => words(page.querySelector('main'));
const link = ({ page }: Answer, name: string) =>
  page
    .querySelectorAll('main a')
    .find((one) => words(one) === name)
    ?.getAttribute('href');

/** Ada is an operator; linus has posted rude words in grace's room. `lobby` is its id, `seq` that of the message. */
async function rude({ cast, em }: World, access = 'open') {
  const [ada, grace, linus] = [await cast('ada'), await cast('grace'), await cast('linus')];
  await em().nativeUpdate(User, { username: 'ada' }, { operator: true });
  const lobby = await grace.createRoom('lobby', access);
  await grace.post(`/rooms/${lobby}/members`, { username: 'linus' });
  await linus.enter(lobby);
  await linus.say(lobby, 'rude <b>words</b>');
  await linus.leave(lobby);
  return { ada, grace, linus, lobby, seq: 4 };
}

/** Reports message 4 by its page and form; returns the answer. */
async function reports(person: Visitor, lobby: number): Promise<Answer> {
  return person.press(
    await person.get(link(await person.get(`/rooms/${lobby}/messages/4`), 'Report this message')!),
    'Send report',
    { reason: 'It is rude.' },
  );
}

test(
  'a room links to a list of its messages that can be reported, and the time of each to its page, which can too',
  withApp(async (world) => {
    const { grace, lobby, seq } = await rude(world);
    const page = await grace.get(`/rooms/${lobby}`);
    const list = await grace.get(
      link(await grace.get(link(page, 'Search and history')!), 'Report a message in lobby')!,
    );
    assert.equal(
      list.page
        .querySelectorAll('main a')
        .map(words)
        .map((name) => name.replace(/, \d.*/, '')),
      ['Report message 4 of linus', 'Back to lobby'],
    );
    const form = `/rooms/${lobby}/messages/${seq}/report`;
    assert.is(list.page.querySelectorAll('main a')[0]!.getAttribute('href'), form);
    const time = page.page.querySelector(`#m-${seq} .byline a`)!;
    const message = await grace.get(time.getAttribute('href')!);
    assert.is(link(message, 'Report this message'), form);
  }),
);

test(
  'a report needs a reason',
  withApp(async (world) => {
    const { grace, lobby, seq } = await rude(world);
    const form = await grace.get(`/rooms/${lobby}/messages/${seq}/report`);
    assert.is(titleOf(form), 'Report message of linus – Rooms – Plainchat');
    assert.match(main(form), /rude <b>words<\/b>.*five before and the five after/);
    const refused = await grace.press(form, 'Send report', { reason: ' ' });
    assert.is(refused.status, 422);
    assert.match(problem(refused, 'What is wrong with it').beside, /Say what is wrong/);
    const answer = await reports(grace, lobby);
    assert.is(answer.status, 303);
    assert.match(main(await grace.get(answer.location!)), /Your report is sent/);
  }),
);

test(
  'reporting a message does not leave the room',
  withApp(async (world) => {
    const { linus, lobby } = await rude(world);
    await linus.enter(lobby);
    await linus.post(`/rooms/${lobby}/leave`, { closing: '1' }); // as a script does when the user opens the list
    await linus.get(`/rooms/${lobby}/report`);
    world.clock.pass(6000);
    await world.tick();
    assert.is((await linus.poll(lobby, 6)).status, 204);
  }),
);

test(
  'only a member can report, and only a message of somebody else',
  withApp(async (world) => {
    const { ada, grace, linus, lobby, seq } = await rude(world, 'invite');
    for (const path of [`/rooms/${lobby}/report`, `/rooms/${lobby}/messages/${seq}/report`]) {
      assert.is((await ada.get(path)).status, 404);
      assert.is((await world.visitor().get(path)).status, 303);
    }
    assert.is((await ada.post(`/rooms/${lobby}/messages/${seq}/report`, { reason: 'x' })).status, 404);
    assert.is((await linus.get(`/rooms/${lobby}/messages/${seq}/report`)).status, 422);
    for (const wrong of ['0', '1', '99', 'x', '-1', '99999999999', '%00'])
      assert.is((await grace.get(`/rooms/${lobby}/messages/${wrong}/report`)).status, 404, wrong);
  }),
);

test(
  'only operators see reports',
  withApp(async (world) => {
    const { ada, grace, lobby } = await rude(world, 'invite');
    await reports(grace, lobby);
    const list = await ada.get(
      link(await ada.get('/operator/reports'), 'Report 1: message of linus in lobby')!,
    );
    assert.match(
      main(list),
      /grace reported this message of linus in lobby.*rude <b>words<\/b>.*It is rude\..*The reported message\. linus, /,
    );
    assert.equal(buttons(list).slice(1), ['Dismiss report', 'End sessions of linus', 'Suspend linus']);
    assert.ok(
      (await ada.get('/rooms')).page
        .querySelectorAll('nav a')
        .some((one) => one.getAttribute('href') === '/operator/reports'),
    );
    assert.not(
      (await grace.get('/rooms')).page
        .querySelectorAll('nav a')
        .some((one) => one.getAttribute('href') === '/operator/reports'),
    );
    for (const path of ['/operator/reports', '/operator/reports/1', '/operator/reports/99'])
      assert.is((await grace.get(path)).status, 404, path);
    for (const path of [
      'reports/1/dismiss',
      'reports/1/end-sessions',
      'reports/1/suspend',
      'people/linus/unsuspend',
    ]) {
      assert.is((await grace.post(`/operator/${path}`, { reason: 'x' })).status, 404, path);
      assert.is((await world.visitor().post(`/operator/${path}`, { reason: 'x' })).status, 303, path);
    }
    for (const wrong of ['0', '99', 'x', '%00'])
      assert.is((await ada.get(`/operator/reports/${wrong}`)).status, 404, wrong);
    assert.match(main(await ada.get('/operator/reports')), /Report 1/);
  }),
);

test(
  'only operators see a reported image or file',
  withApp(async (world) => {
    const { ada, grace, linus, lobby } = await rude(world, 'invite');
    await linus.enter(lobby);
    for (const [file, description] of [
      [await images.png(), 'rude "gesture"'],
      [PDF, 'rude pages'],
    ] as const)
      await linus.attach(lobby, file, { description });
    await linus.attach(lobby, await images.png(), { description: 'another' });
    for (const seq of [7, 8])
      assert.is(
        (await grace.post(`/rooms/${lobby}/messages/${seq}/report`, { reason: 'It is rude.' })).status,
        303,
      );
    await grace.post(`/rooms/${lobby}/messages/4/report`, { reason: 'It is rude.' });
    const { page } = await ada.get('/operator/reports/1');
    const image = page.querySelector('main img')!;
    assert.equal(
      [image.getAttribute('src'), image.getAttribute('alt')],
      ['/operator/reports/1/file', 'rude "gesture"'],
    );
    assert.is(
      link(
        await ada.get('/operator/reports/2'),
        `Open the reported file: rude pages (PDF, ${PDF.length} bytes)`,
      ),
      '/operator/reports/2/file',
    );
    const shown = await ada.get('/operator/reports/1/file');
    assert.equal(
      [shown.status, shown.headers.get('Content-Type'), shown.headers.get('Content-Security-Policy')],
      [200, 'image/png', "default-src 'none'; sandbox"],
    );
    const opened = await ada.get('/operator/reports/2/file');
    assert.equal(
      [opened.text, opened.headers.get('Content-Disposition')],
      [PDF.toString(), 'attachment; filename="message-8.pdf"'],
    );
    assert.equal(
      [
        (await ada.get('/operator/reports/3')).page.querySelector('main img'),
        (await ada.get('/operator/reports/3/file')).status,
      ],
      [null, 404],
    );
    for (const wrong of ['0', '99', 'x', '%00'])
      assert.is((await ada.get(`/operator/reports/${wrong}/file`)).status, 404, wrong);
    for (const [person, status] of [
      [grace, 404],
      [linus, 404],
      [world.visitor(), 303],
    ] as const)
      assert.is((await person.get('/operator/reports/1/file')).status, status);
    await grace.post(`/rooms/${lobby}/delete`);
    assert.equal(
      [
        (await ada.get('/operator/reports/1')).page.querySelector('main img'),
        (await ada.get('/operator/reports/1/file')).status,
      ],
      [null, 404],
    );
  }),
);

test(
  'an operator can dismiss a report',
  withApp(async (world) => {
    const { ada, grace, linus, lobby } = await rude(world);
    await reports(grace, lobby);
    const answer = await ada.press(await ada.get('/operator/reports/1'), 'Dismiss report');
    assert.match(main(await ada.get(answer.location!)), /dismissed.*No reports are waiting/);
    assert.match(
      main(await ada.get('/operator/reports/1')),
      /ada has answered this report: it was dismissed/,
    );
    assert.is((await linus.get('/rooms')).status, 200);
  }),
);

test(
  'an operator can end the sessions of a reported user, who can log in again',
  withApp(async (world) => {
    const { ada, grace, linus, lobby } = await rude(world);
    await reports(grace, lobby);
    await ada.press(await ada.get('/operator/reports/1'), 'End sessions of linus');
    assert.is((await linus.get('/rooms')).status, 303);
    assert.is((await linus.logIn('linus')).status, 303);
  }),
);

test(
  'an operator can suspend a reported user, who then neither polls nor posts, and learns the reason at log-in',
  withApp(async (world) => {
    const { ada, grace, linus, lobby } = await rude(world);
    await linus.enter(lobby);
    const { after } = (await linus.poll(lobby, 0)).json();
    assert.is((await linus.poll(lobby, after)).status, 204);
    await reports(grace, lobby);
    const refused = await ada.press(await ada.get('/operator/reports/1'), 'Suspend linus', { reason: '' });
    assert.is(refused.status, 422);
    assert.match(problem(refused, 'Reason').beside, /Give a reason/);
    const answer = await ada.press(refused, 'Suspend linus', { reason: 'Rude in the lobby.' });
    assert.match(main(await ada.get(answer.location!)), /linus is suspended, and logged out everywhere/);
    assert.is((await linus.poll(lobby, after)).status, 401);
    assert.is((await linus.get('/rooms')).status, 303);
    const login = await linus.logIn('linus');
    assert.is(login.status, 403);
    assert.match(
      words(login.page.querySelector('.problems, [role="alert"]')),
      /suspended\. The reason: Rude in the lobby\. If you think/,
    );
    assert.is((await linus.logIn('linus', 'wrong horse')).status, 422); // the reason is told only with the right password
    assert.equal((await grace.log(lobby)).at(-1), 'linus left');
    await ada.press(await ada.get('/operator/reports'), 'Unsuspend linus');
    assert.is((await linus.logIn('linus')).status, 303);
  }),
);

test(
  'a user can send twenty reports in ten minutes',
  withApp(async (world) => {
    const { grace, lobby, seq } = await rude(world);
    for (let time = 0; time < 20; time += 1)
      assert.is((await grace.post(`/rooms/${lobby}/messages/${seq}/report`, { reason: 'x' })).status, 303);
    const answer = await grace.post(`/rooms/${lobby}/messages/${seq}/report`, { reason: 'kept' });
    assert.is(answer.status, 429);
    assert.match(answer.text, /kept<\/textarea>/);
  }),
);

test.run();
