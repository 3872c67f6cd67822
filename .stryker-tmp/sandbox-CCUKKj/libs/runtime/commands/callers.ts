// @ts-nocheck
import { refusal, refusalBy, type Actor, type Authentication, type ErrorEntry, type Settings } from '@letopis/kernel';
import type { Clock } from '../clock';
import type { States } from './states';

/** Who people and services are right now, by their sessions and accounts. */
export class Callers {
  constructor(
    private readonly authentication: Authentication,
    private readonly states: States,
    private readonly clock: Clock,
    private readonly settings: Settings,
    private readonly errors: Readonly<Record<string, ErrorEntry>>,
  ) {}

  /**
   * The person of an open session; with its last activity, of one that has not lain idle for too long.
   * @throws DomainError with the code why there is none
   */
  async person(sessionId: string, userId: string, fresh: boolean, activity?: { readonly lastSeenAt?: string }): Promise<Actor> {
    const { session, user, actor } = this.authentication.person;
    const read = fresh ? this.states.fresh.bind(this.states) : this.states.recent.bind(this.states);
    const [open, account] = await Promise.all([read(session, sessionId), read(user, userId)]);
    const found = actor({
      sessionId,
      session: open.state as never,
      user: account.state as never,
      now: this.clock.now(),
      settings: this.settings,
      activity,
    });
    if (typeof found === 'string') throw refusalBy(this.errors, found);
    if (found.kind !== 'user' || found.userId !== userId) throw refusal('NOT_AUTHENTICATED');
    return found;
  }

  /** The service of an account that is in force. @throws DomainError NOT_AUTHENTICATED */
  async service(serviceId: string, fresh: boolean): Promise<Actor> {
    const { account, actor } = this.authentication.service;
    const { state } = fresh ? await this.states.fresh(account, serviceId) : await this.states.recent(account, serviceId);
    const found = actor({ serviceId, account: state as never, now: this.clock.now() });
    if (typeof found === 'string') throw refusalBy(this.errors, found);
    return found;
  }

  /** The same actor with the rights of this moment. */
  async present(actor: Actor, fresh: boolean): Promise<Actor> {
    if (actor.kind === 'user') {
      const { ip, userAgent, viaServiceId, userId, sessionId } = actor;
      if (viaServiceId !== undefined) await this.service(viaServiceId, fresh);
      return { ...(await this.person(sessionId, userId, fresh)), ip, userAgent, viaServiceId } as Actor;
    }
    if (actor.kind === 'service')
      return { ...(await this.service(actor.serviceId, fresh)), ip: actor.ip, userAgent: actor.userAgent } as Actor;
    return actor;
  }
}
