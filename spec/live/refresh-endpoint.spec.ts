import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp, type World } from '../support/app.ts';
import type { Visitor } from '../support/visitor.ts';

const test = suite('refresh endpoint');

interface Scene {
  ada: Visitor;
  grace: Visitor;
  lobby: number;
  /** The tag of the lobby's page as the visitor sees it. */
  tagOf(who: Visitor): Promise<string>;
  /** The status of the answer when the visitor asks for the page with this tag. */
  again(who: Visitor, tag: string): Promise<number>;
}

/** Ada and grace in the lobby, and a way for ada to ask for its page again. */
async function scene({ cast }: World): Promise<Scene> {
  const [ada, grace] = [await cast('ada'), await cast('grace')];
  const lobby = await ada.createRoom('lobby');
  await grace.enter(lobby);
  await grace.say(lobby, 'hello');
  await ada.get(`/rooms/${lobby}`); // what was unread is read from now on
  const tagOf = async (who: Visitor) => (await who.get(`/rooms/${lobby}`)).headers.get('ETag')!;
  const again = async (who: Visitor, tag: string) =>
    (await who.send(`/rooms/${lobby}`, { headers: { 'If-None-Match': tag, Accept: 'text/html' } })).status;
  return { ada, grace, lobby, tagOf, again };
}

test(
  'a page that is asked for again unchanged is not sent again',
  withApp(async (world) => {
    const { ada, tagOf, again } = await scene(world);
    const tag = await tagOf(ada);
    assert.match(tag, /^W\/"[\w-]{22}"$/);
    assert.is(await again(ada, tag), 304);
    assert.is(await again(ada, 'W/"another"'), 200);
  }),
);

const changes: [what: string, act: (scene: Scene) => Promise<unknown>][] = [
  ['a message', ({ grace, lobby }) => grace.say(lobby, 'news')],
  ['somebody who leaves', ({ grace, lobby }) => grace.leave(lobby)],
  ['a new name of the room', ({ ada, lobby }) => ada.post(`/rooms/${lobby}/rename`, { name: 'hall' })],
  ['a new username', ({ grace }) => grace.post('/settings/username', { username: 'hopper' })],
  ['a block', ({ ada }) => ada.post('/people/grace/block')],
  ['a setting', ({ ada }) => ada.post('/settings', { hourCycle: 'h12' })],
  ['what is announced', ({ ada, lobby }) => ada.post(`/rooms/${lobby}/announcements`, { time: 'yes' })],
];

test(
  'news elsewhere leaves the page as it is',
  withApp(async (world) => {
    const { ada, grace, tagOf, again } = await scene(world);
    const tag = await tagOf(ada);
    const linus = await world.cast('linus');
    const study = await linus.createRoom('study');
    await linus.say(study, 'hello');
    await linus.post('/settings/username', { username: 'torvalds' });
    await grace.post('/settings', { hourCycle: 'h12' });
    await world.tick();
    assert.is(await again(ada, tag), 304);
    assert.is(await again(ada, tag), 304, 'from memory');
  }),
);

for (const [what, act] of changes) {
  test(
    `${what} changes the page, which is sent`,
    withApp(async (world) => {
      const { again, tagOf, ...rest } = await scene(world);
      const tag = await tagOf(rest.ada);
      await act({ again, tagOf, ...rest });
      assert.is(await again(rest.ada, tag), 200);
    }),
  );
}

test(
  'the page of somebody else, of another address or after the end of the session is never answered with 304',
  withApp(async (world) => {
    const { ada, grace, lobby, tagOf, again } = await scene(world);
    const tag = await tagOf(ada);
    assert.is(await again(grace, tag), 200);
    const headers = { 'If-None-Match': tag, Accept: 'text/html' };
    assert.is((await ada.send(`/rooms/${lobby}?from=1`, { headers })).status, 200);
    await ada.post('/logout');
    assert.is(await again(ada, tag), 303);
  }),
);

test(
  'asking again is a sign of life',
  withApp(
    async (world) => {
      const { ada, tagOf, again } = await scene(world);
      const { clock, tick } = world;
      const statuses: number[] = [];
      for (let time = 0; time < 120_000; time += 20_000) {
        const tag = await tagOf(ada);
        clock.pass(20_000);
        statuses.push(await again(ada, tag));
        await tick();
      }
      // A lease that is saved in between changes the page's version: then the page is sent, which is as good a sign.
      assert.ok(statuses.filter((status) => status === 304).length >= 4, statuses.join());
      clock.pass(20_000);
      await tick();
      assert.match((await ada.get('/rooms')).text, /You are in <strong dir="auto">lobby/);
      clock.pass(50_000);
      await tick();
      assert.not.match((await ada.get('/rooms')).text, /You are in <strong dir="auto">lobby/);
    },
    { awayMs: 30_000 },
  ),
);

test.run();
