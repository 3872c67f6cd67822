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
export interface PersonName {
  readonly lastName: string;
  readonly firstName: string;
  readonly middleName?: string;
}
const WORDS = stryMutAct_9fa48("255") ? /^[\p{L}\p{M}](?:[\p{L}\p{M} '’\-]*[\p{L}\P{M}])?$/u : stryMutAct_9fa48("254") ? /^[\p{L}\p{M}](?:[\p{L}\p{M} '’\-]*[\P{L}\p{M}])?$/u : stryMutAct_9fa48("253") ? /^[\p{L}\p{M}](?:[\p{L}\p{M} '’\-]*[^\p{L}\p{M}])?$/u : stryMutAct_9fa48("252") ? /^[\p{L}\p{M}](?:[\p{L}\P{M} '’\-]*[\p{L}\p{M}])?$/u : stryMutAct_9fa48("251") ? /^[\p{L}\p{M}](?:[\P{L}\p{M} '’\-]*[\p{L}\p{M}])?$/u : stryMutAct_9fa48("250") ? /^[\p{L}\p{M}](?:[^\p{L}\p{M} '’\-]*[\p{L}\p{M}])?$/u : stryMutAct_9fa48("249") ? /^[\p{L}\p{M}](?:[\p{L}\p{M} '’\-][\p{L}\p{M}])?$/u : stryMutAct_9fa48("248") ? /^[\p{L}\p{M}](?:[\p{L}\p{M} '’\-]*[\p{L}\p{M}])$/u : stryMutAct_9fa48("247") ? /^[\p{L}\P{M}](?:[\p{L}\p{M} '’\-]*[\p{L}\p{M}])?$/u : stryMutAct_9fa48("246") ? /^[\P{L}\p{M}](?:[\p{L}\p{M} '’\-]*[\p{L}\p{M}])?$/u : stryMutAct_9fa48("245") ? /^[^\p{L}\p{M}](?:[\p{L}\p{M} '’\-]*[\p{L}\p{M}])?$/u : stryMutAct_9fa48("244") ? /^[\p{L}\p{M}](?:[\p{L}\p{M} '’\-]*[\p{L}\p{M}])?/u : stryMutAct_9fa48("243") ? /[\p{L}\p{M}](?:[\p{L}\p{M} '’\-]*[\p{L}\p{M}])?$/u : (stryCov_9fa48("243", "244", "245", "246", "247", "248", "249", "250", "251", "252", "253", "254", "255"), /^[\p{L}\p{M}](?:[\p{L}\p{M} '’\-]*[\p{L}\p{M}])?$/u);
const part = (value: string, least: number) => {
  if (stryMutAct_9fa48("256")) {
    {}
  } else {
    stryCov_9fa48("256");
    const text = stryMutAct_9fa48("257") ? value.normalize('NFC').replace(/\s+/g, ' ') : (stryCov_9fa48("257"), value.normalize('NFC').trim().replace(stryMutAct_9fa48("260") ? /\S+/g : stryMutAct_9fa48("259") ? /\s/g : (stryCov_9fa48("259", "260"), /\s+/g), ' '));
    return (stryMutAct_9fa48("264") ? text.length >= least && text.length <= 100 || text === '' || WORDS.test(text) : stryMutAct_9fa48("263") ? false : stryMutAct_9fa48("262") ? true : (stryCov_9fa48("262", "263", "264"), (stryMutAct_9fa48("266") ? text.length >= least || text.length <= 100 : stryMutAct_9fa48("265") ? true : (stryCov_9fa48("265", "266"), (stryMutAct_9fa48("269") ? text.length < least : stryMutAct_9fa48("268") ? text.length > least : stryMutAct_9fa48("267") ? true : (stryCov_9fa48("267", "268", "269"), text.length >= least)) && (stryMutAct_9fa48("272") ? text.length > 100 : stryMutAct_9fa48("271") ? text.length < 100 : stryMutAct_9fa48("270") ? true : (stryCov_9fa48("270", "271", "272"), text.length <= 100)))) && (stryMutAct_9fa48("274") ? text === '' && WORDS.test(text) : stryMutAct_9fa48("273") ? true : (stryCov_9fa48("273", "274"), (stryMutAct_9fa48("276") ? text !== '' : stryMutAct_9fa48("275") ? false : (stryCov_9fa48("275", "276"), text === '')) || WORDS.test(text))))) ? text : undefined;
  }
};

/** The name in its normal form, or the field that is wrong. Letters, spaces, hyphens and apostrophes; 1–100 each, the middle one may be absent. */
export function parsePersonName(name: PersonName): PersonName | {
  readonly wrong: keyof PersonName;
} {
  if (stryMutAct_9fa48("278")) {
    {}
  } else {
    stryCov_9fa48("278");
    const lastName = part(name.lastName, 1);
    if (stryMutAct_9fa48("281") ? lastName !== undefined : stryMutAct_9fa48("280") ? false : stryMutAct_9fa48("279") ? true : (stryCov_9fa48("279", "280", "281"), lastName === undefined)) return stryMutAct_9fa48("282") ? {} : (stryCov_9fa48("282"), {
      wrong: 'lastName'
    });
    const firstName = part(name.firstName, 1);
    if (stryMutAct_9fa48("286") ? firstName !== undefined : stryMutAct_9fa48("285") ? false : stryMutAct_9fa48("284") ? true : (stryCov_9fa48("284", "285", "286"), firstName === undefined)) return stryMutAct_9fa48("287") ? {} : (stryCov_9fa48("287"), {
      wrong: 'firstName'
    });
    const middleName = part(stryMutAct_9fa48("289") ? name.middleName && '' : (stryCov_9fa48("289"), name.middleName ?? ''), 0);
    if (stryMutAct_9fa48("293") ? middleName !== undefined : stryMutAct_9fa48("292") ? false : stryMutAct_9fa48("291") ? true : (stryCov_9fa48("291", "292", "293"), middleName === undefined)) return stryMutAct_9fa48("294") ? {} : (stryCov_9fa48("294"), {
      wrong: 'middleName'
    });
    return stryMutAct_9fa48("296") ? {} : (stryCov_9fa48("296"), {
      lastName,
      firstName,
      ...(middleName ? stryMutAct_9fa48("297") ? {} : (stryCov_9fa48("297"), {
        middleName
      }) : {})
    });
  }
}

/** «Фамилия Имя Отчество». */
export const displayName = stryMutAct_9fa48("298") ? () => undefined : (stryCov_9fa48("298"), (() => {
  const displayName = ({
    lastName,
    firstName,
    middleName
  }: PersonName): string => stryMutAct_9fa48("299") ? [lastName, firstName, middleName].join(' ') : (stryCov_9fa48("299"), (stryMutAct_9fa48("300") ? [] : (stryCov_9fa48("300"), [lastName, firstName, middleName])).filter(Boolean).join(' '));
  return displayName;
})());