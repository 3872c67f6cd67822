import { DomainError, type Actor, type FeedReading } from '@letopis/kernel';
import type { Runtime } from '../runtime';
import { seen } from './questions';

type Row = Readonly<Record<string, unknown>>;

/** Rows of registries as an actor may see them, at most so many of each; the system sees all. @throws DomainError with the refusal of a registry */
export async function readRegistries(
  runtime: Runtime,
  actor: Actor,
  readings: readonly FeedReading[],
  most: number,
): Promise<readonly (readonly Row[])[]> {
  const all: Row[][] = [];
  for (const { registry, filter, whereSeen = false } of readings) {
    const projection = runtime.composition.projections.get(registry);
    if (!projection) throw new Error(`${registry} is no registry`);
    const query = { filter };
    const visible = actor.kind === 'system' ? {} : await seen({ runtime, projection, actor, query }).catch(nothingSeen(whereSeen));
    if (visible === undefined) {
      all.push([]);
      continue;
    }
    const rows: Row[] = [];
    for await (const page of runtime.queries.pages(projection, query, visible)) {
      rows.push(...page);
      if (rows.length >= most) break;
    }
    all.push(rows.slice(0, most));
  }
  return all;
}

const nothingSeen = (whereSeen: boolean) => (error: unknown) => {
  if (whereSeen && error instanceof DomainError && error.entry.status === 403) return undefined;
  throw error;
};
