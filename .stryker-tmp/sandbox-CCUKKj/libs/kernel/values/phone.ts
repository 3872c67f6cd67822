/** The number in E.164, or undefined when it is none. Spaces, brackets and dashes may be there; 11 digits beginning with 8 become +7…. */
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
export function parsePhone(value: string): string | undefined {
  if (stryMutAct_9fa48("302")) {
    {}
  } else {
    stryCov_9fa48("302");
    const text = stryMutAct_9fa48("303") ? value : (stryCov_9fa48("303"), value.trim());
    if (stryMutAct_9fa48("306") ? false : stryMutAct_9fa48("305") ? true : stryMutAct_9fa48("304") ? /^\+?[\d\s()\-–]+$/.test(text) : (stryCov_9fa48("304", "305", "306"), !(stryMutAct_9fa48("313") ? /^\+?[\d\S()\-–]+$/ : stryMutAct_9fa48("312") ? /^\+?[\D\s()\-–]+$/ : stryMutAct_9fa48("311") ? /^\+?[^\d\s()\-–]+$/ : stryMutAct_9fa48("310") ? /^\+?[\d\s()\-–]$/ : stryMutAct_9fa48("309") ? /^\+[\d\s()\-–]+$/ : stryMutAct_9fa48("308") ? /^\+?[\d\s()\-–]+/ : stryMutAct_9fa48("307") ? /\+?[\d\s()\-–]+$/ : (stryCov_9fa48("307", "308", "309", "310", "311", "312", "313"), /^\+?[\d\s()\-–]+$/)).test(text))) return undefined;
    const digits = text.replace(stryMutAct_9fa48("314") ? /\d/g : (stryCov_9fa48("314"), /\D/g), '');
    if (stryMutAct_9fa48("318") ? !text.startsWith('+') && digits.length === 11 || digits.startsWith('8') : stryMutAct_9fa48("317") ? false : stryMutAct_9fa48("316") ? true : (stryCov_9fa48("316", "317", "318"), (stryMutAct_9fa48("320") ? !text.startsWith('+') || digits.length === 11 : stryMutAct_9fa48("319") ? true : (stryCov_9fa48("319", "320"), (stryMutAct_9fa48("321") ? text.startsWith('+') : (stryCov_9fa48("321"), !(stryMutAct_9fa48("322") ? text.endsWith('+') : (stryCov_9fa48("322"), text.startsWith('+'))))) && (stryMutAct_9fa48("325") ? digits.length !== 11 : stryMutAct_9fa48("324") ? true : (stryCov_9fa48("324", "325"), digits.length === 11)))) && (stryMutAct_9fa48("326") ? digits.endsWith('8') : (stryCov_9fa48("326"), digits.startsWith('8'))))) return `+7${stryMutAct_9fa48("329") ? digits : (stryCov_9fa48("329"), digits.slice(1))}`;
    return (stryMutAct_9fa48("332") ? digits.length >= 8 && digits.length <= 15 || !digits.startsWith('0') : stryMutAct_9fa48("331") ? false : stryMutAct_9fa48("330") ? true : (stryCov_9fa48("330", "331", "332"), (stryMutAct_9fa48("334") ? digits.length >= 8 || digits.length <= 15 : stryMutAct_9fa48("333") ? true : (stryCov_9fa48("333", "334"), (stryMutAct_9fa48("337") ? digits.length < 8 : stryMutAct_9fa48("336") ? digits.length > 8 : stryMutAct_9fa48("335") ? true : (stryCov_9fa48("335", "336", "337"), digits.length >= 8)) && (stryMutAct_9fa48("340") ? digits.length > 15 : stryMutAct_9fa48("339") ? digits.length < 15 : stryMutAct_9fa48("338") ? true : (stryCov_9fa48("338", "339", "340"), digits.length <= 15)))) && (stryMutAct_9fa48("341") ? digits.startsWith('0') : (stryCov_9fa48("341"), !(stryMutAct_9fa48("342") ? digits.endsWith('0') : (stryCov_9fa48("342"), digits.startsWith('0'))))))) ? `+${digits}` : undefined;
  }
}