// @ts-nocheck
export { checkDurableFile, contentsOf, copyDurableFile, settleDurableFile } from './care';
export { syncFolder, type CopyProgress } from './copying';
export type { FileContents } from './door';
export * from './durable-file';
export { LocalFileError, type DurableFileOptions } from './opening';
