// What the processes of the app do to the database beside the posts, by the app's own functions.
import type { SqlEntityManager as EntityManager, MikroORM } from '@mikro-orm/sql';
import { entryRecords } from '../../server/chat/entry-records.ts';
import { connectLive } from '../../server/database/connect-live.ts';
import { Leases } from '../../server/live/leases.ts';
import { RateLimiter } from '../../server/live/rate-limiter.ts';
import { ReadMarkers } from '../../server/live/read-markers.ts';
import { peopleOf, type Place, WRITERS } from './scale-world.ts';

/** What a thousand of something costs: CPU-ms of the database and of the process, and milliseconds one after the other. */
export type Cost = [what: string, database: number, process: number, ms: number];

const SOME = 300;

/** Does each chore often enough to be measured, and returns what it costs. */
export async function chores(orm: MikroORM, cpu: () => number): Promise<Cost[]> {
  const em = () => orm.em.fork() as EntityManager;
  const clock = () => new Date();
  const live = await connectLive(orm);
  const peopleIn = (place: Place) =>
    Array.from({ length: WRITERS }, (_, writer) => peopleOf(writer, place)).flat();
  const costs = async (what: string, count: number, work: () => Promise<unknown>): Promise<Cost> => {
    await work(); // warms up
    const [spent, own, start] = [cpu(), process.cpuUsage(), performance.now()];
    await work();
    const { user, system } = process.cpuUsage(own);
    return [
      what,
      ...[cpu() - spent, (user + system) / 1000, performance.now() - start].map((ms) => (ms / count) * 1000),
    ] as Cost;
  };
  const read = async () => {
    for (let count = 0; count < SOME; count += 1) {
      const { last } = (await live.lookups.room(1 + (count % WRITERS)))!;
      await entryRecords(live.reader, 1 + (count % WRITERS), last, last);
    }
  };
  const look = async () => {
    for (let count = 0; count < SOME; count += 1) {
      await live.lookups.room(1 + (count % WRITERS));
      await live.lookups.usernames([1 + count]);
    }
  };
  const leases = new Leases({ em, leaseTimes: { page: 900_000, script: 120_000 }, clock });
  const hear = () => {
    for (const { user } of peopleIn('one')) leases.record(user, { lease: 'script', inRoom: true });
    return leases.tick();
  };
  const readMarkers = new ReadMarkers(em);
  let seq = 0;
  const show = (place: Place) => () => {
    seq += 1;
    for (const { user, room } of peopleIn(place)) readMarkers.record(user, room, seq);
    return readMarkers.flush();
  };
  const limits = new RateLimiter(em, true);
  let address = 0;
  const draw = async () => {
    for (const { user } of peopleIn('one').slice(0, SOME))
      await limits.consume('post', {
        user: { id: user },
        address: `2001:db8:${(address += 1).toString(16)}::1`,
        now: clock(),
      });
    await limits.flush(clock());
  };
  try {
    return [
      await costs('a room that has changed is looked at by the process that has changed it', SOME, look),
      await costs('a room that has changed is read by another process', SOME, read),
      await costs('a lease is written down, 640 people at once', 640, hear),
      await costs('a read mark is written down, 640 people in one room', 640, show('all')),
      await costs('a read mark is written down, 640 people in a room each', 640, show('each')),
      await costs(
        'limits of a post are looked up and written down, each person and address once',
        SOME,
        draw,
      ),
    ];
  } finally {
    await live.close();
  }
}
