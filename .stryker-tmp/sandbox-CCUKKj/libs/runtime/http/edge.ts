// @ts-nocheck
import type { FileFacts } from '@letopis/kernel';
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

/** Where uploaded files are kept. */
export interface FileStore {
  put(content: AsyncIterable<Uint8Array>, about: { fileId: string; name: string; uploadedBy: string; now: string }): Promise<FileFacts>;
  open(fileId: string): Promise<{ facts: FileFacts; organizationId?: string; bytes: AsyncIterable<Uint8Array> } | undefined>;
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
