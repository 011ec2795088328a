import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withServer } from '../support/server.ts';
import { torture } from '../support/torture.ts';

const test = suite('a storm');

test('leaves every reader with the same gapless log, and each acknowledged message once, though the server is killed again and again', () =>
  withServer(async (server) => {
    await server.start();
    const seed = Math.floor(Math.random() * 2 ** 32);
    console.log(`(seed ${seed})`);
    const { acknowledged, entries, kills } = await torture([server], {
      posters: 30,
      readers: 10,
      ms: 9000,
      kills: 3,
      perKill: 50,
      seed,
    });
    assert.ok(acknowledged > 100, `only ${acknowledged} messages were acknowledged`);
    console.log(`(${acknowledged} messages acknowledged, ${entries} entries, ${kills} kills)`);
  }));

test.run();
