import { canonical } from '@letopis/kernel';
import type { Definition, Need, Needs } from '@letopis/kernel';
import { portMethod, type Ports } from '../ports';
import type { Claims } from './claims';
import type { States } from './states';

/** Answers the needs of one execution of a command. Ports are asked once for the same thing, however often it is decided. */
export class NeedsResolver {
  readonly #asked = new Map<string, Promise<unknown>>();

  /** @param askedAs the id under which ports are asked; questions, which are no commands, ask none */
  constructor(
    private readonly sources: { states: States; claims: Claims; ports: Ports; aggregates: ReadonlyMap<string, Definition> },
    private readonly askedAs: () => string = asksNobody,
  ) {}

  /**
   * In the order of the record; states come from their streams, or from the cache where `recent` is enough.
   * @param rights whether it is enough for what rights are judged by
   */
  async resolve(needs: Needs, now: string, recent = false, rights = recent): Promise<Record<string, unknown>> {
    const answers: Record<string, unknown> = {};
    for (const [name, need] of Object.entries(needs)) {
      const { onlyIf } = need as { onlyIf?: string };
      answers[name] = onlyIf === undefined || answers[onlyIf] ? await this.answer(need, now, recent, rights) : undefined;
    }
    return answers;
  }

  async answer(need: Need<unknown>, now: string, recent = false, rights = recent): Promise<unknown> {
    if (need.asRights && rights && !recent) return this.answer(need, now, true);
    switch (need.kind) {
      case 'known':
        return need.value;
      case 'owner':
        return this.sources.claims.owner(need.key, recent);
      case 'steps': {
        const known: Record<string, unknown> = {};
        for (const step of need.steps) Object.assign(known, await this.resolve(step(known), now, recent, rights));
        return need.finish(known);
      }
      case 'state': {
        if (need.ifKnown && !this.isComposed(need.of)) return undefined;
        const definition = this.definition(need.of);
        const id = typeof need.id === 'object' ? ((await this.answer(need.id, now, recent, rights)) as string | undefined) : need.id;
        if (id === undefined) return need.ifKnown ? undefined : definition.initialState;
        return (await (recent ? this.sources.states.recent(definition, id) : this.sources.states.fresh(definition, id))).state;
      }
      case 'port': {
        const question = canonical([need.port, need.method, need.input]);
        let answer = this.#asked.get(question);
        if (!answer) {
          answer = portMethod(this.sources.ports, need.port, need.method)(need.input, { commandId: this.askedAs(), now });
          this.#asked.set(question, answer);
        }
        return answer;
      }
    }
  }

  private isComposed(of: Definition | string): boolean {
    return typeof of !== 'string' || this.sources.aggregates.has(of);
  }

  private definition(of: Definition | string): Definition {
    if (typeof of !== 'string') return of;
    const definition = this.sources.aggregates.get(of);
    if (!definition) throw new Error(`a decision needs the state of the unknown aggregate ${of}`);
    return definition;
  }
}

const asksNobody = (): never => {
  throw new Error('only a command may ask a port');
};
