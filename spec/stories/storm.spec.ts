import { suite } from 'uvu';
import { withServer } from '../support/server.ts';
import { killed, storm } from '../support/storm.ts';

const test = suite('a storm');

test('leaves every reader with the same gapless log, and each acknowledged message once, though the server is killed twice', () => withServer(async (server) => {
  await server.start();
  await storm({ servers: [server], posters: 30, readers: 10, ms: 20_000, troubles: [[6000, killed(server)], [13_000, killed(server)]] });
}));

test.run();
