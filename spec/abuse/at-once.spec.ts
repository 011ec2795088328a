import Keygrip from 'keygrip';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { deleteAccount } from '../../server/chat/account-deletion.ts';
import { changePassword } from '../../server/chat/account.ts';
import { Invalid } from '../../server/chat/errors.ts';
import { hashPassword } from '../../server/chat/password.ts';
import { resetPassword } from '../../server/chat/password-reset.ts';
import { Presence } from '../../server/chat/presence.ts';
import { makeResetLink } from '../../server/chat/reset-link.ts';
import { beginSession, Session, sessionId } from '../../server/chat/session.ts';
import { logOutEverywhere, suspend } from '../../server/chat/suspension.ts';
import { Token } from '../../server/chat/token.ts';
import { User } from '../../server/chat/user.ts';
import { brokenPlaces } from '../../server/commands/check.ts';
import { routes } from '../../server/routes/index.ts';
import { sha256 } from '../../server/text/hash.ts';
import { withApp, type World } from '../support/app.ts';
import { HASHING, PASSWORD } from '../support/domain.ts';
import { holdTransaction } from '../support/held.ts';
import { type Answer, Visitor } from '../support/visitor.ts';

const test = suite('acts at the same moment');

const NEW = 'battery staple';
const KEYS = new Keygrip(['a key for specs'], 'sha256');

/** Ada, who acts, and grace, on whom she acts; their room, which linus administers, too; and a link of ada's. */
interface Scene {
  world: World;
  ada: Visitor;
  adaId: number;
  graceId: number;
  names: { ada: string; grace: string };
  room: number;
  report: number;
  token: string;
}

/** Resolves with false if the event was refused. */
type Event = (scene: Scene, id: number) => Promise<unknown>;

const userOf = async ({ world }: Scene, id: number) => {
  const em = world.em();
  return [em, await em.findOneOrFail(User, { id })] as const;
};
const check = (world: World) => ({ ...HASHING, buckets: [], now: world.clock.now() });

/** What happens to a user while an act is under way. */
const EVENTS: Record<string, Event> = {
  deletion: async (scene, id) =>
    deleteAccount(...(await userOf(scene, id)), PASSWORD, check(scene.world)).catch(unlessInvalid),
  suspension: async (scene, id) => {
    const [em, user] = await userOf(scene, id);
    return em.transactional((em) => suspend(em, user, 'Rude.', scene.world.clock.now())).catch(unlessInvalid);
  },
  'end of sessions': async (scene, id) => {
    const [em, user] = await userOf(scene, id);
    await em.transactional((em) => logOutEverywhere(em, user, scene.world.clock.now()));
  },
  'change of password': async (scene, id) =>
    changePassword(
      ...(await userOf(scene, id)),
      { current: PASSWORD, password: NEW },
      { ...check(scene.world), keep: '' },
    ).catch(unlessInvalid),
  reset: async (scene, id) => {
    const [em, user] = await userOf(scene, id);
    const link = await makeResetLink(em, user, scene.world.clock.now());
    await resetPassword(em, link.replace('/reset/', ''), NEW, check(scene.world));
  },
};

/** An operator cannot be suspended, nor an only administrator deleted: then nothing happens to them. */
function unlessInvalid(error: unknown): false {
  if (error instanceof Invalid) return false;
  throw error;
}

interface Act {
  path?: (scene: Scene) => string;
  fields?: (scene: Scene) => Record<string, string>;
  /** Whether ada is in the room. */
  isIn?: boolean;
  /** Whether the act is also on grace. */
  onGrace?: boolean;
  /** Not logged in. */
  asStranger?: boolean;
  isOperator?: boolean;
  /** What happened before. */
  before?: (scene: Scene) => Promise<unknown>;
}

const GRACE = ({ names }: Scene) => ({ username: names.grace });
const KEY = () => ({ body: 'hello', key: crypto.randomUUID() });
const OPERATOR: Act = { isOperator: true, onGrace: true };
const PERSON: Act = { onGrace: true };

/** Stores a run of ada with her own id as its id. */
const makeRun = ({ world, adaId }: Scene) =>
  world
    .em()
    .execute(
      `insert into run (id, user_id, reader, reader_version, browser, browser_version, system, settings, made_at) values (?, ?, 'Orca', '', 'Firefox', '', '', '', ?)`,
      [adaId, adaId, world.clock.now()],
    );
const pathOfRun =
  (act: string) =>
  ({ adaId }: Scene) =>
    `/practice/runs/${adaId}/${act}`;

/** Each address that takes a form; null where nothing is written about a user who exists. */
const ACTS: Record<string, Act | null> = {
  '/register': null,
  '/login': { asStranger: true, fields: ({ names }) => ({ login: names.ada, password: PASSWORD }) },
  '/logout': { isIn: true },
  '/forgotten': null, // sends no mail here; spec/routes/reset-links.spec.ts has it
  '/reset/:token': { asStranger: true, fields: () => ({ password: 'another staple' }) },
  '/rooms': { fields: () => ({ name: 'parlour' }) },
  '/rooms/read': null, // writes how far was read, in memberships that exist
  '/rooms/:id/delete': {},
  '/rooms/:id/messages/:seq/pin': {},
  '/rooms/:id/messages/:seq/unpin': {
    before: ({ world, room }) => world.em().execute('insert into pin (room_id, seq) values (?, 1)', [room]),
  },
  '/rooms/:id/mail-text': { fields: () => ({ mailText: 'no' }) },
  '/rooms/:id/topic': { fields: () => ({ topic: 'the harbour' }) },
  '/rooms/:id/invitations': { fields: () => ({ days: '1', uses: '1' }) },
  '/rooms/:id/invitations/:number/end': { path: ({ room }) => `/rooms/${room}/invitations/1/end` },
  '/join/:token': {
    path: ({ names }) => `/join/an-invitation-for-${names.ada}`,
    before: async ({ world, room, names, adaId, graceId }) => {
      const em = world.em();
      await em.execute('delete from membership where user_id = ? and room_id = ?', [adaId, room]);
      await em.execute(
        'insert into invitation (room_id, maker_id, token, made_at, expires_at, uses, used) values (?, ?, ?, ?, ?, 5, 0)',
        [
          room,
          graceId,
          `an-invitation-for-${names.ada}`,
          world.clock.now(),
          new Date(world.clock.now().getTime() + 86_400_000),
        ],
      );
    },
  },
  '/rooms/:id/enter': {},
  '/rooms/:id/leave': { isIn: true },
  '/rooms/:id/messages': { isIn: true, fields: KEY },
  '/rooms/:id/attachments': { isIn: true },
  '/rooms/:id/messages/:seq/description': {
    path: ({ room }) => `/rooms/${room}/messages/2/description`,
    fields: () => ({ description: 'the harbour' }),
  },
  '/rooms/:id/announcements': { fields: () => ({ messages: 'count' }) },
  '/rooms/:id/announcements/clear': {},
  '/rooms/:id/said': { fields: () => ({ 'place-text': '1' }) },
  '/rooms/:id/reading': { fields: () => ({ 'place-text': '1' }) },
  '/rooms/:id/reading/clear': {},
  '/rooms/:id/said/:preset': { path: ({ room }) => `/rooms/${room}/said/brief` },
  '/rooms/:id/reading/:preset': { path: ({ room }) => `/rooms/${room}/reading/brief` },
  '/practice/say': null,
  '/practice/:step': null,
  '/practice/runs': { fields: () => ({ reader: 'Orca', browser: 'Firefox' }) },
  '/practice/runs/import': {
    fields: () => ({
      file: '{"format":"plainchat-run-1","at":{"name":"Orca"},"browser":{"name":"Firefox"},"testResults":[{"test":{"id":1},"verdict":"late"}]}',
    }),
  },
  '/practice/runs/:run/scenes/:scene': {
    path: pathOfRun('scenes/1'),
    before: makeRun,
    fields: () => ({ verdict: 'late' }),
  },
  '/practice/runs/:run/share': { path: pathOfRun('share'), before: makeRun },
  '/practice/runs/:run/unshare': { path: pathOfRun('unshare'), before: makeRun },
  '/practice/runs/:run/delete': { path: pathOfRun('delete'), before: makeRun },
  '/practice/scenes/:scene/begin': null,
  '/practice/scenes/:scene/say': null,
  '/rooms/:id/rename': { fields: () => ({ name: 'parlour' }) },
  '/rooms/:id/members': {
    onGrace: true,
    fields: GRACE,
    before: ({ world, graceId }) => world.em().execute('delete from membership where user_id = ?', [graceId]),
  },
  '/rooms/:id/members/:username/remove': PERSON,
  '/rooms/:id/members/:username/role': { onGrace: true, fields: () => ({ role: 'admin' }) },
  '/rooms/:id/quit': {
    before: ({ world, adaId }) =>
      world.em().execute("update membership set role = 'member' where user_id = ?", [adaId]),
  },
  '/rooms/:id/messages/:seq/report': { onGrace: true, fields: () => ({ reason: 'Rude.' }) },
  '/operator/reports/:report/dismiss': OPERATOR,
  '/operator/reports/:report/end-sessions': OPERATOR,
  '/operator/reports/:report/suspend': { ...OPERATOR, fields: () => ({ reason: 'Rude.' }) },
  '/operator/people/:username/unsuspend': OPERATOR,
  '/operator/accounts': null,
  '/operator/accounts/:username/suspend': { ...OPERATOR, fields: () => ({ reason: 'Rude.' }) },
  '/operator/accounts/:username/unsuspend': OPERATOR,
  '/operator/accounts/:username/end-sessions': OPERATOR,
  '/operator/accounts/:username/make-operator': OPERATOR,
  '/operator/accounts/:username/end-operator': {
    ...OPERATOR,
    before: ({ world, graceId }) =>
      world.em().execute('update "user" set operator = true where id = ?', [graceId]),
  },
  '/operator/accounts/:username/reset-link': OPERATOR,
  '/operator/rooms': null,
  '/operator/rooms/:id/delete': { isOperator: true, fields: () => ({ reason: 'Spam.' }) },
  '/people': null,
  '/people/away': { fields: () => ({ away: 'brb, tea' }) },
  '/people/:username/message': PERSON,
  '/people/:username/note': { onGrace: true, fields: KEY },
  '/people/:username/friend': PERSON,
  '/people/:username/unfriend': PERSON,
  '/people/:username/block': PERSON,
  '/people/:username/unblock': PERSON,
  '/groups': { onGrace: true, fields: ({ graceId }) => ({ name: 'picnic', [`friend-${graceId}`]: 'on' }) },
  '/settings': { fields: () => ({ zone: 'Asia/Tokyo', style: 'y2k' }) },
  '/style': { fields: () => ({ style: 'terminal' }) },
  '/settings/password': { fields: () => ({ current: PASSWORD, password: 'another staple' }) },
  '/settings/username': { fields: ({ names }) => ({ username: `countess-${names.ada}` }) },
  '/settings/email': { fields: ({ names }) => ({ email: `${names.ada}@example.com`, current: PASSWORD }) },
  '/settings/announcements': { fields: () => ({ messages: 'count' }) },
  '/settings/away': { fields: () => ({ what: 'all', mail: 'daily' }) },
  '/notifications': null, // takes rows away, and writes none
  '/settings/away/confirm': null, // sends no mail here; spec/routes/away.spec.ts has it
  '/rooms/:id/away': { fields: () => ({ what: 'all' }) },
  '/rooms/:id/away/clear': {},
  '/confirm/:token': null, // what it writes is of the mailbox, not of a session; it is deleted with the account
  '/confirm/:token/disown': null,
  '/away/stop/:key': null, // writes in a row that exists
  '/settings/sound': { fields: () => ({ set: 'soft', 'event-message': 'yes' }) },
  '/settings/reading': { fields: () => ({ 'place-text': '1', own: 'no' }) },
  '/settings/said': { fields: () => ({ 'place-text': '1', every: '30' }) },
  '/settings/reading/:preset': { path: () => '/settings/reading/brief' },
  '/settings/said/:preset': { path: () => '/settings/said/brief' },
  '/settings/tokens': { fields: () => ({ name: 'a feed reader', days: '30' }) },
  '/settings/tokens/:number/end': null, // as below
  '/hooks/:token': {
    path: ({ room, names }) => `/hooks/a-token-for-${names.ada}?room=${room}`,
    before: ({ world, names, adaId }) =>
      world.em().insert(Token, {
        user: adaId,
        room: null,
        name: 'ci',
        hash: sha256(`a-token-for-${names.ada}`),
        writes: true,
        createdAt: world.clock.now(),
        expiresAt: new Date(world.clock.now().getTime() + 86_400_000),
        usedAt: world.clock.now(),
      }),
  },
  '/settings/sessions/:session/end': null, // deletes a row, and writes nothing
  '/settings/delete': { fields: () => ({ current: PASSWORD }) },
};

/** What everybody's password is hashed to. */
const passwordHash = await hashPassword(PASSWORD, HASHING);

/** Stores a scene by plain rows, and as few statements as can be: there are hundreds. */
async function stage(world: World, act: Act, number: number): Promise<Scene> {
  const em = world.em();
  const now = world.clock.now();
  const names = { ada: `ada${number}`, grace: `grace${number}` };
  const rows = async (sql: string, values: unknown[][]) =>
    em.execute<{ id: number }[]>(
      sql.replace('?', values.map((row) => `(${row.map(() => '?').join(', ')})`).join(', ')),
      values.flat(),
    );
  const [linusId, adaId, graceId] = (
    await rows(
      'insert into "user" (username, username_key, email, email_key, password_hash, access_version, created_at, operator) values ? returning id',
      [`linus${number}`, names.ada, names.grace].map((username) => {
        const email = `${username}@example.org`;
        const isOperator = username === names.ada && act.isOperator === true;
        return [username, username, email, email, passwordHash, 0, now, isOperator];
      }),
    )
  ).map(({ id }) => id) as [number, number, number];
  const [{ id: room } = { id: 0 }] = await rows(
    'insert into room (name, name_key, access, creator_id, last_seq, messages, created_at, said_at) values ? returning id',
    [['lobby', 'lobby', 'open', linusId, 2, 2, now, now]],
  );
  await rows('insert into membership (room_id, user_id, role, joined_at, read_seq) values ?', [
    [room, linusId, 'admin', now, 0],
    [room, adaId, 'admin', now, 0],
    [room, graceId, 'member', now, 0],
  ]);
  await rows(
    'insert into entry (room_id, seq, kind, author_id, body, "key", messages, at) values ?',
    [graceId, adaId].map((author, index) => {
      const seq = index + 1;
      return [room, seq, 'message', author, 'hello', crypto.randomUUID(), seq, now];
    }),
  );
  await em.execute(
    `insert into attachment (room_id, seq, author_id, name, type, size, description) values (?, 2, ?, ?, 'txt', 1, 'a text')`,
    [room, adaId, String(number).padStart(32, '0')],
  );
  await em.execute('insert into friendship (low_id, high_id, asker_id, accepted_at) values (?, ?, ?, ?)', [
    adaId,
    graceId,
    adaId,
    now,
  ]);
  const [{ id: report } = { id: 0 }] = await rows(
    'insert into report (room_id, room_name, seq, author_id, body, said_at, reporter_id, reason, made_at) values ? returning id',
    [[room, 'lobby', 1, graceId, 'hello', now, linusId, 'Rude.', now]],
  );
  if (act.isIn)
    await em.insert(Presence, {
      user: adaId,
      room,
      lease: 'page',
      expiresAt: new Date(now.getTime() + 900_000),
      closing: false,
    });
  const token = (await makeResetLink(em, { id: adaId }, now)).replace('/reset/', '');
  const ada = new Visitor(world.base);
  if (!act.asStranger) {
    const key = `the key of ${names.ada}`.replaceAll(' ', '-');
    await beginSession(em, key, { userId: adaId, csrf: `a-token-of-${names.ada}` }, now);
    ada.cookies.set('sid', key).set('sid.sig', KEYS.sign(`sid=${key}`));
  }
  const scene = { world, ada, adaId, graceId, names, room, report, token };
  await act.before?.(scene);
  return scene;
}

function addressOf(route: string, act: Act, scene: Scene): string {
  if (act.path) return act.path(scene);
  const { room, names, report, token } = scene;
  const values: Record<string, string | number> = {
    id: room,
    seq: 1,
    username: names.grace,
    report,
    token,
    session: sessionId('another key'),
  };
  return route.replace(/:(\w+)/g, (_, name: string) => String(values[name]));
}

/** Sends a form, with the token that is known without a page. */
async function send(scene: Scene, path: string, { asStranger, fields }: Act): Promise<Answer> {
  const { ada, names } = scene;
  const _csrf = asStranger ? await ada.token() : `a-token-of-${names.ada}`;
  const body = new URLSearchParams({ ...fields?.(scene), _csrf });
  return ada.send(path, { method: 'POST', body, headers: { Accept: 'text/html' } });
}

/**
 * Sends the act, and lets the event happen before the transaction with this number. Returns the status of the
 * answer, and whether the event was not refused; undefined if there is no such transaction.
 */
async function bothAtOnce(
  scene: Scene,
  route: string,
  act: Act,
  { event, on, number }: { event: Event; on: number; number: number },
): Promise<{ status: number; hasHappened: boolean } | undefined> {
  const { ada, world, room } = scene;
  const held = holdTransaction(world.orm, number);
  const answered =
    route === '/rooms/:id/attachments'
      ? ada.attach(room, Buffer.from('a text'))
      : send(scene, addressOf(route, act, scene), act);
  let hasHappened = false;
  try {
    if ((await Promise.race([held.reached, answered])) !== 'held') return undefined;
    hasHappened = (await event(scene, on)) !== false;
  } finally {
    held.release();
  }
  return { status: (await answered).status, hasHappened };
}

for (const [route, act] of Object.entries(ACTS)) {
  if (!act) continue;
  test(
    `leave nothing broken behind: POST ${route}, and the end of an account or of the access to it`,
    withApp(
      async (world) => {
        let scenes = 0;
        let transactions = 2; // of the act, as far as is known
        for (const [name, event] of Object.entries(EVENTS)) {
          for (const onGrace of act.onGrace ? [false, true] : [false]) {
            for (let number = 1; number <= transactions; number += 1) {
              const scene = await stage(world, act, (scenes += 1));
              const on = onGrace ? scene.graceId : scene.adaId;
              const what = `${name} of ${onGrace ? 'grace' : 'ada'} before transaction ${number}`;
              const outcome = await bothAtOnce(scene, route, act, { event, on, number });
              if (!outcome) transactions = number - 1;
              else assert.ok(outcome.status < 500, `${what}: ${outcome.status}`);
              if (!outcome?.hasHappened || onGrace) continue;
              assert.is(await world.em().count(Session, { user: on }), 0, `${what}: a session is left`);
              if (name === 'end of sessions')
                assert.is(await world.em().count(Presence, { user: on }), 0, `${what}: they are in a room`);
            }
          }
        }
        assert.ok(transactions > 0, 'no transaction was held');
        const broken = await world.em().transactional((em) => brokenPlaces(em));
        assert.equal(
          broken.filter(([, places]) => places.length > 0),
          [],
        );
      },
      { rateLimits: false },
    ),
  );
}

test('every address that takes a form has its row', () => {
  const paths = routes()
    .stack.filter(({ methods }) => methods.includes('POST'))
    .map(({ path }) => String(path));
  assert.equal(Object.keys(ACTS).toSorted(), paths.toSorted());
});

test.run();
