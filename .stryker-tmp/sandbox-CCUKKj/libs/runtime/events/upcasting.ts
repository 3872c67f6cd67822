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
import { schemaVersionOf, type Definition, type Recorded, type Upcast } from '@letopis/kernel';

/** The shape in which an event was stored, and the way from there to the one of today. */
interface Shape {
  /** Its personal fields, where they were others than today. */
  readonly personal?: readonly string[];
  readonly steps: readonly Upcast[];
}

/** An event that a newer program has written: nothing may be decided without understanding it. */
export class UnknownShape extends Error {
  constructor({
    type,
    metadata: {
      schemaVersion
    }
  }: Recorded, known: number) {
    if (stryMutAct_9fa48("345")) {
      {}
    } else {
      stryCov_9fa48("345");
      super(`${type} is stored in version ${schemaVersion}, this program knows it up to version ${known}: start a newer one`);
    }
  }
}

/** Brings events of older programs to the names and shapes of today. */
export class Upcaster {
  readonly #names = new Map<string, string>();
  readonly #upcasts = new Map<string, readonly Upcast[]>();
  constructor(definitions: Iterable<Pick<Definition, 'formerly' | 'upcasts'>>) {
    if (stryMutAct_9fa48("347")) {
      {}
    } else {
      stryCov_9fa48("347");
      for (const {
        formerly,
        upcasts
      } of definitions) {
        if (stryMutAct_9fa48("348")) {
          {}
        } else {
          stryCov_9fa48("348");
          for (const [before, now] of Object.entries(formerly)) this.#names.set(before, now);
          for (const [type, steps] of Object.entries(upcasts)) this.#upcasts.set(type, steps);
        }
      }
    }
  }

  /** The event under the name of today. */
  named(event: Recorded): Recorded {
    if (stryMutAct_9fa48("349")) {
      {}
    } else {
      stryCov_9fa48("349");
      const type = this.#names.get(event.type);
      return (stryMutAct_9fa48("352") ? type !== undefined : stryMutAct_9fa48("351") ? false : stryMutAct_9fa48("350") ? true : (stryCov_9fa48("350", "351", "352"), type === undefined)) ? event : stryMutAct_9fa48("353") ? {} : (stryCov_9fa48("353"), {
        ...event,
        type
      });
    }
  }

  /** What lies between the stored shape and the one of today; undefined when nothing does. @throws UnknownShape */
  shape(event: Recorded): Shape | undefined {
    if (stryMutAct_9fa48("354")) {
      {}
    } else {
      stryCov_9fa48("354");
      const steps = stryMutAct_9fa48("355") ? this.#upcasts.get(event.type) && [] : (stryCov_9fa48("355"), this.#upcasts.get(event.type) ?? (stryMutAct_9fa48("356") ? ["Stryker was here"] : (stryCov_9fa48("356"), [])));
      const {
        schemaVersion
      } = event.metadata;
      const known = schemaVersionOf(stryMutAct_9fa48("357") ? {} : (stryCov_9fa48("357"), {
        upcasts: stryMutAct_9fa48("358") ? {} : (stryCov_9fa48("358"), {
          [event.type]: steps
        })
      }), event.type);
      if (stryMutAct_9fa48("362") ? schemaVersion <= known : stryMutAct_9fa48("361") ? schemaVersion >= known : stryMutAct_9fa48("360") ? false : stryMutAct_9fa48("359") ? true : (stryCov_9fa48("359", "360", "361", "362"), schemaVersion > known)) throw new UnknownShape(event, known);
      if (stryMutAct_9fa48("365") ? schemaVersion !== known : stryMutAct_9fa48("364") ? false : stryMutAct_9fa48("363") ? true : (stryCov_9fa48("363", "364", "365"), schemaVersion === known)) return undefined;
      const ahead = stryMutAct_9fa48("366") ? steps : (stryCov_9fa48("366"), steps.slice(stryMutAct_9fa48("367") ? schemaVersion + 1 : (stryCov_9fa48("367"), schemaVersion - 1)));
      return stryMutAct_9fa48("368") ? {} : (stryCov_9fa48("368"), {
        personal: stryMutAct_9fa48("369") ? ahead.find(({
          personal
        }) => personal).personal : (stryCov_9fa48("369"), ahead.find(stryMutAct_9fa48("370") ? () => undefined : (stryCov_9fa48("370"), ({
          personal
        }) => personal))?.personal),
        steps: ahead
      });
    }
  }
}

/** The event in the shape of today. */
export const upcast = stryMutAct_9fa48("371") ? () => undefined : (stryCov_9fa48("371"), (() => {
  const upcast = (event: Recorded, {
    steps
  }: Shape): Recorded => stryMutAct_9fa48("372") ? {} : (stryCov_9fa48("372"), {
    ...event,
    data: steps.reduce(stryMutAct_9fa48("373") ? () => undefined : (stryCov_9fa48("373"), (data: unknown, {
      to
    }) => to(data)), event.data)
  });
  return upcast;
})());