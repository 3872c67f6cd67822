import { schemaVersionOf, type Definition, type Recorded, type Upcast } from '@letopis/kernel';

/** The shape in which an event was stored, and the way from there to the one of today. */
interface Shape {
  /** Its personal fields, where they were others than today. */
  readonly personal?: readonly string[];
  readonly steps: readonly Upcast[];
}

/** An event that a newer program has written: nothing may be decided without understanding it. */
export class UnknownShape extends Error {
  constructor({ type, metadata: { schemaVersion } }: Recorded, known: number) {
    super(`${type} is stored in version ${schemaVersion}, this program knows it up to version ${known}: start a newer one`);
  }
}

/** Brings events of older programs to the names and shapes of today. */
export class Upcaster {
  readonly #names = new Map<string, string>();
  readonly #upcasts = new Map<string, readonly Upcast[]>();

  constructor(definitions: Iterable<Pick<Definition, 'formerly' | 'upcasts'>>) {
    for (const { formerly, upcasts } of definitions) {
      for (const [before, now] of Object.entries(formerly)) this.#names.set(before, now);
      for (const [type, steps] of Object.entries(upcasts)) this.#upcasts.set(type, steps);
    }
  }

  /** The event under the name of today. */
  named(event: Recorded): Recorded {
    const type = this.#names.get(event.type);
    return type === undefined ? event : { ...event, type };
  }

  /** What lies between the stored shape and the one of today; undefined when nothing does. @throws UnknownShape */
  shape(event: Recorded): Shape | undefined {
    const steps = this.#upcasts.get(event.type) ?? [];
    const { schemaVersion } = event.metadata;
    const known = schemaVersionOf({ upcasts: { [event.type]: steps } }, event.type);
    if (schemaVersion > known) throw new UnknownShape(event, known);
    if (schemaVersion === known) return undefined;
    const ahead = steps.slice(schemaVersion - 1);
    return { personal: ahead.find(({ personal }) => personal)?.personal, steps: ahead };
  }
}

/** The event in the shape of today. */
export const upcast = (event: Recorded, { steps }: Shape): Recorded => ({
  ...event,
  data: steps.reduce((data: unknown, { to }) => to(data), event.data),
});
