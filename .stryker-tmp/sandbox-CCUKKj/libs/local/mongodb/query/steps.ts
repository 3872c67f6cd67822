/**
 * Results of work that may take long, with `undefined` between them at moments when others may be served: the server has
 * one thread, and a query over a large collection must not keep it from everybody else.
 */
// @ts-nocheck

export type Steps<T> = Iterable<T | undefined>;

const SLICE_MS = 10;

/** Tells when a piece of work has kept the thread long enough. */
export class Slice {
  #since = performance.now();

  /** True at most every 10 ms; whoever is told so yields `undefined`, then calls `begin`. */
  get over(): boolean {
    return performance.now() - this.#since > SLICE_MS;
  }

  begin(): void {
    this.#since = performance.now();
  }
}

/** Lets other connections be served. */
export const othersTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Results only, without pauses: for work that must not be interleaved with others' writes. */
export function* withoutPauses<T>(steps: Steps<T>): Generator<T> {
  for (const step of steps) if (step !== undefined) yield step;
}

/** All results as a list, passing the pauses on to one's own consumer. */
export function* collected<T>(steps: Steps<T>): Generator<undefined, T[]> {
  const list: T[] = [];
  for (const step of steps) {
    if (step === undefined) yield undefined;
    else list.push(step);
  }
  return list;
}

/** Runs to the end, letting others be served at each pause. */
export async function finished<R>(steps: Iterator<undefined, R>): Promise<R> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await othersTurn();
  }
}
