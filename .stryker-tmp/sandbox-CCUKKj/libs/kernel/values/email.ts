/**
 * The address trimmed, or undefined when it is none: at most 254 characters, a local part of at most 64,
 * one `@`, a domain with a dot.
 */
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
export function parseEmail(value: string): string | undefined {
  if (stryMutAct_9fa48("0")) {
    {}
  } else {
    stryCov_9fa48("0");
    const address = stryMutAct_9fa48("1") ? value : (stryCov_9fa48("1"), value.trim());
    const parts = address.split('@');
    if (stryMutAct_9fa48("5") ? address.length > 254 && parts.length !== 2 : stryMutAct_9fa48("4") ? false : stryMutAct_9fa48("3") ? true : (stryCov_9fa48("3", "4", "5"), (stryMutAct_9fa48("8") ? address.length <= 254 : stryMutAct_9fa48("7") ? address.length >= 254 : stryMutAct_9fa48("6") ? false : (stryCov_9fa48("6", "7", "8"), address.length > 254)) || (stryMutAct_9fa48("10") ? parts.length === 2 : stryMutAct_9fa48("9") ? false : (stryCov_9fa48("9", "10"), parts.length !== 2)))) return undefined;
    const [local, domain] = parts as [string, string];
    if (stryMutAct_9fa48("13") ? (local.length === 0 || local.length > 64) && /[\s"(),:;<>[\\\]]|\p{Cc}/u.test(address) : stryMutAct_9fa48("12") ? false : stryMutAct_9fa48("11") ? true : (stryCov_9fa48("11", "12", "13"), (stryMutAct_9fa48("15") ? local.length === 0 && local.length > 64 : stryMutAct_9fa48("14") ? false : (stryCov_9fa48("14", "15"), (stryMutAct_9fa48("17") ? local.length !== 0 : stryMutAct_9fa48("16") ? false : (stryCov_9fa48("16", "17"), local.length === 0)) || (stryMutAct_9fa48("20") ? local.length <= 64 : stryMutAct_9fa48("19") ? local.length >= 64 : stryMutAct_9fa48("18") ? false : (stryCov_9fa48("18", "19", "20"), local.length > 64)))) || (stryMutAct_9fa48("23") ? /[\s"(),:;<>[\\\]]|\P{Cc}/u : stryMutAct_9fa48("22") ? /[\S"(),:;<>[\\\]]|\p{Cc}/u : stryMutAct_9fa48("21") ? /[^\s"(),:;<>[\\\]]|\p{Cc}/u : (stryCov_9fa48("21", "22", "23"), /[\s"(),:;<>[\\\]]|\p{Cc}/u)).test(address))) return undefined;
    const host = asciiDomain(domain);
    return (stryMutAct_9fa48("24") ? host.includes('.') : (stryCov_9fa48("24"), host?.includes('.'))) ? address : undefined;
  }
}

/** The domain in lower-case punycode, or undefined when it is no host name. `URL` does the IDNA mapping (UTS 46). */
function asciiDomain(domain: string): string | undefined {
  if (stryMutAct_9fa48("26")) {
    {}
  } else {
    stryCov_9fa48("26");
    if (stryMutAct_9fa48("29") ? false : stryMutAct_9fa48("28") ? true : stryMutAct_9fa48("27") ? URL.canParse(`http://${domain}/`) : (stryCov_9fa48("27", "28", "29"), !URL.canParse(`http://${domain}/`))) return undefined;
    const {
      hostname,
      pathname,
      port,
      search,
      hash
    } = new URL(`http://${domain}/`);
    if (stryMutAct_9fa48("34") ? (pathname !== '/' || port || search || hash) && hostname.length > 253 : stryMutAct_9fa48("33") ? false : stryMutAct_9fa48("32") ? true : (stryCov_9fa48("32", "33", "34"), (stryMutAct_9fa48("36") ? (pathname !== '/' || port || search) && hash : stryMutAct_9fa48("35") ? false : (stryCov_9fa48("35", "36"), (stryMutAct_9fa48("38") ? (pathname !== '/' || port) && search : stryMutAct_9fa48("37") ? false : (stryCov_9fa48("37", "38"), (stryMutAct_9fa48("40") ? pathname !== '/' && port : stryMutAct_9fa48("39") ? false : (stryCov_9fa48("39", "40"), (stryMutAct_9fa48("42") ? pathname === '/' : stryMutAct_9fa48("41") ? false : (stryCov_9fa48("41", "42"), pathname !== '/')) || port)) || search)) || hash)) || (stryMutAct_9fa48("46") ? hostname.length <= 253 : stryMutAct_9fa48("45") ? hostname.length >= 253 : stryMutAct_9fa48("44") ? false : (stryCov_9fa48("44", "45", "46"), hostname.length > 253)))) return undefined;
    const label = stryMutAct_9fa48("53") ? /^[a-z0-9]([a-z0-9-]{0,61}[^a-z0-9])?$/ : stryMutAct_9fa48("52") ? /^[a-z0-9]([^a-z0-9-]{0,61}[a-z0-9])?$/ : stryMutAct_9fa48("51") ? /^[a-z0-9]([a-z0-9-][a-z0-9])?$/ : stryMutAct_9fa48("50") ? /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])$/ : stryMutAct_9fa48("49") ? /^[^a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/ : stryMutAct_9fa48("48") ? /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?/ : stryMutAct_9fa48("47") ? /[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/ : (stryCov_9fa48("47", "48", "49", "50", "51", "52", "53"), /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
    const labels = hostname.split('.');
    return (stryMutAct_9fa48("57") ? labels.every(part => label.test(part)) || !/^\d+$/.test(labels.at(-1)!) : stryMutAct_9fa48("56") ? false : stryMutAct_9fa48("55") ? true : (stryCov_9fa48("55", "56", "57"), (stryMutAct_9fa48("58") ? labels.some(part => label.test(part)) : (stryCov_9fa48("58"), labels.every(stryMutAct_9fa48("59") ? () => undefined : (stryCov_9fa48("59"), part => label.test(part))))) && (stryMutAct_9fa48("60") ? /^\d+$/.test(labels.at(-1)!) : (stryCov_9fa48("60"), !(stryMutAct_9fa48("64") ? /^\D+$/ : stryMutAct_9fa48("63") ? /^\d$/ : stryMutAct_9fa48("62") ? /^\d+/ : stryMutAct_9fa48("61") ? /\d+$/ : (stryCov_9fa48("61", "62", "63", "64"), /^\d+$/)).test(labels.at(stryMutAct_9fa48("65") ? +1 : (stryCov_9fa48("65"), -1))!))))) ? hostname : undefined;
  }
}

/** The key under which two spellings are the same address: NFKC, lower case, domain in punycode; dots and pluses stay. */
export function emailKey(address: string): string {
  if (stryMutAct_9fa48("66")) {
    {}
  } else {
    stryCov_9fa48("66");
    const [local, domain] = address.trim().normalize('NFKC').toLowerCase().split('@') as [string, string];
    return `${local}@${stryMutAct_9fa48("68") ? asciiDomain(domain) && domain : (stryCov_9fa48("68"), asciiDomain(domain) ?? domain)}`;
  }
}

/** The address with its middle hidden, for texts that others may read: `a***@romashka.ru`. */
export const maskedEmail = stryMutAct_9fa48("69") ? () => undefined : (stryCov_9fa48("69"), (() => {
  const maskedEmail = (address: string): string => address.replace(stryMutAct_9fa48("73") ? /^(.).*(@.)$/ : stryMutAct_9fa48("72") ? /^(.).(@.*)$/ : stryMutAct_9fa48("71") ? /^(.).*(@.*)/ : stryMutAct_9fa48("70") ? /(.).*(@.*)$/ : (stryCov_9fa48("70", "71", "72", "73"), /^(.).*(@.*)$/), '$1***$2');
  return maskedEmail;
})());