import { PostgresListener } from '../../server/database/postgresql-listener.ts';
import { CHANNEL } from '../../server/database/postgresql-triggers.ts';
import { clientOptions } from '../../server/database/postgresql.ts';
import { type Batch, now } from './scale-writers.ts';

/** Listens as so many processes of the app do, and notes when each is told of which room. */
export async function listen(address: string, count: number) {
  const ears = await Promise.all(
    Array.from({ length: count }, async () => {
      const heard = new Map<string, number[]>();
      const note = (told: string) => {
        const times = heard.get(told);
        if (times) times.push(now());
        else heard.set(told, [now()]);
      };
      const listener = new PostgresListener(clientOptions(address), CHANNEL);
      await listener.open({ onMessage: note, onOutage() {}, onListening() {} });
      return { heard, listener };
    }),
  );
  return {
    /**
     * Ends it, and returns how long it took from the beginning of each batch until each listener had
     * been told of each of its rooms. @throws where one was not told of a room as often as it was changed
     */
    async end(batches: Batch[]): Promise<number[]> {
      const changes = new Map<string, number[]>();
      for (const { rooms, begun } of batches.toSorted((a, b) => a.answered - b.answered)) {
        for (const room of rooms)
          changes.set(`room ${room}`, [...(changes.get(`room ${room}`) ?? []), begun]);
      }
      const delays: number[] = [];
      for (const { heard, listener } of ears) {
        await listener.settled();
        await listener.close();
        for (const [room, begun] of changes) {
          const times = heard.get(room) ?? [];
          if (times.length !== begun.length)
            throw new Error(
              `A listener was told ${times.length} times of ${room}, which was changed ${begun.length} times.`,
            );
          for (const [index, time] of times.entries()) delays.push(time - begun[index]!);
        }
      }
      return delays;
    },
  };
}
