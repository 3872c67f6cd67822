import fc from 'fast-check';
import { isAllowedFrom, parseIpRule } from './ip';

describe('IP rules', () => {
  test.each([
    ['10.0.0.1', '10.0.0.1'],
    [' 10.0.0.0/8 ', '10.0.0.0/8'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['::1', '::1'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['10.0.0.0/33', undefined],
    ['10.0.0.0/-1', undefined],
    ['10.0.0.0/08', undefined],
    ['10.0.0.0/8/8', undefined],
    ['10.0.0', undefined],
    ['300.0.0.1', undefined],
    ['::1/129', undefined],
    ['localhost', undefined],
    ['', undefined],
  ])('R084 «%s» is %s', (rule, parsed) => expect(parseIpRule(rule)).toBe(parsed));

  test('R084 an address is allowed by the rules that hold it, IPv4 also as IPv6 sockets write it', () => {
    const rules = ['10.1.0.0/16', '192.168.0.7', '2001:db8::/32'];
    for (const inside of ['10.1.200.3', '::ffff:10.1.0.1', '::FFFF:10.1.20.30', '192.168.0.7', '2001:db8::1'])
      expect(isAllowedFrom(rules, inside)).toBe(true);
    for (const outside of ['10.2.0.1', '::ffff:10.2.0.1', '::10.1.0.1', '192.168.0.8', '2001:db9::1', 'rubbish', '', undefined])
      expect(isAllowedFrom(rules, outside)).toBe(false);
  });

  test('R084 a prefix holds exactly the addresses that share its bits', () => {
    const bytes = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
    const number = (parts: readonly number[]) => parts.reduce((sum, part) => sum * 256 + part, 0);
    fc.assert(
      fc.property(bytes, bytes, fc.nat(32), (net, address, bits) => {
        const same = Math.floor(number(net) / 2 ** (32 - bits)) === Math.floor(number(address) / 2 ** (32 - bits));
        expect(isAllowedFrom([`${net.join('.')}/${bits}`], address.join('.'))).toBe(same);
      }),
    );
  });
});
