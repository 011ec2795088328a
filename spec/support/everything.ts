import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EntityMetadata, MikroORM } from '@mikro-orm/sql';
import { changeUsername } from '../../server/chat/account.ts';
import { block } from '../../server/chat/block.ts';
import { openDirect } from '../../server/chat/direct.ts';
import { becomeFormer } from '../../server/chat/former-member.ts';
import { befriend } from '../../server/chat/friendship.ts';
import { post } from '../../server/chat/message.ts';
import { savePreferences } from '../../server/chat/preferences.ts';
import { leave } from '../../server/chat/presence.ts';
import { quit } from '../../server/chat/quit.ts';
import { report, reportable } from '../../server/chat/report.ts';
import { makeResetLink } from '../../server/chat/reset-link.ts';
import { deleteRoom } from '../../server/chat/room.ts';
import { beginSession } from '../../server/chat/session.ts';
import { signingKeys } from '../../server/chat/signing-key.ts';
import { suspend } from '../../server/chat/suspension.ts';
import { attempt, passwordTrials } from '../../server/chat/attempt.ts';
import { Allowance } from '../../server/chat/allowance.ts';
import { User } from '../../server/chat/user.ts';
import { openDatabase } from '../../server/database/open.ts';
import { renameRoom } from '../../server/chat/administration.ts';
import { PDF } from './files.ts';
import { enrol, houseOf, NOW, type House } from './nouns.ts';

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
  await house.changeRole('grace', study, 'ada', 'admin');
  await house.remove('ada', lobby, 'alan'); // a ban, and a departure that is not told yet
  await as('grace', (em, grace) => leave(em, grace, lobby, NOW));
  await enter('grace', study);
  for (let number = 1; number <= 30; number += 1) await say('grace', study, `number ${number}`);
  for (const { content: _, ...file } of FILES)
    await as('grace', (em, grace) =>
      post(em, grace, study, { body: '', key: `a-key-of-${file.type}`, attachment: file }, NOW),
    );

  const cellar = await room('linus', 'cellar');
  await enter('linus', cellar, { leave: lobby });
  await as('linus', (em, linus) => deleteRoom(em, linus, cellar)); // a departure from a room that is gone

  const { id: pair } = await to('ada', 'barbara', (em, ada, barbara) => openDirect(em, ada, barbara, NOW));
  await enter('ada', pair, { leave: lobby });
  await say('ada', pair, 'between us');
  await to('linus', 'grace', (em, linus, grace) => openDirect(em, linus, grace, NOW)); // in which nothing is said
  await to('ada', 'grace', (em, ada, grace) => befriend(em, ada, grace, NOW));
  await to('grace', 'ada', (em, grace, ada) => befriend(em, grace, ada, NOW));
  await to('barbara', 'ada', (em, barbara, ada) => befriend(em, barbara, ada, NOW));
  await to('grace', 'linus', (em, grace, linus) => block(em, grace, linus));

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
  await attempt(em(), passwordTrials('1', '192.0.2.1'), NOW);
  await signingKeys(em(), 'a key', NOW);
  await em().insert(Allowance, { bucket: 'a hash', wholeAt: NOW.getTime() });

  await as('ada', async (em, ada) =>
    report(em, ada, await reportable(em, ada, lobby, 9), 'It is rude.', NOW),
  );
  await as('linus', (em, linus) => suspend(em, linus, 'Rude in the lobby.', NOW));
  await em().nativeUpdate(User, { username: 'ada' }, { operator: true });
  await as('edsger', (em, edsger) => quit(em, edsger, lobby, NOW));
  const own = em();
  await becomeFormer(own, await own.findOneOrFail(User, { username: 'edsger' }), 'correct horse', {
    trials: [],
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
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'hex')]));
}

/** Every row of every table of a database, but those of the migrations, by table; the same of SQLite and of PostgreSQL. */
export async function rowsOf(orm: MikroORM): Promise<Record<string, unknown[]>> {
  const tables = ([...orm.getMetadata().getAll().values()] as EntityMetadata[]).sort((a, b) =>
    a.tableName.localeCompare(b.tableName),
  );
  const rows: Record<string, unknown[]> = {};
  for (const table of tables) {
    const found = await orm.em
      .fork()
      .execute<Record<string, unknown>[]>(`select * from "${table.tableName}"`);
    rows[table.tableName] = found
      .map((row) => plain(table, row))
      .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
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
  return Object.fromEntries(values.sort(([a], [b]) => String(a).localeCompare(String(b))));
}
