import { derivedId, refusalBy, system, type Actor, type UserActor } from '@letopis/kernel';
import type { Clock } from '../clock';
import type { Composition } from '../composition';
import type { Dispatcher } from './dispatcher';
import { type NeedsResolver } from './needs-resolver';

/** Lets in whoever may work from the address of the call; nobody learns more than that it is the wrong one. */
export class Gate {
  constructor(private readonly parts: { composition: Composition; dispatcher: Dispatcher; resolver: () => NeedsResolver; clock: Clock }) {}

  /** @throws DomainError with the code why the call is not taken from there */
  async admit(actor: Actor): Promise<void> {
    const { address } = this.parts.composition.authentication;
    if (actor.kind !== 'user' || actor.organizationId === undefined || !address) return;
    // As with all rights: a refusal is judged again at the source.
    const code = (await this.judged(actor, true)) && (await this.judged(actor, false));
    if (!code) return;
    const command = address.consequence(code, actor);
    if (command) {
      const commandId = derivedId('gate', actor.sessionId, actor.ip ?? '', code);
      await this.parts.dispatcher.execute(command, { commandId, actor: system('gateway'), correlationId: commandId });
    }
    throw refusalBy(this.parts.composition.errors, code);
  }

  private async judged(actor: UserActor, recent: boolean): Promise<string | undefined> {
    const { needs, refused } = this.parts.composition.authentication.address!;
    return refused(actor, await this.parts.resolver().resolve(needs(actor), this.parts.clock.now(), recent));
  }
}
