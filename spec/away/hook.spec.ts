import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import type { lookup as lookUp } from 'node:dns';
import type { AddressInfo } from 'node:net';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { hookPoster } from '../../server/away/hook.ts';
import { NotSent } from '../../server/mail.ts';
import { isPublicAddress } from '../../server/text/network.ts';
import { refusal } from '../support/domain.ts';

const test = suite('posts to addresses of users');

const PRIVATE = [
  '127.0.0.1',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  'fe80::1',
  'fc00::1',
  'ff02::1',
  '2001:db8::1',
  '::7f00:1',
  '::ffff:0:7f00:1',
  '64:ff9b:1::7f00:1',
  '100:0:0:1::1',
  '2001::7f00:1',
  'fec0::1',
  'fe80::1%eth0',
  'localhost',
  '',
];

test('only an address that anybody could mean is public', () => {
  assert.equal(PRIVATE.filter(isPublicAddress), []);
  for (const address of ['1.1.1.1', '2606:4700:4700::1111']) assert.ok(isPublicAddress(address), address);
});

/** A name server that says where each name leads. */
const names = (...addresses: string[]) =>
  ((_: string, __: object, done: (error: null, found: object[]) => void) =>
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )) as unknown as typeof lookUp;

test('a name that leads into a private network is not connected to, whatever else it leads to', async () => {
  for (const addresses of [['127.0.0.1'], ['1.1.1.1', '10.0.0.1'], ['::1'], []]) {
    const post = hookPoster({ lookup: names(...addresses) });
    const error = await refusal(
      NotSent,
      post({ url: 'https://ntfy.example/ada', text: 'hello', id: 'an id' }),
    );
    assert.match(error.message, /private network/);
    assert.not.ok(error.mayHaveArrived);
  }
});

test('an address in place of a name is checked as well, however it is written', async () => {
  for (const host of [
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '127.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::7f00:1]',
    '0177.0.0.1',
    '127.0.0.1.',
    '169.254.169.254',
  ])
    assert.match(
      (await refusal(NotSent, hookPoster()({ url: `https://${host}/`, text: 'hello', id: 'an id' }))).message,
      /private network/,
      host,
    );
});

/** Runs `work` with a server that answers so; `sent` is what came. */
async function withServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  work: (url: string, sent: string[]) => Promise<void>,
): Promise<void> {
  const sent: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      sent.push(`${request.method} ${request.url} ${String(request.headers['idempotency-key'])}: ${body}`);
      answer(request, response);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  try {
    await work(`http://ntfy.example:${(server.address() as AddressInfo).port}/ada`, sent);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}
/** In place of a public server, one of this spec. */
const nearby = hookPoster({
  request: httpRequest,
  lookup: names('127.0.0.1'),
  isAllowed: () => true,
});

test('a post is plain text with an id, and the answer is not read', async () => {
  await withServer(
    (_, response) => void response.writeHead(201).write('endless'),
    async (url, sent) => {
      await nearby({ url, text: 'grüße', id: 'an id' });
      assert.equal(sent, ['POST /ada an id: grüße']);
    },
  );
});

test('a redirect is not followed, and counts as a refusal', async () => {
  await withServer(
    (_, response) => void response.writeHead(302, { Location: '/elsewhere' }).end(),
    async (url, sent) => {
      const error = await refusal(NotSent, nearby({ url, text: 'hello', id: 'an id' }));
      assert.equal([error.message, error.mayHaveArrived], ['The address answered 302.', false]);
      assert.is(sent.length, 1);
    },
  );
});

test('a post without an answer may have arrived', async () => {
  await withServer(
    (request) => void request.socket.destroy(),
    async (url) => {
      assert.ok((await refusal(NotSent, nearby({ url, text: 'hello', id: 'an id' }))).mayHaveArrived);
    },
  );
});

test.run();
