import ipaddr from 'ipaddr.js';

/** A household gets a whole /64 of IPv6, and can send from any address in it. */
const HOUSEHOLD_PREFIX = 64;
/** An office, a provider's customer or a free tunnel can have a /48: 65,536 households. */
const SITE_PREFIX = 48;

/**
 * Returns what a rate limit counts for an address: an IPv4 address itself, but of an IPv6 address the /64.
 * Some proxies write the port, too, which every connection has another of: it is cut off. A text that is no
 * address is returned as it is.
 */
export function networkOf(address: string): string {
  const host = withoutPort(address);
  if (!ipaddr.isValid(host)) return address;
  const parsed = ipaddr.process(host); // turns an IPv4-mapped IPv6 address into IPv4
  return parsed instanceof ipaddr.IPv6 ? prefixOf(parsed, HOUSEHOLD_PREFIX) : parsed.toString();
}

/** Returns the /48 of an IPv6 network, which a rate limit counts as well; undefined for any other text. */
export function siteOf(network: string): string | undefined {
  if (!network.includes(':') || !ipaddr.IPv6.isValid(network)) return undefined;
  return `${prefixOf(ipaddr.IPv6.parse(network), SITE_PREFIX)}/${SITE_PREFIX}`;
}

const prefixOf = (address: ipaddr.IPv6, bits: number): string =>
  ipaddr.IPv6.networkAddressFromCIDR(`${address.toNormalizedString()}/${bits}`).toString();

/** Without the port of `192.0.2.1:5678` and `[2001:db8::1]:5678`, and without brackets. */
function withoutPort(address: string): string {
  const [, host] = /^\[([^\]]*)\](?::\d+)?$|^([^:]*):\d+$/.exec(address)?.filter(Boolean) ?? [];
  return host ?? address;
}

/** All addresses of IPv6 that are given to anybody so far. */
const GLOBAL = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether an address is one that anybody on the internet could mean: none of this machine, a house, an office or a cloud. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv6 && !parsed.match(...GLOBAL)) return false;
  return parsed.range() === 'unicast';
}
