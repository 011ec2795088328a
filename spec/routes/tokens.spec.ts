import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Membership } from '../../server/chat/membership.ts';
import { User } from '../../server/chat/user.ts';
import { withApp, type World } from '../support/app.ts';
import { type Answer, type Visitor, words } from '../support/visitor.ts';

const test = suite('tokens over HTTP');

/** Makes a token by the form, and returns it. */
async function tokenOf(user: Visitor, fields: Record<string, string> = {}): Promise<string> {
  const made = await user.post('/settings/tokens', { name: 'reader', room: '', days: '30', ...fields });
  assert.is(made.status, 303);
  return words((await user.get(made.location!)).page.querySelector('.notice code'));
}

/** Asks as a program does: without a cookie. */
function asking({ visitor }: World, token: string) {
  return async (
    path: string,
    { method, body, type }: { method?: string; body?: string | URLSearchParams; type?: string } = {},
  ) => {
    const headers = { Authorization: `Bearer ${token}`, ...(type && { 'Content-Type': type }) };
    const answer = await visitor().send(path, { headers, ...(method && { method }), ...(body && { body }) });
    assert.equal(answer.headers.getSetCookie(), []);
    return answer;
  };
}

const form = (fields: Record<string, string>) => ({
  method: 'POST',
  body: new URLSearchParams(fields),
});
const json = (value: object) => ({
  method: 'POST',
  body: JSON.stringify(value),
  type: 'application/json',
});
const present = ({ page }: Answer) => page.querySelectorAll('#present li').map(words);

test(
  'a token is shown once, and serves what is made for programs, without being in a room or reading anything',
  withApp(async (world) => {
    const [ada, grace] = [await world.cast('ada'), await world.cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await grace.leave(lobby);
    await ada.say(lobby, 'hello');
    const token = await tokenOf(grace);
    assert.match(token, /^plainchat_[\w-]{43}$/);
    const page = await grace.get('/settings/tokens');
    assert.not.ok(page.text.includes(token));
    assert.match(words(page.page.querySelector('main')), /reader Reads in all your rooms\..*Not used yet/);
    const ask = asking(world, token);
    for (const path of [
      `/rooms/${lobby}.txt`,
      `/rooms/${lobby}.json`,
      `/rooms/${lobby}.atom`,
      `/rooms/${lobby}/entries?after=0`,
      `/rooms/${lobby}/messages/4.json`,
      `/poll?room=${lobby}&after=0`,
      '/search.json?q=hello',
      `/rooms/${lobby}/search.txt?q=hello`,
    ]) {
      const answer = await ask(path);
      assert.is(answer.status, 200, path);
      assert.match(answer.text, /hello/, path);
    }
    await world.tick();
    assert.equal(present(await ada.get(`/rooms/${lobby}`)), ['ada']);
    const { readSeq } = await world
      .em()
      .findOneOrFail(Membership, { room: lobby, user: { username: 'grace' } });
    assert.ok(readSeq < 4);
    assert.match(words((await grace.get('/settings/tokens')).page.querySelector('main')), /Last used on/);
  }),
);

test(
  'a token serves nothing else, and one that may only read does not write',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    const [lobby, study] = [await ada.createRoom('lobby'), await ada.createRoom('study')];
    const ask = asking(world, await tokenOf(ada));
    for (const path of [
      '/rooms',
      '/settings',
      '/settings/tokens',
      `/rooms/${lobby}`,
      `/rooms/${lobby}/manage`,
      '/settings/data',
      '/people',
    ])
      assert.is((await ask(path)).status, 403, path);
    for (const path of [
      `/rooms/${lobby}/enter`,
      `/rooms/${lobby}/leave`,
      '/settings/tokens',
      '/logout',
      `/rooms/${lobby}/delete`,
      '/rooms',
    ])
      assert.is((await ask(path, form({ name: 'x' }))).status, 403, path);
    const refused = await ask(`/rooms/${lobby}/messages`, form({ body: 'hello' }));
    assert.is(refused.status, 403);
    assert.match(refused.json().error.message, /may only read/);
    const other = asking(world, await tokenOf(ada, { name: 'one room', room: String(study) }));
    assert.is((await other(`/rooms/${lobby}.json`)).status, 403);
    assert.is((await other(`/poll?room=${lobby}&after=0`)).status, 403);
    assert.is((await other(`/rooms/${study}.json`)).status, 200);
    await ada.say(lobby, 'only in the lobby');
    assert.is((await other('/search.json?q=lobby')).json().found, 0);
  }),
);

test(
  'a token that may write posts by a form or JSON, with or without a key, without a notice, and the message tells of it',
  withApp(async (world) => {
    const [ada, grace] = [await world.cast('ada'), await world.cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await grace.leave(lobby);
    const ask = asking(world, await tokenOf(grace, { write: '1' }));
    const path = `/rooms/${lobby}/messages`;
    const first = await ask(path, form({ body: 'the build is done' }));
    assert.equal(
      [first.status, first.json().seq, first.json().entries.at(-1).body, first.json().entries.at(-1).byToken],
      [201, 4, 'the build is done', true],
    );
    assert.is((await ask(path, json({ body: 'again', key: 'a-key-of-a-bot', after: 4 }))).status, 201);
    const repeated = await ask(path, json({ body: 'again', key: 'a-key-of-a-bot', after: 4 }));
    assert.equal([repeated.status, repeated.json().seq], [200, 5]);
    assert.is((await ask(path, form({ body: '' }))).status, 422);
    assert.is((await ask(path, form({ body: 'x', key: 'short' }))).status, 422);
    const page = await ada.get(`/rooms/${lobby}`);
    assert.match(words(page.page.querySelector('#m-4')), /^grace \(by a token\), .*: the build is done/);
    assert.equal(present(page), ['ada']);
    assert.is(page.page.querySelectorAll('.event').length, 3);
    await ada.post(`/rooms/${lobby}/members/grace/remove`);
    assert.ok([403, 404, 409].includes((await ask(path, form({ body: 'still here' }))).status));
  }),
);

test(
  'a token that is unknown, or ended with a password, or of a suspended account, is refused with 401',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    const lobby = await ada.createRoom('lobby');
    for (const path of [`/rooms/${lobby}.json`, `/rooms/${lobby}.txt`, '/poll?after=0']) {
      const answer = await asking(world, 'plainchat_nothing')(path);
      assert.is(answer.status, 401, path);
      assert.match(
        answer.text,
        'This token has ended, or there is none like it. Make a new one in your settings.',
      );
    }
    const ask = asking(world, await tokenOf(ada));
    await world.em().nativeUpdate(User, { username: 'ada' }, { suspendedAt: new Date() });
    const suspended = await ask(`/rooms/${lobby}.json`);
    assert.is(suspended.status, 401);
    assert.match(
      suspended.text,
      'The account of this token cannot be used now. Ask the people who run this Plainchat.',
    );
    await world.em().nativeUpdate(User, { username: 'ada' }, { suspendedAt: null });
    assert.is((await ask(`/rooms/${lobby}.json`)).status, 200);
    const button = (await ada.get('/settings/tokens')).page.querySelector('main form.acts');
    assert.is(words(button!.querySelector('button')), 'End reader');
    await ada.post(button!.getAttribute('action')!);
    assert.is((await ask(`/rooms/${lobby}.json`)).status, 401);
  }),
);

/** Posts to the address of a hook, as a program that knows nothing of Plainchat. */
const toHook = ({ visitor }: World, path: string, body: string, type?: string, headers = {}) =>
  visitor().send(path, {
    method: 'POST',
    body,
    headers: { ...(type && { 'Content-Type': type }), ...headers },
  });

/** What a program sends to a hook, and the message that everybody gets. */
const HOOKS: [what: string, body: string, type: string | undefined, said: string][] = [
  ['a text', 'The build is done', 'text/plain', 'The build is done'],
  ['a text without a type', 'Voilà\n\nou non', '', 'Voilà\n\nou non'],
  [
    'a text that curl sends as a form',
    'a+b = 100 % & more',
    'application/x-www-form-urlencoded',
    'a+b = 100 % & more',
  ],
  [
    'JSON as for Slack',
    JSON.stringify({
      text: 'done: <https://example.org|log>',
      username: 'ci',
      attachments: [{ fallback: 'ok' }],
    }),
    'application/json; charset=utf-8',
    'ci: done: log (https://example.org)\nok',
  ],
  [
    'a form as for Slack',
    `payload=${encodeURIComponent('{"text":"a & b"}')}`,
    'application/x-www-form-urlencoded',
    'a & b',
  ],
];

test(
  'a token has an address to which programs post, in the shape of Slack or as a text, as its owner',
  withApp(async (world) => {
    const [ada, grace] = [await world.cast('ada'), await world.cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await grace.leave(lobby);
    const made = await grace.post('/settings/tokens', {
      name: 'ci',
      room: String(lobby),
      write: '1',
      days: '30',
    });
    const page = await grace.get(made.location!);
    const address = words(page.page.querySelectorAll('.notice code')[1]);
    assert.ok(address.startsWith(`${world.base}/hooks/plainchat_`), address);
    const path = new URL(address).pathname;
    for (const [index, [what, body, type, said]] of HOOKS.entries()) {
      const answer = await toHook(world, path, body, type);
      assert.equal([answer.status, answer.text], [200, 'ok'], what);
      assert.match(answer.headers.get('Content-Type')!, /^text\/plain/);
      assert.equal(answer.headers.getSetCookie(), []);
      const {
        author,
        body: stored,
        byToken,
      } = (await ada.getJson(`/rooms/${lobby}/entries?after=${3 + index}`)).json().entries[0];
      assert.equal([author, stored, byToken], ['grace', said, true], what);
    }
    assert.match(
      words((await ada.get(`/rooms/${lobby}`)).page.querySelector('#m-4')),
      /^grace \(by a token\)/,
    );
    const exported = (await grace.get('/settings/data')).json();
    assert.equal(
      exported.tokens.map(({ name, room, writes }: Record<string, unknown>) => [name, room, writes]),
      [['ci', 'lobby', true]],
    );
    assert.not.match(JSON.stringify(exported), /plainchat_/);
  }),
);

test(
  'an address of a hook refuses in plain sentences, and needs neither a cookie nor an origin',
  withApp(async (world) => {
    const [ada, grace] = [await world.cast('ada'), await world.cast('grace')];
    const [lobby, study] = [await ada.createRoom('lobby'), await ada.createRoom('study', 'invite')];
    await grace.enter(lobby);
    const hook = async (fields: Record<string, string>) => `/hooks/${await tokenOf(grace, fields)}`;
    const [reads, writes, one] = [
      await hook({ name: 'reads' }),
      await hook({ name: 'writes', write: '1' }),
      await hook({ name: 'one', write: '1', room: String(lobby) }),
    ];
    const json = 'application/json';
    const refusals: [path: string, body: string, type: string, status: number, sentence: RegExp][] = [
      ['/hooks/plainchat_nothing', 'x', 'text/plain', 404, /^The token in this address has ended.*\n$/],
      [reads, 'x', 'text/plain', 403, /may only read/],
      [
        writes,
        'x',
        'text/plain',
        422,
        /This token is for all your rooms\. Add \?room= and the number of a room to the address\./,
      ],
      [`${writes}?room=${study}`, 'x', 'text/plain', 404, /no such room/],
      [`${one}?room=${study}`, 'x', 'text/plain', 403, /another room/],
      [one, ' ', 'text/plain', 422, /Write a message/],
      [one, 'x'.repeat(4001), 'text/plain', 422, /at most 4,000 characters/],
      [one, '{"text":', json, 400, /not a JSON object/],
      [one, '[]', json, 400, /not a JSON object/],
      [one, '{}', json, 422, /Write a message/],
      [one, 'payload=x', 'application/x-www-form-urlencoded', 400, /not a JSON object/],
      [one, 'x'.repeat(65_537), 'text/plain', 413, /at most 64 KiB/],
    ];
    for (const [path, body, type, status, sentence] of refusals) {
      const answer = await toHook(world, path, body, type);
      assert.is(answer.status, status, `${path} ${body.slice(0, 20)}`);
      assert.match(answer.text, sentence);
      assert.match(answer.headers.get('Content-Type')!, /^text\/plain/);
    }
    assert.is((await world.visitor().send(one)).status, 405);
    const browser = { Origin: 'https://evil.example', Cookie: ada.cookieHeader };
    assert.is((await toHook(world, one, 'hello', 'text/plain', browser)).status, 200);
    assert.equal(
      (await ada.log(lobby)).slice(2),
      ['grace: hello'],
      'as the owner of the token, not of the cookie',
    );
    await ada.post(`/rooms/${lobby}/members/grace/remove`);
    assert.ok([403, 404, 409].includes((await toHook(world, one, 'x', 'text/plain')).status));
    await world.em().nativeUpdate(User, { username: 'grace' }, { suspendedAt: new Date() });
    assert.is((await toHook(world, one, 'x', 'text/plain')).status, 401);
  }),
);

test.run();
