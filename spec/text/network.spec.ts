import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { networkOf, siteOf } from '../../server/text/network.ts';

const test = suite('network');

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
  ['192.0.2.1:80', '192.0.2.1'],
  ['[2001:db8:1:2::9]:443', '2001:db8:1:2::'],
  ['[2001:db8:1:2::9]', '2001:db8:1:2::'],
  ['[::ffff:192.0.2.1]:80', '192.0.2.1'],
  ['2001:db8:1:2::9:443', '2001:db8:1:2::'],
  ['unknown:80', 'unknown:80'],
  ['[', '['],
  [':80', ':80'],
  ['\'"<', '\'"<'],
] as const) {
  test(`the network of ${JSON.stringify(address)} is ${JSON.stringify(network)}`, () =>
    assert.is(networkOf(address), network));
}

for (const [network, site] of [
  ['192.0.2.1', undefined],
  ['2001:db8:1:2::', '2001:db8:1::/48'],
  ['2001:db8:1:3::', '2001:db8:1::/48'],
  ['2001:db8:2:3::', '2001:db8:2::/48'],
  ['::', '::/48'],
  ['', undefined],
  ['unknown:80', undefined],
] as const) {
  test(`the site of ${JSON.stringify(network)} is ${JSON.stringify(site)}`, () =>
    assert.is(siteOf(network), site));
}

test.run();
