import ipaddr from 'ipaddr.js';

const HOUSEHOLD_BITS = 64;

/**
 * The network that an address stands for, as a limit counts it: an IPv4 address itself, and of
 * IPv6 the /64 that a household is given, since whoever has one can send from any address in it.
 * What is no address stands for itself.
 */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address); // an IPv4 address in the clothes of IPv6 is one
  return parsed instanceof ipaddr.IPv6
    ? `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString()}/${HOUSEHOLD_BITS}`)}`
    : parsed.toString();
}
