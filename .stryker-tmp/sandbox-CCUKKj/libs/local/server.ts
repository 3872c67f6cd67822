/** A local server that speaks a database's own protocol over one embedded file. */
// @ts-nocheck

export interface LocalServer {
  /** The port that it listens on (a free one when 0 was asked for). */
  readonly port: number;
  /** What to give to the official client. */
  readonly url: string;
  /** Stops accepting, answers what is under way, makes the file whole and lets it go. */
  close(): Promise<void>;
}

export interface LocalServerOptions {
  /** 0 takes a free port. */
  port?: number;
  /** Loopback only, unless told otherwise. */
  host?: string;
  /** The folder of the durable file (made with 0700), or undefined for a server that keeps nothing. */
  dataFolder?: string;
}
