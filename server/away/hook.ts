import { lookup as lookUp } from 'node:dns';
import type { ClientRequest } from 'node:http';
import * as https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { NotSent } from '../mail.ts';
import { isPublicAddress } from '../text/network.ts';

/** From the first byte to the answer. */
const LONGEST_MS = 10_000;
const PRIVATE =
  'The address leads into a private network, or to this machine. Only public addresses are posted to.';

/** What is posted to a user's own address. */
export interface HookPost {
  url: string;
  /** Plain text. */
  text: string;
  /** The same for each try, so that a script can tell a repeat. */
  id: string;
}

/** @throws NotSent */
export type PostToHook = (post: HookPost) => Promise<void>;

/** What specs have other than production. */
interface Reach {
  request?: typeof https.request;
  isAllowed?: (address: string) => boolean;
  lookup?: typeof lookUp;
}

/**
 * Posts to addresses of users. Each name is looked up once, and the connection goes to the address that was checked: a name
 * that changes its address in between leads nowhere else. Redirects are not followed, and the answer is not read.
 */
export function hookPoster({
  request = https.request,
  isAllowed = isPublicAddress,
  lookup = lookUp,
}: Reach = {}): PostToHook {
  const pinned = pinnedLookup(lookup, isAllowed);
  return async ({ url, text, id }) => {
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) > 0 && !isAllowed(host)) throw privateRefusal(); // is not looked up
    const body = Buffer.from(text);
    const headers = {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': body.length,
      'User-Agent': 'Plainchat',
      'Idempotency-Key': id,
    };
    await sent(request(url, { method: 'POST', agent: false, lookup: pinned, headers }), body);
  };
}

const privateRefusal = () => new NotSent(PRIVATE, { mayHaveArrived: false });

/** Looks up a name, and gives its addresses only if all are allowed. */
function pinnedLookup(lookup: typeof lookUp, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '');
      const [first] = found;
      if (!first || !found.every(({ address }) => isAllowed(address))) return done(privateRefusal(), '');
      if (options.all) return done(null, found);
      done(null, first.address, first.family);
    });
  };
}

/** Resolves when the address has said yes. @throws NotSent */
async function sent(request: ClientRequest, body: Buffer): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let isHandedOver = false;
  const timer = setTimeout(
    () => request.destroy(new Error('The address took more than 10 seconds.')),
    LONGEST_MS,
  );
  request.once('response', (response) => {
    const { statusCode = 0 } = response;
    response.destroy();
    if (statusCode >= 200 && statusCode < 300) resolve();
    else reject(new NotSent(`The address answered ${statusCode}.`, { mayHaveArrived: false }));
  });
  request.on('error', (error) =>
    reject(error instanceof NotSent ? error : new NotSent(error.message, { mayHaveArrived: isHandedOver })),
  );
  request.once('finish', () => (isHandedOver = true));
  request.end(body);
  await promise.finally(() => clearTimeout(timer));
}
