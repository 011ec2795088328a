import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addMember, changeRole, removeMember, renameRoom } from '../../server/chat/administration.ts';
import { post } from '../../server/chat/message.ts';
import { enter, expire, leave } from '../../server/chat/presence.ts';
import { quit } from '../../server/chat/quit.ts';
import { createRoom, deleteRoom } from '../../server/chat/room.ts';
import type { User } from '../../server/chat/user.ts';
import { openDatabase } from '../../server/database/open.ts';
import { enrol, houseOf, later, NOW, TIMES, withFile } from '../support/nouns.ts';

const test = suite('two processes on one file');

type Act = (
  em: EntityManager,
  ada: User,
  rooms: { lobby: number; study: number },
  grace: User,
) => Promise<unknown>;

/** What ada does in her lobby and study; she and grace, a member, are in the lobby. */
const acts: Record<string, Act> = {
  'enter the room one is in': (em, ada, { lobby }) => enter(em, ada, lobby, { now: NOW, times: TIMES }),
  'enter another room': (em, ada, { lobby, study }) =>
    enter(em, ada, study, { now: NOW, times: TIMES, leave: lobby }),
  post: (em, ada, { lobby }) => post(em, ada, lobby, { body: 'hello', key: 'a-key-of-ada' }, NOW),
  leave: (em, ada, { lobby }) => leave(em, ada, lobby, NOW),
  expire: (em, ada, { lobby }) => expire(em, ada, lobby, later(TIMES.page)),
  'create a room': (em, ada) => createRoom(em, ada, { name: 'hall', access: 'open' }, NOW),
  'delete a room': (em, ada, { lobby }) => deleteRoom(em, ada, lobby),
  'rename a room': (em, ada, { lobby }) => renameRoom(em, ada, lobby, 'hall', NOW),
  'add a member': (em, ada, { study }, grace) => addMember(em, ada, study, grace, NOW),
  'remove a member': (em, ada, { lobby }, grace) => removeMember(em, ada, lobby, grace, NOW),
  'change a role': (em, ada, { lobby }, grace) => changeRole(em, ada, lobby, grace, 'admin', NOW),
  'give up membership': (em, _, { lobby }, grace) => quit(em, grace, lobby, NOW),
};

for (const [what, act] of Object.entries(acts)) {
  // SQLite lets nobody write who has read before somebody else wrote, and does not wait there. So
  // the lock comes first: then the other waits, as it may.
  test(
    `let one ${what} while the other writes after each look of ours`,
    withFile(async (file) => {
      const orm = await openDatabase(file);
      const other = new DatabaseSync(file);
      let looks = 0;
      try {
        for (const username of ['ada', 'grace']) await enrol(orm, username);
        const { room, enter: come, to } = houseOf(orm);
        const rooms = { lobby: await room('ada', 'lobby'), study: await room('ada', 'study') };
        for (const username of ['ada', 'grace']) await come(username, rooms.lobby);
        await to('ada', 'grace', (em, ada, grace) => {
          const find = em.findOne.bind(em);
          em.findOne = (async (...asked: Parameters<typeof find>) => {
            const found = await find(...asked);
            looks += 1;
            try {
              other.exec('update room set name = name');
            } catch (error) {
              assert.match(String(error), 'locked');
            }
            return found;
          }) as typeof em.findOne;
          return act(em, ada, rooms, grace);
        });
        if (act !== acts['create a room']) assert.ok(looks > 0);
      } finally {
        other.close();
        await orm.close();
      }
    }),
  );
}

/** What the worker below is given. */
interface Rival {
  file: string;
  modules: { open: string; nouns: string };
  /** Who makes whom a member. */
  admin: string;
  other: string;
  rooms: number[];
  /** How many have come to each room: each begins when both have. */
  gate: Int32Array;
}

/** Another process, as far as the database can tell: a thread with a connection of its own. Tells how each act ended. */
const RIVAL = `
  const { parentPort, workerData: { file, modules, admin, other, rooms, gate } } = require('node:worker_threads');
  (async () => {
    const { openDatabase } = await import(modules.open);
    const { houseOf } = await import(modules.nouns);
    const orm = await openDatabase(file);
    const house = houseOf(orm);
    const outcomes = [];
    for (const [index, room] of rooms.entries()) {
      Atomics.add(gate, index, 1);
      while (Atomics.load(gate, index) < 2) Atomics.wait(gate, index, 1, 1);
      outcomes.push(await house.changeRole(admin, room, other, 'member').then(() => 'done', String));
    }
    await orm.close();
    parentPort.postMessage(outcomes);
  })();`;

/** Runs the worker to its end, and returns what it tells. */
function outcomesOf(rival: Rival): Promise<string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<string[]>();
  const worker = new Worker(RIVAL, { eval: true, workerData: rival });
  worker
    .once('message', resolve)
    .once('error', reject)
    .once('exit', () => reject(new Error('The worker told nothing.')));
  return promise;
}

test(
  'leave each room one of its two admins, who make each other members at once',
  withFile(async (file) => {
    const orm = await openDatabase(file);
    try {
      for (const username of ['ada', 'grace']) await enrol(orm, username);
      const { room, join, members, log } = houseOf(orm);
      const rooms: number[] = [];
      for (let count = 0; count < 20; count += 1) {
        rooms.push(await room('ada', 'lobby'));
        await join('grace', rooms[count]!, 'admin');
      }
      const modules = {
        open: import.meta.resolve('../../server/database/open.ts'),
        nouns: import.meta.resolve('../support/nouns.ts'),
      };
      const shared = { file, modules, rooms, gate: new Int32Array(new SharedArrayBuffer(4 * rooms.length)) };
      const [byAda, byGrace] = await Promise.all([
        outcomesOf({ ...shared, admin: 'ada', other: 'grace' }),
        outcomesOf({ ...shared, admin: 'grace', other: 'ada' }),
      ]);
      for (const [index, id] of rooms.entries()) {
        const won = byAda[index] === 'done';
        assert.equal([byAda[index], byGrace[index]].sort(), [
          'Error: Only an administrator of lobby can do this. Ask one of them.',
          'done',
        ]);
        assert.equal(await members(id), won ? ['ada admin', 'grace member'] : ['ada member', 'grace admin']);
        assert.equal(await log(id), [won ? '1 role ada grace member' : '1 role grace ada member']);
      }
    } finally {
      await orm.close();
    }
  }),
);

test.run();
