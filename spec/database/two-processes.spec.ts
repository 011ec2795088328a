import { DatabaseSync } from 'node:sqlite';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sqlite';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { post } from '../../server/chat/message.ts';
import { enter, expire, leave } from '../../server/chat/presence.ts';
import { createRoom, deleteRoom } from '../../server/chat/room.ts';
import type { User } from '../../server/chat/user.ts';
import { openDatabase } from '../../server/database/open.ts';
import { enrol, houseOf, later, NOW, TIMES, withFile } from '../support/nouns.ts';

const test = suite('two processes on one file');

type Act = (em: EntityManager, ada: User, rooms: { lobby: number; study: number }) => Promise<unknown>;

/** What ada, who is in the lobby, does there and in the study. */
const acts: Record<string, Act> = {
  'enter the room one is in': (em, ada, { lobby }) => enter(em, ada, lobby, { now: NOW, times: TIMES }),
  'enter another room': (em, ada, { lobby, study }) => enter(em, ada, study, { now: NOW, times: TIMES, leave: lobby }),
  post: (em, ada, { lobby }) => post(em, ada, lobby, { body: 'hello', key: 'a-key-of-ada' }, NOW),
  leave: (em, ada, { lobby }) => leave(em, ada, lobby, NOW),
  expire: (em, ada, { lobby }) => expire(em, ada, lobby, later(TIMES.page)),
  'create a room': (em, ada) => createRoom(em, ada, { name: 'hall', access: 'open' }, NOW),
  'delete a room': (em, ada, { lobby }) => deleteRoom(em, ada, lobby),
};

for (const [what, act] of Object.entries(acts)) {
  // SQLite lets nobody write who has read before somebody else wrote, and does not wait there. So
  // the lock comes first: then the other waits, as it may.
  test(`let one ${what} while the other writes after each look of ours`, withFile(async (file) => {
    const orm = await openDatabase(file);
    const other = new DatabaseSync(file);
    let looks = 0;
    try {
      await enrol(orm, 'ada');
      const { room, enter: come, as } = houseOf(orm);
      const rooms = { lobby: await room('ada', 'lobby'), study: await room('ada', 'study') };
      await come('ada', rooms.lobby);
      await as('ada', (em, ada) => {
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
        return act(em, ada, rooms);
      });
      if (act !== acts['create a room']) assert.ok(looks > 0);
    } finally {
      other.close();
      await orm.close();
    }
  }));
}

test.run();
