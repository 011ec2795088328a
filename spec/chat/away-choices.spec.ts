import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { awayChoices, toldOfRoom } from '../../server/chat/away.ts';
import { clearAwayIn, saveAway, saveAwayIn, type TypedAway } from '../../server/chat/away-choices.ts';
import { Telling } from '../../server/chat/due.ts';
import { Invalid } from '../../server/chat/errors.ts';
import { roomOfMember } from '../../server/chat/membership.ts';
import { later, NOW, refusal, withHouse } from '../support/domain.ts';

const test = suite('the form of what is told while away');

const SENT: TypedAway = {
  what: 'all',
  mail: 'daily',
  hook: 'soon',
  hookUrl: ' https://ntfy.example/ada ',
  browser: 'yes',
  minutes: '60',
  hour: '18',
  zone: 'Europe/Berlin',
  quietFrom: '22',
  quietUntil: '0',
};

test(
  'every choice is saved, and a field that is not sent keeps its value',
  withHouse(async (house) => {
    const saved = {
      isConfirmed: false,
      what: 'all',
      mail: 'daily',
      hook: 'soon',
      hookUrl: 'https://ntfy.example/ada',
      browser: true,
      minutes: 60,
      hour: 18,
      zone: 'Europe/Berlin',
      quietFrom: 22,
      quietUntil: 0,
    };
    const ada = await house.id('ada');
    await house.as('ada', (em, ada) => saveAway(em, ada, SENT, NOW));
    assert.equal(await awayChoices(await house.reader(), ada), saved);
    await house.as('ada', (em, ada) => saveAway(em, ada, { quietFrom: '', quietUntil: '' }, NOW));
    const { quietFrom, quietUntil, ...rest } = saved;
    assert.ok(quietFrom !== quietUntil);
    assert.equal(await awayChoices(await house.reader(), ada), {
      ...rest,
      quietFrom: null,
      quietUntil: null,
    });
  }),
);

const REFUSED: [what: string, typed: TypedAway, field: string][] = [
  ['another choice', { what: 'some' }, 'what'],
  ['another time', { mail: 'often' }, 'mail'],
  ['half a notification', { browser: 'on' }, 'browser'],
  ['no minute', { minutes: '0' }, 'minutes'],
  ['more minutes than a day has', { minutes: '1441' }, 'minutes'],
  ['half a minute', { minutes: '0.5' }, 'minutes'],
  ['an hour after midnight', { hour: '24' }, 'hour'],
  ['no hour', { hour: '' }, 'hour'],
  ['a zone elsewhere', { zone: 'Mars/Base' }, 'zone'],
  ['quiet hours without an end', { quietFrom: '22', quietUntil: '' }, 'quietUntil'],
  ['a quiet hour that is none', { quietFrom: '-1', quietUntil: '3' }, 'quietFrom'],
  ['posts to no address', { hook: 'soon', hookUrl: '' }, 'hookUrl'],
  ['an address without https', { hookUrl: 'http://ntfy.example/ada' }, 'hookUrl'],
  ['an address of a file', { hookUrl: 'file:///etc/passwd' }, 'hookUrl'],
  ['an address with a password', { hookUrl: 'https://ada:secret@ntfy.example/' }, 'hookUrl'],
  ['a text that is no address', { hookUrl: 'ntfy' }, 'hookUrl'],
  ['half a character', { hookUrl: 'https://ntfy.example/\ud800' }, 'hookUrl'],
  ['a long address', { hookUrl: `https://ntfy.example/${'x'.repeat(500)}` }, 'hookUrl'],
];

for (const [what, typed, field] of REFUSED)
  test(
    `the form is refused with ${what}, and changes nothing`,
    withHouse(async (house) => {
      const { problems } = await refusal(
        Invalid,
        house.as('ada', (em, ada) => saveAway(em, ada, { minutes: '30', ...typed }, NOW)),
      );
      assert.equal(Object.keys(problems), [field]);
      assert.is((await awayChoices(await house.reader(), await house.id('ada'))).minutes, 15);
    }),
  );

test(
  'what waits is looked at again by the new choices, unless it is being sent',
  withHouse(async (house) => {
    const lookAt = later(60_000).getTime();
    await house.em().insert(Telling, { user: await house.id('ada'), lookAt });
    await house.em().insert(Telling, { user: await house.id('grace'), lookAt, messageId: 'an id' });
    for (const username of ['ada', 'grace'])
      await house.as(username, (em, user) => saveAway(em, user, { minutes: '1' }, NOW));
    const rows = await house.em().find(Telling, {}, { orderBy: { user: 'asc' } });
    assert.equal(
      rows.map(({ lookAt }) => lookAt),
      [NOW.getTime(), lookAt],
    );
  }),
);

test(
  'the choice for one room is taken back',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.as('ada', async (em, ada) =>
      saveAwayIn(em, await roomOfMember(em, ada, lobby), { what: 'nothing' }),
    );
    await house.as('ada', async (em, ada) => clearAwayIn(em, await roomOfMember(em, ada, lobby)));
    assert.is(await toldOfRoom(await house.reader(), await house.id('ada'), lobby), undefined);
  }),
);

test.run();
