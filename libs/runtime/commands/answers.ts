import { refusal, refusalBy, type Recorded } from '@letopis/kernel';
import type { Composition } from '../composition';
import { UNKNOWN_POSITION } from '../events/codec';
import { NOTHING, type EventStore } from '../events/event-store';
import type { Task } from './deciding';
import type { Accepted, Envelope } from './envelope';
import type { Folded } from './states';

/** Events of a command that are read together: an append has seldom more. */
const TOGETHER = 64;

/** What commands are answered with: when they have changed something, when nothing was to be changed, and when they come again. */
export class Answers {
  constructor(private readonly parts: { readonly composition: Composition; readonly store: EventStore }) {}

  /** What a command that has appended these events is told. */
  accepted({ entry, envelope, id }: Pick<Task, 'entry' | 'envelope' | 'id'>, events: readonly Recorded[]): Accepted {
    const { commandId } = envelope;
    const { revision, position } = events.at(-1)!;
    const data = entry.spec.answer?.(events as never, id);
    return { commandId, aggregateId: id, revision, position, eventIds: events.map((event) => event.id), noop: false, data };
  }

  async noop({ id, revision, position }: Folded, { commandId }: Envelope): Promise<Accepted> {
    const told = revision === NOTHING ? position : await this.known(position);
    return { commandId, aggregateId: id, revision, position: told, eventIds: [], noop: true };
  }

  /**
   * The answer of then, from the events that the command has appended.
   * @param landed the revision of the first of them
   * @throws DomainError IDEMPOTENCY_KEY_REUSED where it was another command or another caller; a refusal that was recorded
   */
  async repeated(task: Task, { stream }: Folded, landed: number): Promise<Accepted> {
    const events = await this.appendedBy(task.envelope.commandId, stream, landed);
    const [{ metadata }] = events as [Recorded];
    if (metadata.fingerprint !== task.fingerprint) throw refusal('IDEMPOTENCY_KEY_REUSED');
    const { refusal: refused } = metadata;
    if (refused) throw refusalBy(this.parts.composition.errors, refused.code, refused.params);
    const answer = this.accepted(task, events);
    return { ...answer, position: await this.known(answer.position), repeated: true };
  }

  /** The events of a command, which lie one behind the other from the first on. */
  private async appendedBy(commandId: string, stream: string, first: number): Promise<readonly Recorded[]> {
    const events: Recorded[] = [];
    for await (const page of this.parts.store.pages(stream, first, TOGETHER)) {
      const end = page.findIndex(({ metadata }) => metadata.commandId !== commandId);
      events.push(...(end < 0 ? page : page.slice(0, end)));
      if (end >= 0) break;
    }
    return events;
  }

  /** Where the store tells no position, the end of the log is surely behind it. */
  private async known(position: number): Promise<number> {
    return position === UNKNOWN_POSITION ? this.parts.store.head() : position;
  }
}
