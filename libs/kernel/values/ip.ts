import { BlockList, isIP } from 'node:net';

const MOST_BITS = { 4: 32, 6: 128 } as const;

interface Range {
  readonly address: string;
  readonly family: 4 | 6;
  readonly bits: number;
}

const range = (rule: string): Range | undefined => {
  const [address = '', bits, more] = rule.trim().split('/');
  const family = isIP(address) as 0 | 4 | 6;
  if (family === 0 || more !== undefined) return undefined;
  const most = MOST_BITS[family];
  if (bits === undefined) return { address, family, bits: most };
  return /^(0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= most ? { address, family, bits: Number(bits) } : undefined;
};

/** An IPv4 or IPv6 address or CIDR without spaces around it; undefined for anything else. */
export function parseIpRule(rule: string): string | undefined {
  return range(rule) ? rule.trim().toLowerCase() : undefined;
}

const lists = new WeakMap<readonly string[], BlockList>();
const listOf = (rules: readonly string[]) => {
  let list = lists.get(rules);
  if (!list) {
    list = new BlockList();
    for (const rule of rules) {
      const { address, family, bits } = range(rule)!;
      list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
    }
    lists.set(rules, list);
  }
  return list;
};

/** Whether an address is within one of the rules (IPv4 also as IPv6 sockets see it); where the address is not known it is not. */
export function isAllowedFrom(rules: readonly string[], address = ''): boolean {
  const family = isIP(address);
  return family !== 0 && listOf(rules).check(address, family === 4 ? 'ipv4' : 'ipv6');
}
