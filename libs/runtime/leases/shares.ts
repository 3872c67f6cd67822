import type { Logger } from '../logger';
import type { Leases } from './leases';

/** Work that is divided by names among the processes that can do it. */
export interface Work {
  /** What the names of this work's leases begin with. */
  readonly kind: string;
  readonly names: readonly string[];
  /** Takes its part of the work by itself; without it only what it is asked for. */
  readonly volunteers: boolean;
  /** Begins: the name is owned from now on. */
  begin(name: string): Promise<void>;
  /** Ends: somebody else may begin once this has come to its end. */
  end(name: string): Promise<void>;
}

/** How often leases are renewed and the shares are looked at while a lease holds. */
const TICKS = 4;
/** How many times as long as a lease a name that was asked for may take to be handed over. */
const PATIENCE = 2;
const LOOK_AGAIN = 50;
const WORKER = 'worker:';
/** Who takes no part in the work, and follows it. */
const FOLLOWER = 'follower:';

/**
 * Divides named work evenly among processes: whoever has less than an even share takes what is free, whoever has more
 * hands over. Nothing is asked of anybody else than the table of leases.
 */
export class Shares {
  #timeout: NodeJS.Timeout | undefined;
  #ticking: Promise<void> = Promise.resolve();
  #stopped = false;
  /** Kinds of work that no other process had to do with when it was last looked. */
  readonly #alone = new Set<string>();
  /** Names that were asked for here: they are not handed over for the sake of even shares. */
  readonly #pinned = new Map<string, number>();
  readonly #changing = new Map<string, Promise<unknown>>();

  constructor(
    private readonly leases: Leases,
    private readonly logger: Logger,
    private readonly works: readonly Work[],
  ) {}

  /** Whether, when it was last looked, no other process had to do with this work: nobody waits to see how far it has come. */
  isAlone(kind: string): boolean {
    return this.#alone.has(kind);
  }

  /** Takes whatever is free of one's own share, then goes on looking. */
  async start(): Promise<void> {
    await Promise.all([WORKER, FOLLOWER].map((prefix) => this.leases.sweep(prefix)));
    await this.tick();
    const pause = this.leases.lease / TICKS;
    const again = async () => {
      await this.tick().catch((error: unknown) => this.logger.warn({ error: String(error) }, 'leases could not be renewed'));
      if (!this.#stopped) this.#timeout = setTimeout(() => (this.#ticking = again()), pause);
    };
    this.#timeout = setTimeout(() => (this.#ticking = again()), pause);
  }

  /** Ends all work and gives everything back. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timeout);
    await this.#ticking;
    for (const work of this.works) await Promise.all(this.heldOf(work).map((name) => this.handOver(work, name)));
    await this.leases.end();
  }

  /** Does something that only the owner of the name may do; who owns it is asked to hand it over. @throws Error when nobody does */
  async owning<Answer>(kind: string, name: string, act: () => Promise<Answer>): Promise<Answer> {
    const work = this.works.find((one) => one.kind === kind)!;
    const key = `${kind}:${name}`;
    this.#pinned.set(key, (this.#pinned.get(key) ?? 0) + 1);
    try {
      const patience = performance.now() + PATIENCE * this.leases.lease;
      while (!this.leases.held.includes(key) && (await this.takeOver(work, [name])) === 0) {
        if (this.#stopped || performance.now() > patience)
          throw new Error(`${name} is in the hands of another process, which does not let it go`);
        await this.leases.want(key);
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
      }
      await this.#changing.get(key);
      return await act();
    } finally {
      const pins = this.#pinned.get(key)! - 1;
      if (pins > 0) this.#pinned.set(key, pins);
      else this.#pinned.delete(key);
    }
  }

  private async tick(): Promise<void> {
    const { lost, wanted } = await this.leases.renew();
    for (const work of this.works) {
      const own = (name: string) => name.startsWith(`${work.kind}:`);
      for (const key of lost.filter(own)) await this.ended(work, key);
      for (const key of wanted.filter(own)) if (!this.#pinned.has(key)) await this.handOver(work, key);
      await this.even(work);
    }
  }

  private async even(work: Work): Promise<void> {
    const others = `${WORKER}${work.kind}:`;
    const followers = `${FOLLOWER}${work.kind}:`;
    const presence = `${work.volunteers ? others : followers}${this.leases.owner}`;
    if (!this.leases.holds(presence)) await this.leases.take(presence);
    const workers = await this.leases.owners(others);
    if (workers + (await this.leases.owners(followers)) === 1) this.#alone.add(work.kind);
    else this.#alone.delete(work.kind);
    const share = work.volunteers ? Math.ceil(work.names.length / Math.max(1, workers)) : 0;
    const held = this.heldOf(work);
    // Who only helped out keeps it while there is nobody else to do it.
    if (workers > 0) for (const key of held.filter((one) => !this.#pinned.has(one)).slice(share)) await this.handOver(work, key);
    if (this.#stopped || held.length >= share) return;
    const missing = work.names.filter((name) => !held.includes(`${work.kind}:${name}`));
    for (let room = share - held.length; room > 0 && missing.length > 0;) {
      room -= await this.takeOver(work, missing.splice(0, room));
    }
  }

  private heldOf({ kind }: Work): string[] {
    return this.leases.held.filter((key) => key.startsWith(`${kind}:`));
  }

  /** Takes what is free of the names and begins with it; answers how many these are. */
  private async takeOver(work: Work, names: readonly string[]): Promise<number> {
    const prefix = `${work.kind}:`;
    const taken = await this.leases.takeAll(names.map((name) => `${prefix}${name}`));
    await Promise.all(taken.map((key) => this.change(key, () => work.begin(key.slice(prefix.length)))));
    return taken.length;
  }

  private async handOver(work: Work, key: string): Promise<void> {
    await this.ended(work, key);
    await this.leases.release([key]);
  }

  private ended(work: Work, key: string): Promise<void> {
    return this.change(key, () => work.end(key.slice(work.kind.length + 1)));
  }

  /** One change of a name after the other. */
  private async change(key: string, doing: () => Promise<void>): Promise<void> {
    const changing = (this.#changing.get(key) ?? Promise.resolve()).catch(() => {}).then(doing);
    this.#changing.set(key, changing);
    await changing.finally(() => {
      if (this.#changing.get(key) === changing) this.#changing.delete(key);
    });
  }
}
