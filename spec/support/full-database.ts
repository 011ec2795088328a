import type { EntityMetadata, MikroORM } from '@mikro-orm/sql';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordAct } from '../../server/chat/act.ts';
import { deleteAccount } from '../../server/chat/account-deletion.ts';
import { changeUsername } from '../../server/chat/account.ts';
import { deleteRoom, renameRoom, setTopic } from '../../server/chat/administration.ts';
import { blockUser } from '../../server/chat/block.ts';
import { clearingTime } from '../../server/chat/clearing.ts';
import { openDirect } from '../../server/chat/direct.ts';
import { saveDraft } from '../../server/chat/draft.ts';
import { filesIdentity } from '../../server/chat/files-identity.ts';
import { invite } from '../../server/chat/invitation.ts';
import { attemptBuckets, recordAttempt } from '../../server/chat/login-attempt.ts';
import { befriend } from '../../server/chat/people.ts';
import { pin } from '../../server/chat/pin.ts';
import { postMessage } from '../../server/chat/post.ts';
import { savePreferences } from '../../server/chat/preferences.ts';
import { leave } from '../../server/chat/presence.ts';
import { giveUp } from '../../server/chat/quit.ts';
import { makeReport, reportableMessage } from '../../server/chat/report.ts';
import { makeResetLink } from '../../server/chat/reset-link.ts';
import { noteResult } from '../../server/chat/run-result.ts';
import { beginRun, shareRun } from '../../server/chat/run.ts';
import { beginSession } from '../../server/chat/session.ts';
import { signingKeys } from '../../server/chat/signing-key.ts';
import { suspend } from '../../server/chat/suspension.ts';
import { saveAway, saveAwayIn } from '../../server/chat/away-choices.ts';
import { makeConfirmation } from '../../server/chat/confirmation.ts';
import { Due, News, Telling } from '../../server/chat/due.ts';
import { roomOfMember } from '../../server/chat/membership.ts';
import { makeToken } from '../../server/chat/token.ts';
import { TokenBucket } from '../../server/chat/token-bucket.ts';
import { User } from '../../server/chat/user.ts';
import { openDatabase } from '../../server/database/open.ts';
import { enrol, HASHING, type House, houseOf, NOW } from './domain.ts';
import { PDF } from './files.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAACgAAAAUCAIAAABwJOjsAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAMElEQVRIiWOQi1owIIhh1OKo0aCWG01cC0azU9RoASI3WmQuGK0kokarxQXDv1oEACN9ay68ryW7AAAAAElFTkSuQmCC',
  'base64',
);

/** What is attached to messages, one kind of each, in the order in which they were sent into the study. */
export const FILES = [
  {
    name: 'a'.repeat(32),
    type: 'png',
    size: PNG.length,
    width: 40,
    height: 20,
    description: '',
    content: PNG,
  },
  {
    name: 'b'.repeat(32),
    type: 'pdf',
    size: PDF.length,
    width: null,
    height: null,
    description: 'The agenda',
    content: PDF,
  },
  {
    name: 'c'.repeat(32),
    type: 'txt',
    size: 10,
    width: null,
    height: null,
    description: 'The minutes of May',
    content: Buffer.from('in May …'),
  },
] as const;

/** Fills an empty database with every kind of content; returns the house, and its rooms by name. */
export async function fillWithEverything(
  orm: MikroORM,
): Promise<House & { rooms: Record<'lobby' | 'study' | 'pair', number> }> {
  for (const username of ['ada', 'grace', 'linus', 'alan', 'edsger', 'barbara']) await enrol(orm, username);
  const house = houseOf(orm);
  const { as, to, em, room, enter, say } = house;
  const person = (username: string) => em().findOneOrFail(User, { username });

  const lobby = await room('ada', 'lobby');
  const study = await room('grace', 'study', 'invite');
  for (const username of ['ada', 'grace', 'linus', 'alan', 'edsger']) await enter(username, lobby);
  await say('ada', lobby, 'hello <b>all</b> &\n"two" lines: https://example.org/?a=1&b=2');
  await say('grace', lobby, 'مرحبا, and 😀 @ada');
  await say('edsger', lobby, 'goodbye');
  await say('linus', lobby, 'rude words');
  await as('ada', (em, ada) => renameRoom(em, ada, lobby, 'the lobby', NOW));
  await as('ada', (em, ada) => renameRoom(em, ada, lobby, 'lobby', NOW));
  await house.add('grace', study, 'ada');
  await as('grace', (em, grace) => setTopic(em, grace, study, 'Papers, and where to find them', NOW));
  await house.changeRole('grace', study, 'ada', 'admin');
  await house.remove('ada', lobby, 'alan'); // a ban, and a departure that is not told yet
  await as('grace', (em, grace) => leave(em, grace, lobby, NOW));
  await enter('grace', study);
  for (let number = 1; number <= 30; number += 1) await say('grace', study, `number ${number}`);
  await as('grace', (em, grace) => pin(em, grace, study, 30, NOW));
  for (const { content: _, ...file } of FILES)
    await as('grace', (em, grace) =>
      postMessage(em, grace, study, { body: '', key: `a-key-of-${file.type}`, attachment: file }, NOW),
    );

  await as('ada', (em, ada) => invite(em, ada, lobby, { days: '30', uses: '10' }, NOW));
  const cellar = await room('linus', 'cellar');
  await enter('linus', cellar, { leave: lobby });
  await as('linus', (em, linus) => deleteRoom(em, linus, cellar)); // a departure from a room that is gone

  const { id: pair } = await to('ada', 'barbara', (em, ada, barbara) => openDirect(em, ada, barbara, NOW));
  await enter('ada', pair, { leave: lobby });
  await say('ada', pair, 'between us');
  await as('ada', (em, ada) => saveDraft(em, ada, pair, 'not yet\nfinished'));
  await as('ada', (em, ada) =>
    postMessage(em, ada, pair, { body: 'indeed', key: 'a-key-of-ada', reply: 1 }, NOW),
  );
  await to('linus', 'grace', (em, linus, grace) => openDirect(em, linus, grace, NOW)); // in which nothing is said
  await to('ada', 'grace', (em, ada, grace) => befriend(em, ada, grace, NOW));
  await to('grace', 'ada', (em, grace, ada) => befriend(em, grace, ada, NOW));
  await to('barbara', 'ada', (em, barbara, ada) => befriend(em, barbara, ada, NOW));
  await to('grace', 'linus', (em, grace, linus) => blockUser(em, grace, linus));

  await as('grace', (em, grace) =>
    savePreferences(em, grace, {
      zone: 'Asia/Tokyo',
      hourCycle: 'h12',
      foundByEmail: 'no',
      whereabouts: 'nobody',
      enterSends: 'yes',
    }),
  );
  await changeUsername(em(), await person('barbara'), 'liskov');
  for (const username of ['ada', 'grace'])
    await beginSession(
      em(),
      `a key of ${username}`,
      { userId: (await person(username)).id, csrf: 'token' },
      NOW,
      'Lynx',
    );
  await makeResetLink(em(), await person('alan'), NOW);
  await makeConfirmation(em(), await person('alan'), NOW);
  const { id: told } = await person('grace');
  await as('grace', (em, grace) =>
    saveAway(em, grace, { what: 'all', quietFrom: '22', quietUntil: '7', zone: 'Asia/Tokyo' }, NOW),
  );
  await as('grace', async (em, grace) =>
    saveAwayIn(em, await roomOfMember(em, grace, lobby), { what: 'mine' }),
  );
  await em().insert(News, { room: lobby, fromSeq: 1, untilSeq: 2, at: NOW.getTime() });
  await em().insert(Due, {
    user: told,
    room: lobby,
    fromSeq: 1,
    untilSeq: 2,
    tryingUntil: 2,
    since: NOW.getTime(),
  });
  await em().insert(Telling, {
    user: told,
    lookAt: NOW.getTime(),
    tries: 1,
    messageId: 'an id',
    way: 'mail',
    failure: 'no answer',
  });
  await makeToken(em(), await person('ada'), { name: 'a feed reader', room: '', write: '', days: '30' }, NOW);
  const run = await as('ada', (em, ada) =>
    beginRun(em, ada, { reader: 'Orca', browser: 'Firefox', settings: 'All punctuation' }, NOW),
  );
  const result = { verdict: 'late', heard: 'Ana: “See you”\nat ten', announced: 'Ana: See you at ten.' };
  await as('ada', (em, ada) => noteResult(em, ada, { run, scene: 1 }, result, NOW));
  await as('ada', (em, ada) => shareRun(em, ada, run));
  await recordAttempt(em(), attemptBuckets('1', '192.0.2.1'), NOW);
  await signingKeys(em(), 'a key', NOW);
  await em().insert(TokenBucket, { bucket: 'a hash', wholeAt: NOW.getTime() });

  await as('ada', async (em, ada) =>
    makeReport(em, ada, await reportableMessage(em, ada, lobby, 9), 'It is rude.', NOW),
  );
  await clearingTime(em(), NOW);
  await filesIdentity(em());
  await recordAct(em(), 'backup made', { at: NOW });
  await as('linus', (em, linus) => suspend(em, linus, 'Rude in the lobby.', NOW));
  await em().nativeUpdate(User, { username: 'ada' }, { operator: true });
  await as('edsger', (em, edsger) => giveUp(em, edsger, lobby, NOW));
  const own = em();
  await deleteAccount(own, await own.findOneOrFail(User, { username: 'edsger' }), 'correct horse', {
    ...HASHING,
    buckets: [],
    now: NOW,
  });
  return { ...house, rooms: { lobby, study, pair } };
}

let written: Buffer | undefined;

/** Makes a file with every kind of content, and the folder beside it; filled once, in memory, which has no disk to wait for. */
export async function writeEverything(file: string): Promise<void> {
  writeFiles(`${file}.files`);
  if (written) return writeFileSync(file, written);
  const orm = await openDatabase(':memory:');
  await fillWithEverything(orm);
  await orm.em.execute('vacuum into ?', [file]);
  await orm.close();
  written = readFileSync(file);
}

/** Makes a folder with what is attached to messages. */
export function writeFiles(folder: string): void {
  mkdirSync(folder);
  for (const { name, content } of FILES) writeFileSync(join(folder, name), content);
}

/** What lies in a folder, byte for byte, by name; none where there is no folder. */
export function filesOf(folder: string): Record<string, string> {
  const names = existsSync(folder) ? readdirSync(folder).toSorted() : [];
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'hex')]));
}

/** Every row of every table of a database, but those of the migrations, by table; the same of SQLite and of PostgreSQL. */
export async function rowsOf(orm: MikroORM): Promise<Record<string, unknown[]>> {
  const tables = ([...orm.getMetadata().getAll().values()] as EntityMetadata[]).toSorted((a, b) =>
    a.tableName.localeCompare(b.tableName),
  );
  const rows: Record<string, unknown[]> = {};
  for (const table of tables) {
    const found = await orm.em
      .fork()
      .execute<Record<string, unknown>[]>(`select * from "${table.tableName}"`);
    rows[table.tableName] = found
      .map((row) => plain(table, row))
      .toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  }
  return rows;
}

/** A row with its columns in order: times, yes and no, and large numbers are written in one way here and in another there. */
function plain({ props }: EntityMetadata, row: Record<string, unknown>): Record<string, unknown> {
  const values = Object.entries(row).map(([name, value]) => {
    const type = props.find(({ fieldNames }) => fieldNames?.includes(name))?.runtimeType;
    if (value === null || !type) return [name, value];
    if (type === 'Date') return [name, new Date(value as number).toISOString()];
    if (type === 'boolean') return [name, Boolean(value)];
    return [name, type === 'number' ? Number(value) : value];
  });
  return Object.fromEntries(values.toSorted(([a], [b]) => String(a).localeCompare(String(b))));
}
