import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp, type World } from '../support/app.ts';
import { type Answer, labelled, type Visitor, valueOf, words } from '../support/visitor.ts';

const test = suite('texts that are saved for later');

/** Ada and grace in the lobby. */
async function scene({ cast }: World) {
  const [ada, grace] = [await cast('ada'), await cast('grace')];
  const lobby = await ada.createRoom('lobby');
  await grace.enter(lobby);
  return { ada, grace, lobby };
}

const room = (person: Visitor, id: number) => person.get(`/rooms/${id}`);
const typed = (answer: Answer) => labelled(answer, 'Message').text.replace(/^\n/, '');
const main = ({ page }: Answer) => words(page.querySelector('main'));

/** Presses the button beside the links below the field. */
const saveForLater = async (person: Visitor, id: number, body: string) =>
  person.press(await room(person, id), 'Save for later', { body, later: '1' });

test(
  'a saved text is in the field whenever its author comes back, and nowhere else',
  withApp(async (world) => {
    const { ada, grace, lobby } = await scene(world);
    const answer = await saveForLater(ada, lobby, 'First\r\nsecond <b>');
    assert.is(answer.status, 303);
    assert.match(answer.location!, /^\/rooms\/1\?check=/);
    const page = await ada.get(answer.location!);
    assert.match(main(page), /Your text is saved\./);
    assert.is(typed(page), 'First\nsecond <b>');
    assert.equal(await grace.log(lobby), ['ada entered', 'grace entered']);
    assert.is(typed(await room(grace, lobby)), '');
    await ada.leave(lobby);
    assert.match(main(await room(ada, lobby)), /You saved a text for later here\./);
    await ada.enter(lobby);
    assert.is(typed(await room(ada, lobby)), 'First\nsecond <b>');
    await saveForLater(ada, lobby, 'another');
    assert.is(typed(await room(ada, lobby)), 'another', 'one in each room');
  }),
);

test(
  'the browser does not take the page without the text for the present one',
  withApp(async (world) => {
    const { ada, lobby } = await scene(world);
    const before = await room(ada, lobby);
    const again = () =>
      ada.send(`/rooms/${lobby}`, {
        headers: { Accept: 'text/html', 'If-None-Match': before.headers.get('ETag')! },
      });
    assert.is((await again()).status, 304);
    await saveForLater(ada, lobby, 'a first thought');
    await room(ada, lobby); // takes the notice
    assert.is((await again()).status, 200);
  }),
);

/** What ends a draft: a form, a script, and entering and sending. */
const ENDS: [string, (ada: Visitor, lobby: number) => Promise<Answer>][] = [
  ['sent by the form', async (ada, lobby) => ada.press(await room(ada, lobby), 'Send')],
  ['sent in other words by the script', (ada, lobby) => ada.sayJson(lobby, 'in other words', { draft: '1' })],
  [
    'sent by entering',
    async (ada, lobby) => {
      const page = await room(ada, lobby);
      await ada.leave(lobby);
      return ada.press(await ada.press(page, 'Send'), 'Enter lobby and send');
    },
  ],
  ['saved empty', (ada, lobby) => saveForLater(ada, lobby, ' \n\u200B')],
];

for (const [how, end] of ENDS)
  test(
    `a text is not in the field any more once it was ${how}`,
    withApp(async (world) => {
      const { ada, lobby } = await scene(world);
      await saveForLater(ada, lobby, 'a first thought');
      await room(ada, lobby);
      const { status } = await end(ada, lobby);
      assert.ok([201, 303].includes(status), String(status));
      const page = await room(ada, lobby);
      assert.is(typed(page), '');
      assert.is(page.page.querySelector('[name="draft"]'), null);
    }),
  );

test(
  'a message from elsewhere, and one that is refused, leave the text as it is',
  withApp(async (world) => {
    const { ada, lobby } = await scene(world);
    await saveForLater(ada, lobby, 'a first thought');
    await ada.sayJson(lobby, 'from another tab');
    assert.is(typed(await room(ada, lobby)), 'a first thought');
    const refused = await ada.press(await room(ada, lobby), 'Send', { body: '' });
    assert.equal([refused.status, typed(refused)], [422, '']);
    assert.is(typed(await room(ada, lobby)), 'a first thought');
  }),
);

test(
  'a text that is too long is refused and kept in its field, and what was saved before stays',
  withApp(async (world) => {
    const { ada, lobby } = await scene(world);
    await saveForLater(ada, lobby, 'a first thought');
    const refused = await saveForLater(ada, lobby, 'x'.repeat(4001));
    assert.equal([refused.status, typed(refused).length], [422, 4001]);
    assert.match(main(refused), /at most 4,000 characters/);
    assert.is(typed(await room(ada, lobby)), 'a first thought');
  }),
);

test(
  'a text is saved with the message that it answers, in a conversation, and by a member who is out of the room',
  withApp(async (world) => {
    const { ada, grace, lobby } = await scene(world);
    const said = (await grace.sayJson(lobby, 'tea?')).json().seq;
    const page = await ada.get(`/rooms/${lobby}?reply=${said}`);
    const answer = await ada.press(page, 'Save for later', { body: 'gladly', later: '1' });
    assert.match(answer.location!, new RegExp(`^/rooms/1\\?reply=${said}&check=`));
    assert.is(valueOf((await ada.get(answer.location!)).page.querySelector('[name="reply"]')!), String(said));
    await ada.leave(lobby);
    const later = { key: 'a-key-of-ada', after: '0', later: '1' };
    assert.is((await ada.post(`/rooms/${lobby}/messages`, { body: 'from outside', ...later })).status, 303);
    await ada.post('/people/grace/message');
    await saveForLater(ada, lobby + 1, 'between us');
    assert.is(typed(await room(ada, lobby + 1)), 'between us');
    await ada.enter(lobby, { leave: String(lobby + 1) });
    assert.is(typed(await room(ada, lobby)), 'from outside');
  }),
);

test(
  'only a member saves a text, and it ends with the membership and stands in the data of its author',
  withApp(async (world) => {
    const { ada, grace, lobby } = await scene(world);
    const stranger = await world.cast('linus');
    const later = { body: 'a first thought', key: 'a-key-of-mine', after: '0', later: '1' };
    assert.is((await stranger.post(`/rooms/${lobby}/messages`, later)).status, 403);
    await saveForLater(grace, lobby, 'a first thought');
    assert.match((await grace.get('/settings/data')).text, /"draft":"a first thought"/);
    assert.not.match((await ada.get('/settings/data')).text, /a first thought/);
    await grace.post(`/rooms/${lobby}/quit`);
    await grace.enter(lobby);
    assert.is(typed(await room(grace, lobby)), '');
  }),
);

test.run();
