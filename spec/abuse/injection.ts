import type { Scene } from '../support/hostile.ts';
import type { Answer } from '../support/visitor.ts';

// What people type, wherever it is shown: each text in each place.

/** What a page, an attribute, an address, a script, a style or a template would take for its own. */
export const TEXTS = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '"><img src=x onerror=alert(1)>',
  "'><img src=x onerror=alert(1)>",
  '" onfocus=alert(1) autofocus x="',
  "' onfocus=alert(1) autofocus x='",
  '` onfocus=alert(1) x=`',
  '</textarea><script>alert(1)</script>',
  '</title><script>alert(1)</script>',
  '</bdi></li></ul><h1>x</h1>',
  '<!-- ',
  '--><script>alert(1)</script>',
  '<![CDATA[<b>x</b>]]>',
  '&lt;b&gt;',
  '&#60;b&#62;',
  '&quot; x=&quot;',
  '{{ 191919 * 777777 }}',
  '{% include "x" %}',
  '<a href="javascript:alert(1)">x</a>',
  'javascript:alert(1)',
  '<form action=//evil.example>',
  '<base href=//evil.example>',
  '<meta http-equiv=refresh content=0>',
  '<style>*{display:none}</style>',
  '<b hx-get="/logout" hx-trigger="load">',
  '<iframe srcdoc=x>',
  'a\u202eb<b>',
  '%3Cscript%3Ealert(1)%3C/script%3E',
];

/** Somewhere that a text is typed, and the pages on which it is shown then. */
export interface Place {
  where: string;
  show(scene: Scene, text: string): Promise<Answer[]>;
}

const form = (answer: Promise<Answer>): Promise<Answer[]> => answer.then((one) => [one]);

export const PLACES: Place[] = [
  {
    where: 'the name of a room',
    async show({ people: { ada, linus } }, text) {
      const room = await ada.createRoom(text.slice(0, 64));
      const pages = [
        await ada.get('/rooms'),
        await ada.get(`/rooms/${room}`),
        await linus.get(`/rooms/${room}`),
        await ada.get(`/rooms/${room}/delete`),
        await ada.get(`/rooms/${room}/manage`),
        await ada.say(room, 'x'),
        await ada.get('/rooms'),
      ];
      await ada.post(`/rooms/${room}/delete`);
      return [...pages, await ada.get('/rooms')];
    },
  },
  {
    where: 'the new name of a room',
    async show({ people: { ada, grace }, rooms: { LOBBY } }, text) {
      await ada.post(`/rooms/${LOBBY}/rename`, { name: text.slice(0, 64) });
      const pages = [
        await grace.get(`/rooms/${LOBBY}`),
        await ada.get(`/rooms/${LOBBY}/manage`),
        await grace.say(LOBBY, 'x'),
      ];
      await ada.post(`/rooms/${LOBBY}/rename`, { name: 'lobby' });
      return pages;
    },
  },
  {
    where: 'a message',
    async show({ people: { ada, grace }, rooms: { LOBBY } }, text) {
      await ada.enter(LOBBY);
      await ada.say(LOBBY, text);
      return [await ada.get(`/rooms/${LOBBY}`), await grace.get(`/rooms/${LOBBY}`)];
    },
  },
  {
    where: 'a message that is refused',
    show: ({ people: { ada }, rooms: { LOBBY } }, text) => form(ada.say(LOBBY, text, { key: 'short' })),
  },
  {
    where: 'a message from outside',
    show: ({ people: { grace }, rooms: { LOBBY } }, text) =>
      form(grace.say(LOBBY, text, { key: text, after: text })),
  },
  {
    where: 'a message by a stranger',
    show: ({ people: { linus }, rooms: { LOBBY } }, text) => form(linus.say(LOBBY, text)),
  },
  {
    where: 'a message whose token is wrong',
    show: ({ people: { ada }, rooms: { LOBBY } }, text) =>
      form(
        ada.send(`/rooms/${LOBBY}/messages`, { method: 'POST', body: new URLSearchParams({ body: text }) }),
      ),
  },
  {
    where: 'the name of a room that is refused',
    show: ({ people: { ada } }, text) => form(ada.post('/rooms', { name: text, access: text })),
  },
  {
    where: 'the username and email of an account',
    show: ({ people: { nobody } }, text) =>
      form(nobody.post('/register', { username: text, email: text, password: text })),
  },
  {
    where: 'a log-in',
    show: ({ people: { nobody } }, text) =>
      form(nobody.post('/login', { login: text, password: text, next: `/${text}` })),
  },
  {
    where: 'the page to go to after log-in',
    show: ({ people: { nobody } }, text) => form(nobody.get(`/login?next=/${encodeURIComponent(text)}`)),
  },
  { where: 'a search', show: ({ people: { ada } }, text) => form(ada.post('/people', { q: text })) },
  {
    where: 'a search in an address',
    show: ({ people: { ada } }, text) => form(ada.get(`/people?q=${encodeURIComponent(text)}`)),
  },
  {
    where: 'a new username',
    show: ({ people: { ada } }, text) => form(ada.post('/settings/username', { username: text })),
  },
  {
    where: 'a new email',
    show: ({ people: { ada } }, text) => form(ada.post('/settings/email', { email: text, current: text })),
  },
  {
    where: 'a time zone',
    show: ({ people: { ada } }, text) =>
      form(ada.post('/settings', { zone: text, hourCycle: text, whereabouts: text })),
  },
  {
    where: 'a member to add',
    show: ({ people: { ada }, rooms: { LOBBY } }, text) =>
      form(ada.post(`/rooms/${LOBBY}/members`, { username: text })),
  },
  {
    where: 'a member in an address',
    show: ({ people: { ada }, rooms: { LOBBY } }, text) =>
      form(ada.post(`/rooms/${LOBBY}/members/${encodeURIComponent(text)}/remove`)),
  },
  {
    where: 'a person in an address',
    show: ({ people: { ada } }, text) => form(ada.get(`/people/${encodeURIComponent(text)}`)),
  },
  {
    where: 'a day',
    show: ({ people: { ada }, rooms: { LOBBY } }, text) =>
      form(ada.get(`/rooms/${LOBBY}?day=${encodeURIComponent(text)}`)),
  },
  {
    where: 'a seq',
    show: ({ people: { ada }, rooms: { LOBBY } }, text) =>
      form(ada.get(`/rooms/${LOBBY}?after=${encodeURIComponent(text)}`)),
  },
  { where: 'an address', show: ({ people: { ada } }, text) => form(ada.get(`/${encodeURIComponent(text)}`)) },
  {
    where: 'the name of a browser',
    async show({ people: { ada, nobody } }, text) {
      await nobody.post(
        '/login',
        { login: 'ada', password: 'correct horse' },
        { 'User-Agent': text.replace(/[^\x20-\x7e]/g, '') },
      );
      await nobody.post('/logout');
      return [await ada.get('/settings/sessions')];
    },
  },
  {
    where: 'the name of a group',
    show: ({ people: { ada } }, text) => form(ada.post('/groups', { name: text, 'friend-1': text })),
  },
];

/** A text of one line that means nothing to anybody, for the page to be compared with. */
export const HARMLESS = 'harmless words';
