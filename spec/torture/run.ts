// Tortures a server for as long as one likes:
//   npm run torture -- --minutes 10 --kills 200 --seed 1
import { parseArgs } from 'node:util';
import { withServer } from '../support/server.ts';
import { torture } from '../support/torture.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' }, kills: { type: 'string' }, seed: { type: 'string' } } });
const minutes = Number(values.minutes);
const kills = Number(values.kills ?? Math.ceil(minutes * 20));
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
if (![minutes, kills, seed].every((number) => number >= 0)) throw new Error('--minutes, --kills and --seed take a number each.');

console.log(`${minutes} minutes, ${kills} kills, seed ${seed}`);
const began = performance.now();
await withServer(async (server) => {
  await server.start();
  const outcome = await torture([server], {
    posters: 30, readers: 10, ms: minutes * 60_000, kills, seed,
    onKill: (killed, acknowledged) => void (killed % 10 === 0 && console.log(`${killed} kills, ${acknowledged} messages acknowledged`)),
  });
  console.log(`${outcome.kills} kills, ${outcome.acknowledged} messages acknowledged, ${outcome.entries} entries, in ${Math.round((performance.now() - began) / 1000)} s: each is there once, in one order without a gap, which every reader has seen.`);
});
