// @ts-nocheck
function stryNS_9fa48() {
  var g = typeof globalThis === 'object' && globalThis && globalThis.Math === Math && globalThis || new Function("return this")();
  var ns = g.__stryker__ || (g.__stryker__ = {});
  if (ns.activeMutant === undefined && g.process && g.process.env && g.process.env.__STRYKER_ACTIVE_MUTANT__) {
    ns.activeMutant = g.process.env.__STRYKER_ACTIVE_MUTANT__;
  }
  function retrieveNS() {
    return ns;
  }
  stryNS_9fa48 = retrieveNS;
  return retrieveNS();
}
stryNS_9fa48();
function stryCov_9fa48() {
  var ns = stryNS_9fa48();
  var cov = ns.mutantCoverage || (ns.mutantCoverage = {
    static: {},
    perTest: {}
  });
  function cover() {
    var c = cov.static;
    if (ns.currentTestId) {
      c = cov.perTest[ns.currentTestId] = cov.perTest[ns.currentTestId] || {};
    }
    var a = arguments;
    for (var i = 0; i < a.length; i++) {
      c[a[i]] = (c[a[i]] || 0) + 1;
    }
  }
  stryCov_9fa48 = cover;
  cover.apply(null, arguments);
}
function stryMutAct_9fa48(id) {
  var ns = stryNS_9fa48();
  function isActive(id) {
    if (ns.activeMutant === id) {
      if (ns.hitCount !== void 0 && ++ns.hitCount > ns.hitLimit) {
        throw new Error('Stryker: Hit count limit reached (' + ns.hitCount + ')');
      }
      return true;
    }
    return false;
  }
  stryMutAct_9fa48 = isActive;
  return isActive(id);
}
import { BlockList, isIP } from 'node:net';
const MOST_BITS = {
  4: 32,
  6: 128
} as const;
/** IPv4 as IPv6 sockets see it: the same address. */
const plain = stryMutAct_9fa48("174") ? () => undefined : (stryCov_9fa48("174"), (() => {
  const plain = (address: string) => stryMutAct_9fa48("175") ? /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] && address : (stryCov_9fa48("175"), (stryMutAct_9fa48("176") ? /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)[1] : (stryCov_9fa48("176"), (stryMutAct_9fa48("186") ? /^::ffff:(\d+\.\d+\.\d+\.\D+)$/i : stryMutAct_9fa48("185") ? /^::ffff:(\d+\.\d+\.\d+\.\d)$/i : stryMutAct_9fa48("184") ? /^::ffff:(\d+\.\d+\.\D+\.\d+)$/i : stryMutAct_9fa48("183") ? /^::ffff:(\d+\.\d+\.\d\.\d+)$/i : stryMutAct_9fa48("182") ? /^::ffff:(\d+\.\D+\.\d+\.\d+)$/i : stryMutAct_9fa48("181") ? /^::ffff:(\d+\.\d\.\d+\.\d+)$/i : stryMutAct_9fa48("180") ? /^::ffff:(\D+\.\d+\.\d+\.\d+)$/i : stryMutAct_9fa48("179") ? /^::ffff:(\d\.\d+\.\d+\.\d+)$/i : stryMutAct_9fa48("178") ? /^::ffff:(\d+\.\d+\.\d+\.\d+)/i : stryMutAct_9fa48("177") ? /::ffff:(\d+\.\d+\.\d+\.\d+)$/i : (stryCov_9fa48("177", "178", "179", "180", "181", "182", "183", "184", "185", "186"), /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i)).exec(address)?.[1])) ?? address);
  return plain;
})());
interface Range {
  readonly address: string;
  readonly family: 4 | 6;
  readonly bits: number;
}
const range = (rule: string): Range | undefined => {
  if (stryMutAct_9fa48("187")) {
    {}
  } else {
    stryCov_9fa48("187");
    const [address = '', bits, more] = stryMutAct_9fa48("189") ? rule.split('/') : (stryCov_9fa48("189"), rule.trim().split('/'));
    const family = isIP(address) as 0 | 4 | 6;
    if (stryMutAct_9fa48("193") ? family === 0 && more !== undefined : stryMutAct_9fa48("192") ? false : stryMutAct_9fa48("191") ? true : (stryCov_9fa48("191", "192", "193"), (stryMutAct_9fa48("195") ? family !== 0 : stryMutAct_9fa48("194") ? false : (stryCov_9fa48("194", "195"), family === 0)) || (stryMutAct_9fa48("197") ? more === undefined : stryMutAct_9fa48("196") ? false : (stryCov_9fa48("196", "197"), more !== undefined)))) return undefined;
    const most = MOST_BITS[family];
    if (stryMutAct_9fa48("200") ? bits !== undefined : stryMutAct_9fa48("199") ? false : stryMutAct_9fa48("198") ? true : (stryCov_9fa48("198", "199", "200"), bits === undefined)) return stryMutAct_9fa48("201") ? {} : (stryCov_9fa48("201"), {
      address,
      family,
      bits: most
    });
    return (stryMutAct_9fa48("204") ? /^(0|[1-9]\d{0,2})$/.test(bits) || Number(bits) <= most : stryMutAct_9fa48("203") ? false : stryMutAct_9fa48("202") ? true : (stryCov_9fa48("202", "203", "204"), (stryMutAct_9fa48("209") ? /^(0|[1-9]\D{0,2})$/ : stryMutAct_9fa48("208") ? /^(0|[1-9]\d)$/ : stryMutAct_9fa48("207") ? /^(0|[^1-9]\d{0,2})$/ : stryMutAct_9fa48("206") ? /^(0|[1-9]\d{0,2})/ : stryMutAct_9fa48("205") ? /(0|[1-9]\d{0,2})$/ : (stryCov_9fa48("205", "206", "207", "208", "209"), /^(0|[1-9]\d{0,2})$/)).test(bits) && (stryMutAct_9fa48("212") ? Number(bits) > most : stryMutAct_9fa48("211") ? Number(bits) < most : stryMutAct_9fa48("210") ? true : (stryCov_9fa48("210", "211", "212"), Number(bits) <= most)))) ? stryMutAct_9fa48("213") ? {} : (stryCov_9fa48("213"), {
      address,
      family,
      bits: Number(bits)
    }) : undefined;
  }
};

/** An IPv4 or IPv6 address or CIDR without spaces around it; undefined for anything else. */
export function parseIpRule(rule: string): string | undefined {
  if (stryMutAct_9fa48("214")) {
    {}
  } else {
    stryCov_9fa48("214");
    return range(rule) ? stryMutAct_9fa48("216") ? rule.toLowerCase() : stryMutAct_9fa48("215") ? rule.trim().toUpperCase() : (stryCov_9fa48("215", "216"), rule.trim().toLowerCase()) : undefined;
  }
}
const lists = new WeakMap<readonly string[], BlockList>();
const listOf = (rules: readonly string[]) => {
  if (stryMutAct_9fa48("217")) {
    {}
  } else {
    stryCov_9fa48("217");
    let list = lists.get(rules);
    if (stryMutAct_9fa48("220") ? false : stryMutAct_9fa48("219") ? true : stryMutAct_9fa48("218") ? list : (stryCov_9fa48("218", "219", "220"), !list)) {
      if (stryMutAct_9fa48("221")) {
        {}
      } else {
        stryCov_9fa48("221");
        list = new BlockList();
        for (const rule of rules) {
          if (stryMutAct_9fa48("222")) {
            {}
          } else {
            stryCov_9fa48("222");
            const {
              address,
              family,
              bits
            } = range(rule)!;
            list.addSubnet(address, bits, (stryMutAct_9fa48("225") ? family !== 4 : stryMutAct_9fa48("224") ? false : stryMutAct_9fa48("223") ? true : (stryCov_9fa48("223", "224", "225"), family === 4)) ? 'ipv4' : 'ipv6');
          }
        }
        lists.set(rules, list);
      }
    }
    return list;
  }
};

/** Whether an address is within one of the rules; where the address is not known it is not. */
export function isAllowedFrom(rules: readonly string[], address: string | undefined): boolean {
  if (stryMutAct_9fa48("228")) {
    {}
  } else {
    stryCov_9fa48("228");
    if (stryMutAct_9fa48("231") ? address !== undefined : stryMutAct_9fa48("230") ? false : stryMutAct_9fa48("229") ? true : (stryCov_9fa48("229", "230", "231"), address === undefined)) return stryMutAct_9fa48("232") ? true : (stryCov_9fa48("232"), false);
    const seen = plain(address);
    const family = isIP(seen);
    return stryMutAct_9fa48("235") ? family !== 0 || listOf(rules).check(seen, family === 4 ? 'ipv4' : 'ipv6') : stryMutAct_9fa48("234") ? false : stryMutAct_9fa48("233") ? true : (stryCov_9fa48("233", "234", "235"), (stryMutAct_9fa48("237") ? family === 0 : stryMutAct_9fa48("236") ? true : (stryCov_9fa48("236", "237"), family !== 0)) && listOf(rules).check(seen, (stryMutAct_9fa48("240") ? family !== 4 : stryMutAct_9fa48("239") ? false : stryMutAct_9fa48("238") ? true : (stryCov_9fa48("238", "239", "240"), family === 4)) ? 'ipv4' : 'ipv6'));
  }
}