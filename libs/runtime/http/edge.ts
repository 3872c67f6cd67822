import type { FileFacts, FileOwner } from '@letopis/kernel';
import type { Runtime } from '../runtime';
import type { Tokens } from './tokens';

/** Challenges for forms that anybody may send. */
export interface CaptchaIssuer {
  /** What may be asked for, the usual one first. */
  readonly kinds: readonly string[];
  issue(kind: string, now: string): Promise<object>;
}

/** One-time secrets that an administrator fetches. */
export interface SecretStore {
  get(ref: string, now: string): Promise<string | undefined>;
  destroy(refs: readonly string[]): Promise<void>;
}

/** A part of a file, in bytes: `end` is the first that does not belong to it. */
export interface FilePart {
  readonly start: number;
  readonly end: number;
}

export interface OpenedFile {
  readonly facts: FileFacts;
  /** The organization whose record has named it. */
  readonly organizationId?: string;
  readonly owner?: FileOwner;
  bytes(part?: FilePart): AsyncIterable<Uint8Array>;
}

/** Where uploaded files are kept. */
export interface FileStore {
  /** Bytes of the largest file that is taken at all. */
  readonly most: number;
  put(
    content: AsyncIterable<Uint8Array>,
    about: {
      readonly fileId: string;
      readonly name: string;
      readonly uploadedBy: string;
      readonly now: string;
      readonly most?: number;
      readonly takes?: (file: { readonly name: string; readonly mime: string }) => boolean;
    },
  ): Promise<FileFacts>;
  open(fileId: string): Promise<OpenedFile | undefined>;
}

/** What the edge is made of besides Nest. */
export interface Edge {
  readonly runtime: Runtime;
  readonly tokens: Tokens;
  readonly captchas: CaptchaIssuer;
  readonly vault: SecretStore;
  readonly files: FileStore;
  /** Whether the word of proxies about the client's address is taken. */
  readonly behindProxies: boolean;
}

export const EDGE = Symbol('edge');
