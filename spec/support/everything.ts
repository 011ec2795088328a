import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MikroORM } from '@mikro-orm/sql';
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
import { Allowance } from '../../server/chat/limit.ts';
import { User } from '../../server/chat/user.ts';
import { openDatabase } from '../../server/database/open.ts';
import { renameRoom } from '../../server/chat/administration.ts';
import { enrol, houseOf, NOW, type House } from './nouns.ts';

/** The one attachment there is. */
export const FILE = { name: 'f'.repeat(32), type: 'txt', size: 8, width: null, height: null, description: 'The minutes of May' } as const;

/** Fills an empty database with every kind of content; returns the house, and its rooms by name. */
export async function fillWithEverything(orm: MikroORM): Promise<House & { rooms: Record<'lobby' | 'study' | 'pair', number> }> {
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
  await as('grace', (em, grace) => post(em, grace, study, { body: '', key: 'a-key-of-grace', attachment: FILE }, NOW));

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

  await as('grace', (em, grace) => savePreferences(em, grace, { zone: 'Asia/Tokyo', hourCycle: 'h12', foundByEmail: 'no', whereabouts: 'nobody', enterSends: 'yes' }));
  await changeUsername(em(), await person('barbara'), 'liskov');
  for (const username of ['ada', 'grace']) await beginSession(em(), `a key of ${username}`, { userId: (await person(username)).id, csrf: 'token' }, NOW, 'Lynx');
  await makeResetLink(em(), await person('alan'), NOW);
  await attempt(em(), passwordTrials('1', '192.0.2.1'), NOW);
  await signingKeys(em(), 'a key', NOW);
  await em().insert(Allowance, { bucket: 'a hash', wholeAt: NOW.getTime() });

  await as('ada', async (em, ada) => report(em, ada, await reportable(em, ada, lobby, 9), 'It is rude.', NOW));
  await as('linus', (em, linus) => suspend(em, linus, 'Rude in the lobby.', NOW));
  await em().nativeUpdate(User, { username: 'ada' }, { operator: true });
  await as('edsger', (em, edsger) => quit(em, edsger, lobby, NOW));
  const own = em();
  await becomeFormer(own, await own.findOneOrFail(User, { username: 'edsger' }), 'correct horse', { trials: [], now: NOW });
  return { ...house, rooms: { lobby, study, pair } };
}

let written: Buffer | undefined;

/** Makes a file with every kind of content; filled once, in memory, which has no disk to wait for. */
export async function writeEverything(file: string): Promise<void> {
  mkdirSync(`${file}.files`);
  writeFileSync(join(`${file}.files`, FILE.name), 'in May …');
  if (written) return writeFileSync(file, written);
  const orm = await openDatabase(':memory:');
  await fillWithEverything(orm);
  await orm.em.execute('vacuum into ?', [file]);
  await orm.close();
  written = readFileSync(file);
}

/** Every row of every table of a database, but those of the migrations, by table. */
export async function rowsOf(orm: MikroORM): Promise<Record<string, unknown[]>> {
  const tables = [...orm.getMetadata().getAll().values()].map(({ tableName }) => tableName).sort();
  const rows: Record<string, unknown[]> = {};
  for (const table of tables) {
    const found = await orm.em.fork().execute<Record<string, unknown>[]>(`select * from "${table}"`);
    rows[table] = found.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  }
  return rows;
}
