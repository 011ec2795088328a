import type { IncomingMessage } from 'node:http';
import proxyAddress from 'proxy-addr';
import { networkOf } from '../text/network.ts';

/** Returns the client's network address. @param trustProxy how many proxies in front are trusted */
export function addressOf(request: IncomingMessage, trustProxy: number): string {
  const address: string | undefined = proxyAddress(request, (_, hop) => hop < trustProxy); // undefined if the client has hung up
  return networkOf(address ?? '');
}
