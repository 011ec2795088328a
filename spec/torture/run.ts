// Tortures a server for as long as one likes:
//   npm run torture -- --minutes 10 --kills 200 --messages 20000 --seed 1
// goes on until all three are reached. With --away it kills processes that tell users what they have not read. With --postgres it kills one of two servers on a PostgreSQL of its own.
import { parseArgs } from 'node:util';
import { startPostgres } from '../support/postgres.ts';
import { Server, withServer } from '../support/server.ts';
import { torture } from '../support/torture.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    kills: { type: 'string' },
    messages: { type: 'string', default: '20000' },
    seed: { type: 'string' },
    postgres: { type: 'boolean' },
    away: { type: 'boolean' },
  },
});
const minutes = Number(values.minutes);
const kills = Number(values.kills ?? Math.ceil(minutes * 20));
const messages = Number(values.messages);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
if (![minutes, kills, messages, seed].every((number) => number >= 0))
  throw new Error('--minutes, --kills, --messages and --seed take a number each.');

if (values.away) {
  const { tortureAwayFor } = await import('./away.ts');
  await tortureAwayFor({ kills: Number(values.kills ?? 500), seed, isOnPostgres: values.postgres ?? false });
  process.exit(); // what has started PostgreSQL still holds the pipes to it
}
console.log(`${minutes} minutes, ${kills} kills, seed ${seed}`);
const began = performance.now();
const postgres = values.postgres ? await startPostgres() : undefined;
const variables: Record<string, string> = postgres ? { DATABASE_URL: await postgres.create() } : {};
await withServer(async (server, folder) => {
  const servers = postgres ? [server, new Server(folder, variables)] : [server];
  for (const one of servers) await one.start();
  const outcome = await torture(servers, {
    posters: 30,
    readers: 10,
    ms: minutes * 60_000,
    kills,
    perKill: messages / Math.max(kills, 1),
    seed,
    onKill: (killed, acknowledged) =>
      void (killed % 10 === 0 && console.log(`${killed} kills, ${acknowledged} messages acknowledged`)),
  });
  console.log(
    `${outcome.kills} kills, ${outcome.acknowledged} messages acknowledged, ${outcome.entries} entries, in ${Math.round((performance.now() - began) / 1000)} s: each is there once, in one order without a gap, which every reader has seen.`,
  );
  for (const one of servers) await one.end();
}, variables);
await postgres?.end();
process.exit(); // what has started PostgreSQL still holds the pipes to it
