import { suite } from './support/suite.ts';
import * as assert from 'uvu/assert';
import { sessionId } from '../server/chat/session.ts';
import { User } from '../server/chat/user.ts';
import { withApp } from './support/app.ts';
import { images } from './support/files.ts';
import { type Answer, type Visitor, words } from './support/visitor.ts';

const test = suite('sentences of refusals');

interface Cast {
  /** The administrator of the lobby, who is in it. */
  ada: Visitor;
  /** A member, who has said message 3. */
  grace: Visitor;
  /** Has an account, and is in no room. */
  linus: Visitor;
  /** Has no account. */
  nobody: Visitor;
  /** An operator, who is in no room. */
  olga: Visitor;
  /** A token of ada's, which may read the lobby alone. */
  token: string;
}

type Act = (cast: Cast) => Promise<Answer>;

const LOBBY = '/rooms/1';
const NONE = '0'.repeat(32);
const asks =
  (path: string): Act =>
  ({ ada }) =>
    ada.get(path);
const sends =
  (path: string, fields: Record<string, string> = {}): Act =>
  ({ ada }) =>
    ada.post(path, fields);
const attaches =
  (file: Uint8Array, fields: Record<string, string>): Act =>
  ({ ada }) =>
    ada.attach(1, file, fields);
const makesToken = (fields: Record<string, string>): Act =>
  sends('/settings/tokens', { name: 'reader', room: '', days: '30', ...fields });
const chooses = (fields: Record<string, string>): Act => sends('/settings/away', fields);
const raw =
  (
    type: string,
    body: string | Uint8Array<ArrayBuffer>,
    more: { path?: string; origin?: string } = {},
  ): Act =>
  async ({ ada }) =>
    ada.send(`${LOBBY}/${more.path ?? 'messages'}`, {
      method: 'POST',
      body,
      headers: {
        'Content-Type': type,
        'X-CSRF-Token': await ada.token(),
        Accept: 'text/html',
        ...(more.origin && { Origin: more.origin }),
      },
    });
const finds =
  (what: string, q: string): Act =>
  ({ olga }) =>
    olga.post(`/operator/${what}`, { q });
/** Asks as a program does, with a token that may read the lobby alone. */
const asProgram =
  (path: string, body?: string): Act =>
  ({ nobody, token }) =>
    nobody.send(path, {
      headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' },
      ...(body && { method: 'POST', body: new URLSearchParams({ body }) }),
    });
const TEXT = Buffer.from('a text');
const LATE = 'There is no such message. Choose one from the room.';

/** What somebody does and the whole sentence that refuses it. None of it changes anything. */
const TABLE: [act: Act, sentence: string][] = [
  [asks(`${LOBBY}/files/${NONE}`), 'There is no such file in this room. Go back to the message that had it.'],
  [
    ({ grace }) => grace.get(`${LOBBY}/messages/3/description`),
    'This message has no image or file. Go back to the room.',
  ],
  [
    asks(`${LOBBY}/messages/4/description`),
    'Only the person who sent it can change the description. Ask them.',
  ],
  [
    attaches(TEXT, { description: '', decorative: '1' }),
    'Only an image can be decorative. Describe what the file says.',
  ],
  [
    async (cast) => attaches(await images.png(), { decorative: '1' })(cast),
    'A decorative image has no description. Delete the description, or untick “Decorative”.',
  ],
  [
    attaches(TEXT, { description: 'x'.repeat(1001) }),
    'A description has at most 1,000 characters, and this one has 1,001. Shorten it.',
  ],
  [
    sends(`${LOBBY}/messages/3/report`, { reason: 'x'.repeat(1001) }),
    'The reason is too long. Use at most 1,000 characters.',
  ],
  [sends(`${LOBBY}/messages/99/report`, { reason: 'x' }), LATE],
  [sends(`${LOBBY}/messages/99/pin`), LATE],
  [
    sends(`${LOBBY}/messages`, { body: 'x', key: 'a-key-of-ada', after: '0', reply: '99' }),
    'There is no such message in this room to answer. Choose one from the room, or send your text without it.',
  ],
  [asks(`${LOBBY}/messages/99.txt`), 'There is no such message in this room. Choose one from the room.'],
  [asks(`${LOBBY}.txt?width=5`), 'The width of a line is 20 to 120 characters, as in width=40.'],
  [asks('/search.txt'), 'Say what to search for, as in q=word.'],
  [asks(`/search?q=${'x'.repeat(1001)}`), 'A search has at most 1,000 characters. Search for fewer words.'],
  [asks('/search?q=x&q=y'), 'This field was sent twice. Send it once.'],
  [asks('/search?q=x&has=x'), 'Choose “Anything”, an image, a file or a link.'],
  [asks(`${LOBBY}/days?month=x`), 'There is no such month. Enter it as year and month, like 2026-01.'],
  [
    asks(`/previews/${NONE}.png.1x1`),
    'This file is not kept here any more. Go back to the room, and choose it again.',
  ],
  [sends('/rooms', { name: 'study', access: 'x' }), 'Choose who may enter: everybody, or only its members.'],
  [
    sends(`${LOBBY}/topic`, { topic: 'x'.repeat(201) }),
    'A topic has at most 200 characters, and this one has 201. Shorten it.',
  ],
  [sends(`${LOBBY}/topic`, { topic: 'a\nb' }), 'Write a topic of one line, without control characters.'],
  [
    sends(`${LOBBY}/topic`, { topic: '\u200b' }),
    'Write a topic that can be seen, or leave the field empty to have none.',
  ],
  [sends(`${LOBBY}/invitations`, { days: '0', uses: '1' }), 'Enter a whole number of days from 1 to 30.'],
  [
    sends(`${LOBBY}/invitations`, { days: '1', uses: '101' }),
    'Enter a whole number of people from 1 to 100.',
  ],
  [
    asks('/join/none'),
    'This invitation has ended, or was not copied completely. Ask the person who sent it for a new one.',
  ],
  [
    makesToken({ name: '' }),
    'Give the token a name of 1 to 64 characters on one line, by which you know it again.',
  ],
  [makesToken({ name: 'reads' }), 'You have a token of this name. Choose another name.'],
  [
    asProgram('/settings'),
    'A token works only for posting and for what programs read. Use a browser for this.',
  ],
  [asProgram(`${LOBBY}/messages`, 'x'), 'This token may only read. Make one that may write, too.'],
  [
    asProgram('/rooms/2.json'),
    'This token is for another room. Make one for this room, or for all of yours.',
  ],
  [sends('/style', { style: 'x' }), 'There is no such choice. Choose one from the form.'],
  [sends('/people/linus/friend'), 'You have blocked linus. Unblock them first.'],
  [
    attaches(TEXT, { body: 'x'.repeat(65_537) }),
    'This is too large: you can send at most 64 KiB of text with a file. Shorten it, or send it in parts.',
  ],
  [
    asks('/operator/reports/99'),
    'There is no such page. Check the address, or start from the list of rooms.',
  ],
  [makesToken({ days: '0' }), 'Enter a whole number of days from 1 to 365.'],
  [makesToken({ write: 'x' }), 'Choose whether the token may only read, or also write messages.'],
  [makesToken({ room: '99' }), 'Choose a room of which you are a member, or all rooms.'],
  [sends('/settings/tokens/99/end'), 'This token has ended already. See your others in the settings.'],
  [sends('/settings/sessions/99/end'), 'This session has ended already. See the others in your settings.'],
  [sends('/settings', { zone: 'Mars' }), 'There is no such time zone. Choose one from the list.'],
  [chooses({ minutes: '0' }), 'Enter a whole number of minutes from 1 to 1,440.'],
  [chooses({ hour: '24' }), 'There is no such hour. Choose one from the list.'],
  [chooses({ zone: 'Mars' }), 'There is no such time zone. Choose one from the list.'],
  [
    chooses({ quietFrom: '1', quietUntil: '' }),
    'Quiet hours have a beginning and an end. Choose both, or neither.',
  ],
  [chooses({ hook: 'soon' }), 'Enter the address to post to, or choose “Never”.'],
  [
    chooses({ hookUrl: 'http://example.org/' }),
    'Enter an address that begins with https://, has no user name in it, and at most 500 characters.',
  ],
  [
    sends('/people/away', { away: '\u200b' }),
    'Write one line that shows something, or leave the field empty.',
  ],
  [sends('/people/away', { away: 'x'.repeat(81) }), 'Use at most 80 characters for an away message.'],
  [sends('/people/ada/friend'), 'You cannot be your own friend. Choose somebody else.'],
  [sends(`${LOBBY}/members`, { username: 'ada' }), 'ada is already a member. Add somebody else.'],
  [
    ({ nobody }) => nobody.get('/reset/none'),
    'This link has been used, is older than an hour, or was not copied completely. Ask for a new one.',
  ],
  [
    ({ nobody }) => nobody.get('/confirm/none'),
    'This link has been used, is older than 7 days, or was not copied completely. Ask for a new one in your settings.',
  ],
  [
    ({ nobody }) => nobody.get('/away/stop/none'),
    'This link was not copied completely, or its account is gone. Choose what you are told in your settings.',
  ],
  [asks('/practice/scenes/99'), 'There is no such scene. Choose one from the list of scenes.'],
  [sends('/practice/99'), 'There is no such step. Choose one on the page “Practice”.'],
  [
    sends('/practice/say', { body: 'x'.repeat(4001) }),
    'A message has at most 200 characters, and this one has 4,001. Shorten it, or send it in parts.',
  ],
  [
    asks('/practice/runs/99'),
    'There is no such run: it was deleted, or is not shared any more. Choose one of your own in the practice room.',
  ],
  [
    asks('/practice/shared/none'),
    'There is no such run: it was deleted, or is not shared any more. Choose one of your own in the practice room.',
  ],
  [sends('/practice/runs', { name: 'a\nb' }), 'Name your screen reader. If you use none, write “none”.'],
  [raw('text/csv', 'x'), 'This address accepts only forms and JSON. Use the form on the page.'],
  [
    raw('application/json', '[]'),
    'Your request is not a JSON object. Send an object with the fields of the form.',
  ],
  [
    raw('application/json', new Uint8Array([0x22, 0xe9, 0x22])),
    'Your request is not text in UTF-8. Send it in UTF-8.',
  ],
  [
    asks('/logout'),
    'This address does not accept such a request. Go back, and use the links and buttons of the page.',
  ],
  [
    raw(
      'multipart/form-data; boundary=cut',
      '--cut\r\nContent-Disposition: form-data; name="body"\r\n\r\nx',
      {
        path: 'attachments',
      },
    ),
    'Your request arrived incomplete. Send it again.',
  ],
  [
    raw('application/x-www-form-urlencoded', 'body=x', { origin: 'null' }),
    'Your browser does not say from which address this form comes, so it was refused. Nothing was changed. Open HERE, and send the form from there; if that does not help, allow this site to see its own address in the privacy settings of your browser.',
  ],
  [asks('/people/nobody'), 'There is nobody with this username. Search for them by username or email.'],
  [asks(`${LOBBY}/members/linus`), 'This person is not a member of the room. Choose one of its members.'],
  [asks(`${LOBBY}/transcript?as=x`), 'Choose one of these kinds of file.'],
  [
    asks('/accessibility/specs/none.txt'),
    'There is no such spec here. Choose one from the accessibility statement, or look for it where the source code of Plainchat is published.',
  ],
  [
    sends('/settings/away/confirm'),
    'This Plainchat sends no mail, so there is no link to confirm an address. Ask the people who run it.',
  ],
  [
    sends('/settings/said'),
    'Give at least one part a place. To hear nothing of messages, choose that in the announcements.',
  ],
  [sends('/settings/said/none'), 'There is no such preset. Choose one from the page.'],
  [
    ({ ada }) => ada.post(`/settings/sessions/${sessionId(ada.cookies.get('sid')!)}/end`),
    'This is the session that you are using. To end it, log out.',
  ],
  [
    ({ olga }) => olga.get('/operator/reports/99'),
    'There is no such report. Choose one from the list of reports.',
  ],
  [
    ({ olga }) => olga.get('/operator/reports/1/file'),
    'This message has no image or file, or it no longer exists. Go back to the list of reports.',
  ],
  [finds('accounts', ''), 'Enter a username, the beginning of one, or a whole email address.'],
  [
    finds('accounts', 'nobody'),
    'There is no account with this username or email, and none whose username begins so. Check it.',
  ],
  [finds('rooms', ''), 'Enter the name of a room, the beginning of it, or the number in its address.'],
  [finds('rooms', 'nowhere'), 'There is no room with this number, and none whose name begins so. Check it.'],
  [
    sends('/hooks/none', { body: 'x' }),
    'The token in this address has ended, or there is none like it. Make a new one in your settings.',
  ],
];

test(
  'each says the whole of what happened, and what to do',
  withApp(
    async ({ cast, visitor, em, base }) => {
      const [ada, grace, linus] = [await cast('ada'), await cast('grace'), await cast('linus')];
      const olga = await cast('olga');
      await ada.createRoom('lobby');
      await grace.enter(1);
      await grace.say(1, 'hello');
      await grace.attach(1, TEXT);
      await ada.post('/people/linus/block');
      await ada.post(`${LOBBY}/messages/3/report`, { reason: 'rude' });
      await em().nativeUpdate(User, { username: 'olga' }, { operator: true });
      const made = await ada.post('/settings/tokens', { name: 'reads', room: '1', days: '1' });
      const token = words((await ada.get(made.location!)).page.querySelector('.notice code'));
      const wrong: string[] = [];
      for (const [index, [act, sentence]] of TABLE.entries()) {
        const answer = await act({ ada, grace, linus, olga, nobody: visitor(), token });
        const [alert] = answer.page.querySelectorAll('main .problems li, main p[role=alert]');
        const [, inJson] = /^\{"error":\{"message":"(.*)"/.exec(answer.text) ?? [];
        const told = alert?.text ?? inJson ?? answer.text;
        const isRefused = answer.status >= 400 && answer.status < 500;
        if (!isRefused || told.trim().replaceAll(new URL(base).host, 'HERE') !== sentence)
          wrong.push(`row ${index}, ${answer.status}: ${told}`);
      }
      assert.equal(wrong, []);
    },
    { rateLimits: false },
  ),
);

test.run();
