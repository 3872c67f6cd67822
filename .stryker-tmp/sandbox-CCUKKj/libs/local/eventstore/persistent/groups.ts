// @ts-nocheck
import { errors } from '../errors';
import type { Links } from '../store/links';
import type { Commit } from '../store/log';
import type { Writer } from '../store/writer';
import { ANY } from '../store/expected-revision';
import { Group } from './group';
import { ParkedMessages, type Replay } from './parked';
import { ALL, STRATEGIES, type GroupName, type GroupSettings } from './settings';
import { sourceOf } from './source';

/** What of a group is kept in the file, besides its checkpoint. */
interface Kept {
  settings: GroupSettings;
  /** Cursor of the last event before the group's first. */
  after: number;
  replay?: Replay;
}

const keyOf = ({ source, group }: GroupName) => `${source}\0${group}`;

/** All persistent subscriptions: made, changed, deleted, found, and woken when their sources grow. */
export class Groups {
  readonly #groups = new Map<string, Group>();
  readonly #bySource = new Map<string, Set<Group>>();

  constructor(
    readonly writer: Writer,
    readonly links: Links,
  ) {
    writer.log.onCommit((commit) => this.#committed(commit));
    this.#load();
  }

  /** The group of that name. @throws RpcError NOT_FOUND */
  get(name: GroupName): Group {
    const group = this.#groups.get(keyOf(name));
    if (!group) throw errors.persistent.doesNotExist(name.source, name.group);
    return group;
  }

  /** Groups of a source, or all. */
  list(source?: string): Group[] {
    return source === undefined ? [...this.#groups.values()] : [...(this.#bySource.get(source) ?? [])];
  }

  /** @throws RpcError ALREADY_EXISTS, or INTERNAL for settings that cannot be. */
  async create(name: GroupName, settings: GroupSettings): Promise<void> {
    if (this.#groups.has(keyOf(name))) throw errors.persistent.exists(name.source, name.group);
    check(name, settings);
    const kept: Kept = { settings, after: this.#firstAfter(name, settings) };
    this.#save(name, kept);
    this.#open(name, kept, undefined);
    await this.writer.log.file.committed();
  }

  /** Consumers are dropped, and find the new settings when they connect again; where the group stands is kept. */
  async update(name: GroupName, settings: GroupSettings): Promise<void> {
    const group = this.get(name);
    check(name, settings);
    this.#drop(group);
    const kept: Kept = {
      settings: { ...settings, filter: settings.filter ?? group.settings.filter },
      after: this.#firstAfter(name, settings),
      replay: this.#kept(name)?.replay,
    };
    this.#save(name, kept);
    this.#open(name, kept, group.checkpoint);
    await this.writer.log.file.committed();
  }

  async delete(name: GroupName): Promise<void> {
    const group = this.get(name);
    this.#drop(group);
    const { file } = this.writer.log;
    file.write();
    file.sql('DELETE FROM persistent_groups WHERE source = ? AND name = ?').run(Buffer.from(name.source), Buffer.from(name.group));
    this.writer.softDelete(group.context.parked.stream, ANY);
    await file.committed();
  }

  /** Everything is loaded from the file anew, and every consumer dropped. */
  restart(): void {
    for (const group of [...this.#groups.values()]) this.#drop(group);
    this.#load();
  }

  close(): void {
    for (const group of this.#groups.values()) group.close();
  }

  #load(): void {
    const rows = this.writer.log.file.sql('SELECT source, name, settings, checkpoint FROM persistent_groups').all() as Array<{
      source: Uint8Array;
      name: Uint8Array;
      settings: Uint8Array;
      checkpoint: number | null;
    }>;
    for (const row of rows) {
      const name = { source: Buffer.from(row.source).toString(), group: Buffer.from(row.name).toString() };
      this.#open(name, JSON.parse(Buffer.from(row.settings).toString()) as Kept, row.checkpoint ?? undefined).resumeReplay();
    }
  }

  #open(name: GroupName, kept: Kept, checkpoint: number | undefined): Group {
    const { log, streams } = this.writer;
    const parked = new ParkedMessages(name, this.writer, kept.replay, (replay) => {
      const current = this.#kept(name);
      if (current) this.#save(name, { ...current, replay });
    });
    const group = new Group(
      name,
      kept.settings,
      {
        source: sourceOf(name.source, kept.settings.filter, log, streams),
        parked,
        links: this.links,
        saveCheckpoint: (cursor) => {
          try {
            log.file.write();
            log.file
              .sql('UPDATE persistent_groups SET checkpoint = ? WHERE source = ? AND name = ?')
              .run(cursor, Buffer.from(name.source), Buffer.from(name.group));
          } catch {
            // A file that takes no writes: what was answered since the last checkpoint is delivered again after a restart.
          }
        },
      },
      { after: checkpoint ?? kept.after, checkpoint },
    );
    this.#groups.set(keyOf(name), group);
    const others = this.#bySource.get(name.source);
    if (others) others.add(group);
    else this.#bySource.set(name.source, new Set([group]));
    return group;
  }

  #drop(group: Group): void {
    group.close();
    this.#groups.delete(keyOf(group.name));
    const others = this.#bySource.get(group.name.source);
    others?.delete(group);
    if (others?.size === 0) this.#bySource.delete(group.name.source);
    for (const consumer of [...group.consumers.all]) consumer.call.fail(errors.persistent.dropped(group.name.source, group.name.group));
  }

  /** Before the named place; «the end» is the end of this moment, and stays so after a restart. */
  #firstAfter({ source }: GroupName, { startFrom, filter }: GroupSettings): number {
    return startFrom < 0 ? sourceOf(source, filter, this.writer.log, this.writer.streams).last() : startFrom - 1;
  }

  #kept({ source, group }: GroupName): Kept | undefined {
    const row = this.writer.log.file
      .sql('SELECT settings FROM persistent_groups WHERE source = ? AND name = ?')
      .get(Buffer.from(source), Buffer.from(group));
    return row ? (JSON.parse(Buffer.from((row as { settings: Uint8Array }).settings).toString()) as Kept) : undefined;
  }

  #save({ source, group }: GroupName, kept: Kept): void {
    const { file } = this.writer.log;
    file.write();
    file
      .sql(
        'INSERT INTO persistent_groups (source, name, settings) VALUES (?, ?, ?) ON CONFLICT (source, name) DO UPDATE SET settings = excluded.settings',
      )
      .run(Buffer.from(source), Buffer.from(group), Buffer.from(JSON.stringify(kept)));
  }

  #committed(commit: Commit): void {
    for (const group of this.#bySource.get(ALL) ?? []) group.pump();
    for (const name of commit.streams) for (const group of this.#bySource.get(name) ?? []) group.pump();
  }
}

/** @throws RpcError INTERNAL, with the reason the real server gives. */
function check({ source, group }: GroupName, settings: GroupSettings): void {
  if (!(STRATEGIES as readonly string[]).includes(settings.strategy)) {
    throw errors.persistent.failed(source, group, `Consumer strategy ${settings.strategy} does not exist.`);
  }
  if (settings.historyBufferSize > 0 && settings.readBatchSize >= settings.historyBufferSize) {
    throw errors.persistent.failed(source, group, 'Read batch size must be smaller than buffer size.');
  }
}
