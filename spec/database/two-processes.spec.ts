import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import {
  addMember,
  changeRole,
  deleteRoom,
  removeMember,
  renameRoom,
} from '../../server/chat/administration.ts';
import { createRoom } from '../../server/chat/new-room.ts';
import { postMessage } from '../../server/chat/post.ts';
import { enter, expire, leave } from '../../server/chat/presence.ts';
import { giveUp } from '../../server/chat/quit.ts';
import type { User } from '../../server/chat/user.ts';
import { openDatabase } from '../../server/database/open.ts';
import { enrol, houseOf, later, NOW, TIMES, withFile } from '../support/domain.ts';

const test = suite('two processes on one file');

type Act = (
  em: EntityManager,
  ada: User,
  rooms: { lobby: number; study: number },
  grace: User,
) => Promise<unknown>;

/** What ada does in her lobby and study; she and grace, a member, are in the lobby. */
const acts: Record<string, Act> = {
  'enter the same room again': (em, ada, { lobby }) => enter(em, ada, lobby, { now: NOW, leaseTimes: TIMES }),
  'enter another room': (em, ada, { lobby, study }) =>
    enter(em, ada, study, { now: NOW, leaseTimes: TIMES, leave: lobby }),
  post: (em, ada, { lobby }) => postMessage(em, ada, lobby, { body: 'hello', key: 'a-key-of-ada' }, NOW),
  leave: (em, ada, { lobby }) => leave(em, ada, lobby, NOW),
  expire: (em, ada, { lobby }) => expire(em, ada, lobby, later(TIMES.page)),
  'create a room': (em, ada) => createRoom(em, ada, { name: 'hall', access: 'open' }, NOW),
  'delete a room': (em, ada, { lobby }) => deleteRoom(em, ada, lobby),
  'rename a room': (em, ada, { lobby }) => renameRoom(em, ada, lobby, 'hall', NOW),
  'add a member': (em, ada, { study }, grace) => addMember(em, ada, study, grace, NOW),
  'remove a member': (em, ada, { lobby }, grace) => removeMember(em, ada, lobby, grace, NOW),
  'change a role': (em, ada, { lobby }, grace) => changeRole(em, ada, lobby, grace, 'admin', NOW),
  'give up membership': (em, _, { lobby }, grace) => giveUp(em, grace, lobby, NOW),
};

for (const [what, act] of Object.entries(acts)) {
  // SQLite refuses a write, without waiting, after a read that another write has outdated. So an act
  // takes its lock first: then the other process waits.
  test(
    `"${what}" succeeds while another process tries to write after each of our queries`,
    withFile(async (file) => {
      const orm = await openDatabase(file);
      const other = new DatabaseSync(file);
      let queries = 0;
      try {
        for (const username of ['ada', 'grace']) await enrol(orm, username);
        const { room, enter: enterAs, to } = houseOf(orm);
        const rooms = { lobby: await room('ada', 'lobby'), study: await room('ada', 'study') };
        for (const username of ['ada', 'grace']) await enterAs(username, rooms.lobby);
        await to('ada', 'grace', (em, ada, grace) => {
          const execute = em.execute.bind(em);
          em.execute = (async (...given: Parameters<typeof execute>) => {
            const rows = await execute(...given);
            queries += 1;
            try {
              other.exec('update room set name = name');
            } catch (error) {
              assert.match(String(error), 'locked');
            }
            return rows;
          }) as typeof em.execute;
          return act(em, ada, rooms, grace);
        });
        if (act !== acts['create a room']) assert.ok(queries > 0);
      } finally {
        other.close();
        await orm.close();
      }
    }),
  );
}

/** The data of the worker below. */
interface Rival {
  file: string;
  modules: { open: string; nouns: string };
  /** Makes `other` a member. */
  admin: string;
  other: string;
  rooms: number[];
  /** How many workers have reached each room: a worker goes on when both have. */
  gate: Int32Array;
}

/** Acts as another process: a thread with its own connection. Posts how each act ended. */
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

/** Runs the worker to its end, and returns the outcomes it posts. */
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
  'when the two admins of a room make each other members from two processes at once, one stays an admin',
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
        nouns: import.meta.resolve('../support/domain.ts'),
      };
      const shared = { file, modules, rooms, gate: new Int32Array(new SharedArrayBuffer(4 * rooms.length)) };
      const [byAda, byGrace] = await Promise.all([
        outcomesOf({ ...shared, admin: 'ada', other: 'grace' }),
        outcomesOf({ ...shared, admin: 'grace', other: 'ada' }),
      ]);
      for (const [index, id] of rooms.entries()) {
        const won = byAda[index] === 'done';
        assert.equal([byAda[index], byGrace[index]].toSorted(), [
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
