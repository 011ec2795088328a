// The processes that post, as connections of one process: takes orders from its parent, and tells
// of every batch that was stored.
import { type SqlEntityManager as EntityManager, MikroORM } from '@mikro-orm/sql';
import { postAll } from '../../server/chat/post-batch.ts';
import { databaseOptions } from '../../server/database/options.ts';
import { peopleOf, type Place, WRITERS } from './scale-world.ts';

/** What is to be done: batches of so many messages, one after the other, for so long. */
export interface Order {
  batch: number;
  place: Place;
  seconds: number;
}

/** A batch that is committed: the rooms it went to, and when it was begun and answered, as `now` tells time. */
export interface Batch {
  rooms: number[];
  begun: number;
  answered: number;
}

export interface Outcome {
  batches: Batch[];
  /** How long it took in all, and the CPU time of this process meanwhile, in milliseconds. */
  seconds: number;
  cpu: number;
}

/** Milliseconds on a clock that all processes of a machine have in common. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6;

async function write(orm: MikroORM, writer: number, { batch, place, seconds }: Order): Promise<Batch[]> {
  const people = peopleOf(writer, place);
  const batches: Batch[] = [];
  const end = now() + seconds * 1000;
  for (let count = 0; now() < end; count += 1) {
    const chosen = Array.from(
      { length: batch },
      (_, index) => people[(count * batch + index) % people.length]!,
    );
    const posts = chosen.map(({ user, room }) => ({
      user,
      room,
      body: 'A message of some length, as people write them.',
      key: crypto.randomUUID(),
      now: new Date(),
    }));
    const begun = now();
    const stored = await (orm.em.fork() as EntityManager).transactional((em) => postAll(em, posts));
    if (stored.includes(undefined)) throw new Error(`A message of writer ${writer} was refused.`);
    batches.push({ rooms: [...new Set(chosen.map(({ room }) => room))], begun, answered: now() });
  }
  return batches;
}

if (import.meta.main) {
  const orm = await MikroORM.init({
    ...databaseOptions(process.argv[2]!),
    pool: { min: WRITERS, max: WRITERS },
  });
  process.on(
    'message',
    (order: Order) =>
      void (async () => {
        const [cpu, start] = [process.cpuUsage(), now()];
        const batches = await Promise.all(
          Array.from({ length: WRITERS }, (_, writer) => write(orm, writer, order)),
        );
        const { user, system } = process.cpuUsage(cpu);
        process.send!({
          batches: batches.flat(),
          seconds: (now() - start) / 1000,
          cpu: (user + system) / 1000,
        } satisfies Outcome);
      })(),
  );
  process.once('disconnect', () => process.exit());
}
