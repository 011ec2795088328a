import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { networkOf } from '../server/network.ts';

const test = suite('the network of an address');

for (const [address, network] of [
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:c000:201', '192.0.2.1'],
  ['::1', '::'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
  ['2001:0DB8:1:2::9', '2001:db8:1:2::'],
  ['2001:db8:1:3::9', '2001:db8:1:3::'],
  ['', ''],
  ['unknown', 'unknown'],
  ['192.0.2.1:80', '192.0.2.1:80'],
  ['\'"<', '\'"<'],
] as const) {
  test(`is ${JSON.stringify(network)} for ${JSON.stringify(address)}`, () =>
    assert.is(networkOf(address), network));
}

test.run();
