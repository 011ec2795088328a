import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { browserInWords } from '../../server/view/user-agent.ts';

const test = suite('browser in words');

const MOZILLA = 'Mozilla/5.0';
const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const known = [
  ['Firefox on Windows', `${MOZILLA} (Windows NT 10.0; Win64; x64; rv:153.0) Gecko/20100101 Firefox/153.0`],
  ['Firefox on Linux', `${MOZILLA} (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0`],
  ['Firefox on Android', `${MOZILLA} (Android 16; Mobile; rv:153.0) Gecko/153.0 Firefox/153.0`],
  [
    'Firefox on iPhone',
    `${MOZILLA} (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/153.0 Mobile/15E148 Safari/605.1.15`,
  ],
  [
    'Chrome on macOS',
    `${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Chrome/156.0.0.0 Safari/537.36`,
  ],
  ['Chrome on Android', `${MOZILLA} (Linux; Android 10; K) ${WEBKIT} Chrome/156.0.0.0 Mobile Safari/537.36`],
  [
    'Edge on Windows',
    `${MOZILLA} (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0`,
  ],
  [
    'Safari on macOS',
    `${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15`,
  ],
  [
    'Safari on iPhone',
    `${MOZILLA} (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1`,
  ],
  ['lynx', 'Lynx/2.9.0dev.12 libwww-FM/2.14 SSL-MM/1.4.1 GNUTLS/3.7.8'],
  ['w3m', 'w3m/0.5.3+git20230121'],
  ['Links on Linux', 'Links (2.28; Linux 6.1.0 x86_64; GNU C 12.2; text)'],
  ['ELinks on Linux', 'ELinks/0.13.2 (textmode; Linux 6.1.0 x86_64; 80x24-2)'],
  ['An unknown browser', ''],
  ['An unknown browser', 'curl/8.0'],
  ['An unknown browser on Linux', '<b>Linux</b>'],
] as const;

for (const [words, userAgent] of known) {
  test(`the browser in ${JSON.stringify(userAgent)} is ${words}`, () => {
    assert.is(browserInWords(userAgent), words);
  });
}

test.run();
