// @ts-nocheck
import { contentsOf } from '@letopis/local';
import { join } from 'node:path';
import { LOCAL_FILES, localFilesIn, type LocalFileName } from './files';
import { size } from './progress';

export interface FileInfo {
  readonly name: LocalFileName;
  readonly format: number;
  readonly bytes: number;
  /** Counts by what they count. */
  readonly counts: Readonly<Record<string, number>>;
  /** Who holds it; undefined when nobody does. */
  readonly holder?: string;
}

/** What is in the files of a data folder, told by whoever holds them. @throws LocalFileError */
export async function info(dataFolder: string): Promise<FileInfo[]> {
  const infos: FileInfo[] = [];
  for (const name of localFilesIn(dataFolder)) {
    const { format, bytes, tables, holder } = await contentsOf(join(dataFolder, name));
    infos.push({ name, format, bytes, counts: COUNTED[name](tables), ...(holder ? { holder } : {}) });
  }
  return infos;
}

/** The same for people. */
export function infoLines(infos: readonly FileInfo[], dataFolder: string): string[] {
  if (infos.length === 0) return [`no files of local servers in ${dataFolder}: looked for ${LOCAL_FILES.join(', ')}`];
  return infos.map(({ name, format, bytes, counts, holder }) => {
    const contents = Object.entries(counts).map(([what, count]) => `${count.toLocaleString('en')} ${what}`);
    return `${name}  format ${format}, ${size(bytes)}, ${contents.join(', ')}; ${holder ? `held by ${holder}` : 'held by nobody'}`;
  });
}

type Tables = Readonly<Record<string, number>>;
const COUNTED: Readonly<Record<LocalFileName, (tables: Tables) => Record<string, number>>> = {
  /** Streams of metadata count as streams, their events as events. */
  'eventstore.db': (tables) => ({ streams: tables.streams ?? 0, events: tables.events ?? 0 }),
  /** A collection's documents are in a table c1, c2, … of their own. */
  'mongodb.db': (tables) => {
    const documents = Object.entries(tables).reduce((sum, [table, rows]) => (/^c\d+$/.test(table) ? sum + rows : sum), 0);
    return { collections: tables.collections ?? 0, documents };
  },
};
