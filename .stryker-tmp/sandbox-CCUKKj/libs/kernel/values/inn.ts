/** Weighted sum of the leading digits, modulo `modulus`, then modulo 10. */
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
const checkDigit = stryMutAct_9fa48("75") ? () => undefined : (stryCov_9fa48("75"), (() => {
  const checkDigit = (digits: readonly number[], weights: readonly number[]) => stryMutAct_9fa48("76") ? weights.reduce((sum, weight, at) => sum + weight * digits[at]!, 0) % 11 * 10 : (stryCov_9fa48("76"), (stryMutAct_9fa48("77") ? weights.reduce((sum, weight, at) => sum + weight * digits[at]!, 0) * 11 : (stryCov_9fa48("77"), weights.reduce(stryMutAct_9fa48("78") ? () => undefined : (stryCov_9fa48("78"), (sum, weight, at) => stryMutAct_9fa48("79") ? sum - weight * digits[at]! : (stryCov_9fa48("79"), sum + (stryMutAct_9fa48("80") ? weight / digits[at]! : (stryCov_9fa48("80"), weight * digits[at]!)))), 0) % 11)) % 10);
  return checkDigit;
})());
const TEN = stryMutAct_9fa48("81") ? [] : (stryCov_9fa48("81"), [2, 4, 10, 3, 5, 9, 4, 6, 8]);
const ELEVENTH = stryMutAct_9fa48("82") ? [] : (stryCov_9fa48("82"), [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]);
const TWELFTH = stryMutAct_9fa48("83") ? [] : (stryCov_9fa48("83"), [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]);

/** Whether a text is an INN: 10 digits (legal entity) or 12 (sole proprietor or person) with right check digits, not beginning with 00. */
export function isInn(value: string): boolean {
  if (stryMutAct_9fa48("84")) {
    {}
  } else {
    stryCov_9fa48("84");
    if (stryMutAct_9fa48("87") ? !/^(\d{10}|\d{12})$/.test(value) && value.startsWith('00') : stryMutAct_9fa48("86") ? false : stryMutAct_9fa48("85") ? true : (stryCov_9fa48("85", "86", "87"), (stryMutAct_9fa48("88") ? /^(\d{10}|\d{12})$/.test(value) : (stryCov_9fa48("88"), !(stryMutAct_9fa48("94") ? /^(\d{10}|\D{12})$/ : stryMutAct_9fa48("93") ? /^(\d{10}|\d)$/ : stryMutAct_9fa48("92") ? /^(\D{10}|\d{12})$/ : stryMutAct_9fa48("91") ? /^(\d|\d{12})$/ : stryMutAct_9fa48("90") ? /^(\d{10}|\d{12})/ : stryMutAct_9fa48("89") ? /(\d{10}|\d{12})$/ : (stryCov_9fa48("89", "90", "91", "92", "93", "94"), /^(\d{10}|\d{12})$/)).test(value))) || (stryMutAct_9fa48("95") ? value.endsWith('00') : (stryCov_9fa48("95"), value.startsWith('00'))))) return stryMutAct_9fa48("97") ? true : (stryCov_9fa48("97"), false);
    const digits = (stryMutAct_9fa48("98") ? [] : (stryCov_9fa48("98"), [...value])).map(Number);
    return (stryMutAct_9fa48("101") ? digits.length !== 10 : stryMutAct_9fa48("100") ? false : stryMutAct_9fa48("99") ? true : (stryCov_9fa48("99", "100", "101"), digits.length === 10)) ? stryMutAct_9fa48("104") ? checkDigit(digits, TEN) !== digits[9] : stryMutAct_9fa48("103") ? false : stryMutAct_9fa48("102") ? true : (stryCov_9fa48("102", "103", "104"), checkDigit(digits, TEN) === digits[9]) : stryMutAct_9fa48("107") ? checkDigit(digits, ELEVENTH) === digits[10] || checkDigit(digits, TWELFTH) === digits[11] : stryMutAct_9fa48("106") ? false : stryMutAct_9fa48("105") ? true : (stryCov_9fa48("105", "106", "107"), (stryMutAct_9fa48("109") ? checkDigit(digits, ELEVENTH) !== digits[10] : stryMutAct_9fa48("108") ? true : (stryCov_9fa48("108", "109"), checkDigit(digits, ELEVENTH) === digits[10])) && (stryMutAct_9fa48("111") ? checkDigit(digits, TWELFTH) !== digits[11] : stryMutAct_9fa48("110") ? true : (stryCov_9fa48("110", "111"), checkDigit(digits, TWELFTH) === digits[11])));
  }
}

/** Whether a text is a KPP: four digits, two digits or Latin capitals, three digits. */
export const isKpp = stryMutAct_9fa48("112") ? () => undefined : (stryCov_9fa48("112"), (() => {
  const isKpp = (value: string): boolean => (stryMutAct_9fa48("120") ? /^\d{4}[0-9A-Z]{2}\D{3}$/ : stryMutAct_9fa48("119") ? /^\d{4}[0-9A-Z]{2}\d$/ : stryMutAct_9fa48("118") ? /^\d{4}[^0-9A-Z]{2}\d{3}$/ : stryMutAct_9fa48("117") ? /^\d{4}[0-9A-Z]\d{3}$/ : stryMutAct_9fa48("116") ? /^\D{4}[0-9A-Z]{2}\d{3}$/ : stryMutAct_9fa48("115") ? /^\d[0-9A-Z]{2}\d{3}$/ : stryMutAct_9fa48("114") ? /^\d{4}[0-9A-Z]{2}\d{3}/ : stryMutAct_9fa48("113") ? /\d{4}[0-9A-Z]{2}\d{3}$/ : (stryCov_9fa48("113", "114", "115", "116", "117", "118", "119", "120"), /^\d{4}[0-9A-Z]{2}\d{3}$/)).test(value);
  return isKpp;
})());
const remainderIsLast = stryMutAct_9fa48("121") ? () => undefined : (stryCov_9fa48("121"), (() => {
  const remainderIsLast = (value: string, modulus: bigint) => stryMutAct_9fa48("124") ? BigInt(value.slice(0, -1)) % modulus % 10n !== BigInt(value.slice(-1)) : stryMutAct_9fa48("123") ? false : stryMutAct_9fa48("122") ? true : (stryCov_9fa48("122", "123", "124"), (stryMutAct_9fa48("125") ? BigInt(value.slice(0, -1)) % modulus * 10n : (stryCov_9fa48("125"), (stryMutAct_9fa48("126") ? BigInt(value.slice(0, -1)) * modulus : (stryCov_9fa48("126"), BigInt(stryMutAct_9fa48("127") ? value : (stryCov_9fa48("127"), value.slice(0, stryMutAct_9fa48("128") ? +1 : (stryCov_9fa48("128"), -1)))) % modulus)) % 10n)) === BigInt(stryMutAct_9fa48("129") ? value : (stryCov_9fa48("129"), value.slice(stryMutAct_9fa48("130") ? +1 : (stryCov_9fa48("130"), -1)))));
  return remainderIsLast;
})());

/** Whether a text is an OGRN of a legal entity: 13 digits, the last one the check digit. */
export const isOgrn = stryMutAct_9fa48("131") ? () => undefined : (stryCov_9fa48("131"), (() => {
  const isOgrn = (value: string): boolean => stryMutAct_9fa48("134") ? /^\d{13}$/.test(value) || remainderIsLast(value, 11n) : stryMutAct_9fa48("133") ? false : stryMutAct_9fa48("132") ? true : (stryCov_9fa48("132", "133", "134"), (stryMutAct_9fa48("138") ? /^\D{13}$/ : stryMutAct_9fa48("137") ? /^\d$/ : stryMutAct_9fa48("136") ? /^\d{13}/ : stryMutAct_9fa48("135") ? /\d{13}$/ : (stryCov_9fa48("135", "136", "137", "138"), /^\d{13}$/)).test(value) && remainderIsLast(value, 11n));
  return isOgrn;
})());

/** Whether a text is an OGRNIP of a sole proprietor: 15 digits, the last one the check digit. */
export const isOgrnip = stryMutAct_9fa48("139") ? () => undefined : (stryCov_9fa48("139"), (() => {
  const isOgrnip = (value: string): boolean => stryMutAct_9fa48("142") ? /^\d{15}$/.test(value) || remainderIsLast(value, 13n) : stryMutAct_9fa48("141") ? false : stryMutAct_9fa48("140") ? true : (stryCov_9fa48("140", "141", "142"), (stryMutAct_9fa48("146") ? /^\D{15}$/ : stryMutAct_9fa48("145") ? /^\d$/ : stryMutAct_9fa48("144") ? /^\d{15}/ : stryMutAct_9fa48("143") ? /\d{15}$/ : (stryCov_9fa48("143", "144", "145", "146"), /^\d{15}$/)).test(value) && remainderIsLast(value, 13n));
  return isOgrnip;
})());

/** Whether a text is a SNILS: 11 digits, the last two the check number (of numbers above 001-001-998). */
export function isSnils(value: string): boolean {
  if (stryMutAct_9fa48("147")) {
    {}
  } else {
    stryCov_9fa48("147");
    if (stryMutAct_9fa48("150") ? false : stryMutAct_9fa48("149") ? true : stryMutAct_9fa48("148") ? /^\d{11}$/.test(value) : (stryCov_9fa48("148", "149", "150"), !(stryMutAct_9fa48("154") ? /^\D{11}$/ : stryMutAct_9fa48("153") ? /^\d$/ : stryMutAct_9fa48("152") ? /^\d{11}/ : stryMutAct_9fa48("151") ? /\d{11}$/ : (stryCov_9fa48("151", "152", "153", "154"), /^\d{11}$/)).test(value))) return stryMutAct_9fa48("155") ? true : (stryCov_9fa48("155"), false);
    const number = stryMutAct_9fa48("156") ? value : (stryCov_9fa48("156"), value.slice(0, 9));
    if (stryMutAct_9fa48("160") ? number > '001001998' : stryMutAct_9fa48("159") ? number < '001001998' : stryMutAct_9fa48("158") ? false : stryMutAct_9fa48("157") ? true : (stryCov_9fa48("157", "158", "159", "160"), number <= '001001998')) return stryMutAct_9fa48("162") ? false : (stryCov_9fa48("162"), true);
    const sum = (stryMutAct_9fa48("163") ? [] : (stryCov_9fa48("163"), [...number])).reduce(stryMutAct_9fa48("164") ? () => undefined : (stryCov_9fa48("164"), (total, digit, at) => stryMutAct_9fa48("165") ? total - Number(digit) * (9 - at) : (stryCov_9fa48("165"), total + (stryMutAct_9fa48("166") ? Number(digit) / (9 - at) : (stryCov_9fa48("166"), Number(digit) * (stryMutAct_9fa48("167") ? 9 + at : (stryCov_9fa48("167"), 9 - at)))))), 0);
    return stryMutAct_9fa48("170") ? sum % 101 % 100 !== Number(value.slice(9)) : stryMutAct_9fa48("169") ? false : stryMutAct_9fa48("168") ? true : (stryCov_9fa48("168", "169", "170"), (stryMutAct_9fa48("171") ? sum % 101 * 100 : (stryCov_9fa48("171"), (stryMutAct_9fa48("172") ? sum * 101 : (stryCov_9fa48("172"), sum % 101)) % 100)) === Number(stryMutAct_9fa48("173") ? value : (stryCov_9fa48("173"), value.slice(9))));
  }
}