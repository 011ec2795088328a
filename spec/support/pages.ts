// Every page, as somebody gets it: what the specs that look at pages look at.
import { Away, ensureAway } from '../../server/chat/away.ts';
import { makeConfirmation } from '../../server/chat/confirmation.ts';
import { makeResetLink } from '../../server/chat/reset-link.ts';
import { User } from '../../server/chat/user.ts';
import type { World } from './app.ts';
import { images, large, PDF } from './files.ts';
import type { Visitor } from './visitor.ts';

/** A page, or the answer to a form, as somebody gets it. */
export interface Sight {
  name: string;
  who: Visitor;
  path: string;
  /** What is posted, where the page is the answer to a form. */
  fields?: Record<string, string>;
  status?: number;
}

/** What there is before anybody has made a room. */
async function first({ cast, visitor, em, clock }: World): Promise<Sight[]> {
  const [nobody, ada] = [visitor(), await cast('ada')];
  const user = await em().findOneOrFail(User, { username: 'ada' });
  const link = await makeResetLink(em(), user, clock.now());
  const confirmation = await makeConfirmation(em(), user, clock.now());
  await ensureAway(em(), user);
  const { stopKey } = await em().findOneOrFail(Away, { user });
  return [
    { name: 'welcome', who: nobody, path: '/' },
    { name: 'help', who: nobody, path: '/help' },
    { name: 'style', who: nobody, path: '/style' },
    { name: 'style, refused', who: nobody, path: '/style', fields: { style: 'loud' }, status: 422 },
    { name: 'accessibility', who: nobody, path: '/accessibility' },
    { name: 'accessibility, criteria', who: nobody, path: '/accessibility/criteria' },
    { name: 'create account', who: nobody, path: '/register' },
    {
      name: 'create account, refused',
      who: nobody,
      path: '/register',
      fields: { username: '-', email: 'nowhere', password: 'short' },
      status: 422,
    },
    { name: 'log in', who: nobody, path: '/login' },
    {
      name: 'log in, refused',
      who: nobody,
      path: '/login',
      fields: { login: 'ada', password: 'wrong' },
      status: 422,
    },
    { name: 'forgotten password', who: nobody, path: '/forgotten' },
    { name: 'a mail is on its way', who: nobody, path: '/forgotten/sent' },
    { name: 'set a new password', who: nobody, path: link },
    {
      name: 'set a new password, refused',
      who: nobody,
      path: link,
      fields: { password: 'short' },
      status: 422,
    },
    { name: 'a link that was used', who: nobody, path: '/reset/used', status: 404 },
    { name: 'goodbye', who: nobody, path: '/goodbye' },
    { name: 'confirm an address', who: nobody, path: confirmation!.path },
    { name: 'a link to confirm that was used', who: nobody, path: '/confirm/used', status: 404 },
    { name: 'an address that is confirmed', who: nobody, path: '/confirm/done' },
    { name: 'an address that was taken off', who: nobody, path: '/confirm/disowned' },
    { name: 'end the mails', who: nobody, path: `/away/stop/${stopKey}` },
    { name: 'the mails have ended', who: nobody, path: '/away/stopped' },
    {
      name: 'out of date, and not logged in',
      who: nobody,
      path: '/rooms/1/messages',
      fields: { body: 'hello', _csrf: 'old' },
      status: 403,
    },
    { name: 'no rooms', who: ada, path: '/rooms' },
  ];
}

/** What there is once people talk. */
async function later({ cast, clock, visitor }: World): Promise<Sight[]> {
  const [ada, grace, linus, alan] = [
    await cast('ada'),
    await cast('grace'),
    await cast('linus'),
    await cast('alan'),
  ];
  const lobby = await ada.createRoom('lobby');
  const study = await ada.createRoom('study', 'invite');
  const long = await linus.createRoom('M'.repeat(64));
  const kitchen = await alan.createRoom('kitchen');
  await alan.post('/settings/away', { browser: 'yes' });
  await grace.enter(lobby);
  await grace.leave(lobby);
  await ada.talk(lobby, 60);
  const said = (await ada.sayJson(lobby, 'A reply', { reply: 50, after: 60 })).json().seq;
  await ada.post(`/rooms/${lobby}/topic`, { topic: 'Tea, cake, and '.repeat(13) });
  for (const seq of [40, 50, said]) await ada.post(`/rooms/${lobby}/messages/${seq}/pin`);
  await ada.post(`/rooms/${lobby}/invitations`, { days: '7', uses: '10' });
  const invitation = /\/join\/[\w-]+/.exec((await ada.get(`/rooms/${lobby}/invitations`)).text)![0];
  const nobody = visitor();
  for (const browser of ['Firefox', 'Chromium'])
    await ada.post('/practice/runs', { reader: 'Orca', readerVersion: '46', browser, settings: 'All signs' });
  await ada.post('/practice/runs/1/scenes/3', {
    verdict: 'cut',
    heard: '20 new\nmessages',
    announced: 'x'.repeat(300),
  });
  await ada.post('/practice/runs/2/scenes/3', { verdict: 'expected' });
  await ada.post('/practice/runs/2/share');
  const shared = /\/practice\/shared\/[\w-]+/.exec((await ada.get('/practice/runs/2')).text)![0];
  await ada.say(lobby, `Look:\nhttps://example.org/${'long/'.repeat(40)}`);
  await ada.say(lobby, 'x'.repeat(300));
  await ada.say(
    lobby,
    `*Strong*, _emphasised_, \`code\`, [a link](https://example.org) and @ada\n> quoted\n\n- one\n  1. inner\n\n\`\`\`js\n${'long '.repeat(40)}line\n\`\`\``,
  );
  await ada.say(lobby, '/me waves');
  const room = `/rooms/${lobby}`;
  const key = crypto.randomUUID();
  const [today] = clock.now().toISOString().split('T');
  return [
    { name: 'rooms', who: ada, path: '/rooms' },
    { name: 'rooms, found', who: ada, path: '/rooms?q=LOB' },
    { name: 'rooms, not found', who: ada, path: '/rooms?q=nowhere' },
    { name: 'rooms, of others', who: alan, path: '/rooms' },
    { name: 'rooms, refused', who: ada, path: '/rooms', fields: { name: '', access: 'none' }, status: 422 },
    { name: 'room, in it', who: ada, path: room },
    { name: 'room, out of it', who: grace, path: room },
    { name: 'room, in another', who: ada, path: `/rooms/${study}` },
    { name: 'live view', who: ada, path: `${room}/live` },
    { name: 'live view in a frame', who: ada, path: `${room}/live?after=55` },
    { name: 'live view in a frame, ended', who: alan, path: `${room}/live?after=55`, status: 403 },
    { name: 'room, with a reply to write', who: ada, path: `${room}?reply=${said}` },
    { name: 'reply, refused', who: ada, path: `${room}?reply=1`, status: 422 },
    { name: 'a message, with a reply', who: ada, path: `${room}/messages/50` },
    { name: 'a message that is a reply', who: grace, path: `${room}/messages/${said}` },
    { name: 'room, of a stranger', who: alan, path: room },
    { name: 'room, with a long name', who: linus, path: `/rooms/${long}` },
    { name: 'room, from its beginning', who: ada, path: `${room}?from=1` },
    { name: 'room, with new messages', who: ada, path: `${room}?after=60` },
    { name: 'room, without new messages', who: ada, path: `${room}?after=99` },
    { name: 'message, refused', who: ada, path: `${room}/messages`, fields: { body: '', key }, status: 422 },
    {
      name: 'message, from outside',
      who: grace,
      path: `${room}/messages`,
      fields: { body: 'hello', key },
      status: 409,
    },
    {
      name: 'message, from outside and refused',
      who: grace,
      path: `${room}/enter`,
      fields: { body: '', key },
      status: 422,
    },
    { name: 'two rooms', who: ada, path: `/rooms/${study}/enter`, fields: {}, status: 409 },
    { name: 'who is in the room', who: ada, path: `${room}/present` },
    { name: 'who is in the room, beyond the last page', who: ada, path: `${room}/present?page=2` },
    { name: 'delete', who: ada, path: `${room}/delete` },
    { name: 'announcements', who: ada, path: `${room}/announcements` },
    {
      name: 'announcements, refused',
      who: ada,
      path: `${room}/announcements`,
      fields: { messages: 'all', notices: '' },
      status: 422,
    },
    {
      name: 'announcements in all rooms, refused',
      who: ada,
      path: '/settings/announcements',
      fields: { messages: 'all' },
      status: 422,
    },
    { name: 'practice', who: ada, path: '/practice' },
    {
      name: 'practice, after steps',
      who: ada,
      path: '/practice?done=links.code.emoji.rtl.languages.image.comings.connection',
    },
    { name: 'practice, ended', who: ada, path: '/practice?ended=removed' },
    {
      name: 'practice, refused',
      who: ada,
      path: '/practice/say',
      fields: { body: '', done: 'links.code' },
      status: 422,
    },
    { name: 'scenes', who: ada, path: '/practice/scenes' },
    { name: 'a scene', who: ada, path: '/practice/scenes/12' },
    { name: 'a scene, after it has begun', who: ada, path: '/practice/scenes/15?done=begin.begin' },
    { name: 'a scene, with messages found', who: ada, path: '/practice/scenes/38?done=begin' },
    { name: 'a scene, ended', who: ada, path: '/practice/scenes/39?ended=saved' },
    {
      name: 'a scene, refused',
      who: ada,
      path: '/practice/scenes/29/say',
      fields: { body: '', done: 'begin' },
      status: 422,
    },
    { name: 'runs, without any', who: grace, path: '/practice/runs' },
    { name: 'runs', who: ada, path: '/practice/runs' },
    {
      name: 'runs, refused',
      who: ada,
      path: '/practice/runs',
      fields: { reader: '', browser: 'x'.repeat(65), settings: 'x'.repeat(501) },
      status: 422,
    },
    { name: 'a run', who: ada, path: '/practice/runs/1' },
    { name: 'a run, shared', who: ada, path: '/practice/runs/2' },
    { name: 'a run, for everybody', who: nobody, path: shared },
    { name: 'a scene of a run', who: ada, path: '/practice/runs/1/scenes/3' },
    {
      name: 'a scene of a run, refused',
      who: ada,
      path: '/practice/runs/1/scenes/3',
      fields: { verdict: '', heard: 'x'.repeat(1001) },
      status: 422,
    },
    { name: 'two runs', who: ada, path: '/practice/runs/compare?a=1&b=2' },
    { name: 'delete a run', who: ada, path: '/practice/runs/2/delete' },
    { name: 'import a run', who: ada, path: '/practice/runs/import' },
    {
      name: 'import a run, refused',
      who: ada,
      path: '/practice/runs/import',
      fields: { file: '{}' },
      status: 422,
    },
    { name: 'sounds', who: ada, path: '/settings/sound' },
    { name: 'sounds, refused', who: ada, path: '/settings/sound', fields: { set: 'loud' }, status: 422 },
    { name: 'what is said', who: ada, path: '/settings/said' },
    {
      name: 'what is said, refused',
      who: ada,
      path: '/settings/said',
      fields: { 'place-text': '9', every: '7', own: 'perhaps' },
      status: 422,
    },
    { name: 'what is said in a room', who: ada, path: `${room}/said` },
    { name: 'what is said in a room, refused', who: ada, path: `${room}/said`, fields: {}, status: 422 },
    { name: 'what is read', who: ada, path: '/settings/reading' },
    {
      name: 'what is read, refused',
      who: ada,
      path: '/settings/reading',
      fields: { 'place-text': '9', own: 'perhaps' },
      status: 422,
    },
    { name: 'what is read in a room', who: ada, path: `${room}/reading` },
    { name: 'what is read in a room, refused', who: ada, path: `${room}/reading`, fields: {}, status: 422 },
    { name: 'settings', who: ada, path: '/settings' },
    { name: 'told while away', who: ada, path: '/settings/away' },
    {
      name: 'told while away, refused',
      who: ada,
      path: '/settings/away',
      fields: {
        what: 'some',
        mail: '?',
        minutes: '0',
        hour: '24',
        zone: 'Mars/Base',
        quietFrom: '22',
        quietUntil: '',
      },
      status: 422,
    },
    { name: 'told while away, by notifications', who: alan, path: '/settings/away' },
    { name: 'room, with notifications', who: alan, path: `/rooms/${kitchen}` },
    { name: 'told while away from a room', who: ada, path: `${room}/away` },
    {
      name: 'told while away from a room, refused',
      who: ada,
      path: `${room}/away`,
      fields: { what: 'some' },
      status: 422,
    },
    { name: 'settings: times', who: ada, path: '/settings/times' },
    { name: 'settings: reading and writing', who: ada, path: '/settings/writing' },
    { name: 'settings: who sees what', who: ada, path: '/settings/privacy' },
    { name: 'settings: announcements', who: ada, path: '/settings/announcements' },
    { name: 'settings: account', who: ada, path: '/settings/account' },
    {
      name: 'settings: username, refused',
      who: ada,
      path: '/settings/username',
      fields: { username: '-' },
      status: 422,
    },
    { name: 'settings: sessions', who: ada, path: '/settings/sessions' },
    { name: 'tokens', who: ada, path: '/settings/tokens' },
    {
      name: 'tokens, refused',
      who: ada,
      path: '/settings/tokens',
      fields: { name: '', room: '99', write: '2', days: '0' },
      status: 422,
    },
    {
      name: 'settings, refused',
      who: ada,
      path: '/settings',
      fields: { zone: 'Mars/Base', hourCycle: '?', enterSends: '' },
      status: 422,
    },
    {
      name: 'password, refused',
      who: ada,
      path: '/settings/password',
      fields: { current: 'wrong', password: 'short' },
      status: 422,
    },
    { name: 'not found', who: ada, path: '/nowhere', status: 404 },
    { name: 'not allowed', who: grace, path: `${room}/delete`, status: 403 },
    {
      name: 'out of date',
      who: ada,
      path: `${room}/messages`,
      fields: { body: 'hello', key, _csrf: 'old' },
      status: 403,
    },
    { name: 'search', who: ada, path: '/search' },
    { name: 'search, with hits', who: ada, path: '/search?q=strong' },
    { name: 'search, with many hits', who: ada, path: '/search?author=ada&page=2' },
    { name: 'search, without hits', who: grace, path: '/search?q=nowhere' },
    { name: 'search, refused', who: ada, path: '/search?q=long&since=2026-02-30&has=soul', status: 422 },
    { name: 'search in a room', who: grace, path: `${room}/search` },
    { name: 'search in a room, with a hit', who: ada, path: `${room}/search?q=Look%3A` },
    { name: 'days', who: ada, path: `${room}/days` },
    { name: 'days, of an empty month', who: grace, path: `${room}/days?month=2020-02` },
    {
      name: 'days, with the form of a transcript refused',
      who: ada,
      path: `${room}/transcript?since=2026-02-30&until=x&as=pdf`,
      status: 422,
    },
    { name: 'days, of no month', who: grace, path: `${room}/days?month=2020-13`, status: 422 },
    { name: 'room, on a day', who: ada, path: `${room}?day=${today}` },
    { name: 'room, on a day when nothing was said', who: ada, path: `${room}?day=2026-01-31` },
    { name: 'room, on no day', who: ada, path: `${room}?day=2026-02-30`, status: 422 },
    { name: 'members, of an administrator', who: ada, path: `${room}/manage` },
    {
      name: 'members, refused',
      who: ada,
      path: `${room}/members`,
      fields: { username: 'nobody' },
      status: 422,
    },
    {
      name: 'topic, refused',
      who: ada,
      path: `${room}/topic`,
      fields: { topic: 'x'.repeat(201) },
      status: 422,
    },
    { name: 'a message that is pinned', who: ada, path: `${room}/messages/40` },
    { name: 'invitations', who: ada, path: `${room}/invitations` },
    {
      name: 'invitations, refused',
      who: ada,
      path: `${room}/invitations`,
      fields: { days: '31', uses: '' },
      status: 422,
    },
    { name: 'no invitations', who: linus, path: `/rooms/${long}/invitations` },
    { name: 'an invitation', who: alan, path: invitation },
    { name: 'an invitation, without an account', who: nobody, path: invitation },
    { name: 'an invitation that has ended', who: nobody, path: '/join/ended', status: 404 },
    { name: 'a member', who: ada, path: `${room}/members/grace` },
    {
      name: 'a member, refused',
      who: ada,
      path: `${room}/members/ada/role`,
      fields: { role: 'member' },
      status: 422,
    },
    { name: 'remove a member', who: ada, path: `${room}/members/grace/removal` },
    { name: 'members, of a member', who: grace, path: `${room}/manage` },
    { name: 'members, in a room with a long name', who: linus, path: `/rooms/${long}/manage` },
  ];
}

/** What there is where images and files are sent. */
async function withFiles({ cast }: World): Promise<Sight[]> {
  const [ada, grace] = [await cast('ada'), await cast('grace')];
  const lobby = await ada.createRoom('lobby');
  await grace.enter(lobby);
  await grace.leave(lobby);
  await ada.attach(lobby, await large(1200, 800), { body: 'Look at this!' });
  await ada.attach(lobby, PDF, { description: 'Timetable for '.padEnd(200, 'May') });
  await ada.attach(lobby, await images.png(), { description: '', decorative: '1' });
  const description = (await ada.get(`/rooms/${lobby}`)).page
    .querySelector('a.change')!
    .getAttribute('href')!;
  const shown = await ada.attach(lobby, await images.png(), { asks: '1', look: '1' });
  const preview = shown.page.querySelector('input[name=preview]')!.getAttribute('value')!;
  const room = `/rooms/${lobby}`;
  const key = crypto.randomUUID();
  return [
    { name: 'room, with files of one’s own', who: ada, path: room },
    { name: 'room, with files of others', who: grace, path: room },
    { name: 'attach', who: ada, path: `${room}/attach` },
    {
      name: 'attach, refused',
      who: ada,
      path: `${room}/attachments`,
      fields: { description: '', body: 'hello', key },
      status: 422,
    },
    {
      name: 'attach, with a file that is kept',
      who: ada,
      path: `${room}/attachments`,
      fields: { description: '', body: 'hello', key, preview, asks: '1' },
      status: 422,
    },
    {
      name: 'attach, from outside',
      who: grace,
      path: `${room}/attachments`,
      fields: { description: 'the harbour', body: 'hello', key },
      status: 409,
    },
    { name: 'description', who: ada, path: description },
    { name: 'description, refused', who: ada, path: description, fields: { description: '' }, status: 422 },
  ];
}

/** What there is once somebody is rude, and others have had enough. */
async function rude({ cast, em, clock }: World): Promise<Sight[]> {
  const [ada, grace, linus] = [await cast('ada'), await cast('grace'), await cast('linus')];
  const room = `/rooms/${await ada.createRoom('lobby')}`;
  await ada.talk(Number(room.split('/').at(-1)), 9);
  await grace.post(`${room}/enter`);
  await grace.post(`${room}/messages/8/report`, { reason: 'It is rude.' });
  await cast('alan');
  await em().nativeUpdate(User, { username: 'linus' }, { operator: true });
  await em().nativeUpdate(User, { username: 'alan' }, { suspendedAt: clock.now(), suspendedFor: 'Rude.' });
  return [
    { name: 'report a message', who: grace, path: `${room}/report` },
    { name: 'report a message, its form', who: grace, path: `${room}/messages/9/report` },
    {
      name: 'report a message, refused',
      who: grace,
      path: `${room}/messages/9/report`,
      fields: { reason: '' },
      status: 422,
    },
    { name: 'reports', who: linus, path: '/operator/reports' },
    { name: 'a report', who: linus, path: '/operator/reports/1' },
    {
      name: 'a report, refused',
      who: linus,
      path: '/operator/reports/1/suspend',
      fields: { reason: '' },
      status: 422,
    },
    { name: 'operator', who: linus, path: '/operator' },
    { name: 'accounts', who: linus, path: '/operator/accounts' },
    { name: 'accounts, by their beginning', who: linus, path: '/operator/accounts?begins=a' },
    {
      name: 'accounts, with nobody found',
      who: linus,
      path: '/operator/accounts',
      fields: { q: 'nobody' },
      status: 422,
    },
    { name: 'an account', who: linus, path: '/operator/accounts/ada' },
    { name: 'a suspended account', who: linus, path: '/operator/accounts/alan' },
    { name: 'suspend an account', who: linus, path: '/operator/accounts/ada/suspend' },
    {
      name: 'suspend an account, refused',
      who: linus,
      path: '/operator/accounts/ada/suspend',
      fields: { reason: '' },
      status: 422,
    },
    { name: 'lift a suspension', who: linus, path: '/operator/accounts/alan/unsuspend' },
    { name: 'end sessions', who: linus, path: '/operator/accounts/ada/end-sessions' },
    { name: 'make an operator', who: linus, path: '/operator/accounts/ada/make-operator' },
    { name: 'make no operator', who: linus, path: '/operator/accounts/linus/end-operator' },
    { name: 'make a link', who: linus, path: '/operator/accounts/ada/reset-link' },
    { name: 'a link that is made', who: linus, path: '/operator/accounts/ada/reset-link', fields: {} },
    { name: 'all rooms', who: linus, path: '/operator/rooms' },
    { name: 'all rooms of somebody', who: linus, path: '/operator/rooms?by=ada' },
    {
      name: 'all rooms, with none found',
      who: linus,
      path: '/operator/rooms',
      fields: { q: 'nowhere' },
      status: 422,
    },
    { name: 'a room, of an operator', who: linus, path: `/operator${room}` },
    { name: 'delete a room, of an operator', who: linus, path: `/operator${room}/delete` },
    { name: 'reports, of no operator', who: ada, path: '/operator/reports', status: 404 },
    { name: 'delete my account, with rooms to hand over', who: ada, path: '/settings/delete' },
    {
      name: 'delete my account, refused',
      who: grace,
      path: '/settings/delete',
      fields: { current: 'wrong horse' },
      status: 422,
    },
  ];
}

/** What there is where people know each other. */
async function acquainted({ cast }: World): Promise<Sight[]> {
  const [ada, grace, linus] = [await cast('ada'), await cast('grace'), await cast('linus')];
  const list = { name: 'people, without any', who: linus, path: '/people' };
  const befriend = async (one: Visitor, other: Visitor) => {
    await one.post(`/people/${other.username}/friend`);
    await other.post(`/people/${one.username}/friend`);
  };
  await befriend(ada, grace);
  await linus.post('/people/ada/friend');
  await ada.post('/people/linus/block');
  const conversation = (await ada.post('/people/grace/message')).location!;
  const friend = (await ada.get('/people')).page.querySelector('[type="checkbox"]')!.getAttribute('name')!;
  const group = (await ada.post('/groups', { name: 'walks', [friend]: 'yes' })).location!;
  return [
    list,
    { name: 'people', who: ada, path: '/people' },
    {
      name: 'people, beyond the last pages',
      who: ada,
      path: '/people?friends=2&blocked=2&sent=2&received=2',
    },
    { name: 'people, with nobody found', who: ada, path: '/people', fields: { q: 'nobody' }, status: 422 },
    {
      name: 'away message, refused',
      who: ada,
      path: '/people/away',
      fields: { away: 'x'.repeat(81) },
      status: 422,
    },
    { name: 'group, refused', who: ada, path: '/groups', fields: { name: '' }, status: 422 },
    { name: 'a friend', who: ada, path: '/people/grace' },
    {
      name: 'a message to leave, refused',
      who: ada,
      path: '/people/grace/note',
      fields: { body: '', key: '12345678' },
      status: 422,
    },
    { name: 'a person who is blocked', who: ada, path: '/people/linus' },
    { name: 'oneself', who: ada, path: '/people/ada' },
    { name: 'a conversation', who: ada, path: conversation },
    { name: 'a group', who: ada, path: group },
    { name: 'nobody of this name', who: ada, path: '/people/nobody', status: 404 },
  ];
}

/** When, what there is then, and in how many parts it is looked at: no story is to take long. */
export const TIMES = [
  ['before there are rooms', first, 2],
  ['where people talk', later, 4],
  ['where images and files are sent', withFiles, 1],
  ['where people know each other', acquainted, 1],
  ['where somebody is rude', rude, 1],
] as const;
