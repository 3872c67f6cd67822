/** What a row is measured with: the servers of the run and how long it may take. */
export interface Bench {
  readonly eventStoreUrl: string;
  /** Without a database. */
  readonly mongoUrl: string;
  /** Events of the catch-up rows. */
  readonly events: number;
  /** How often each row of commands is measured; the median is told. */
  readonly rounds: number;
  /** A count of things made shorter by `--scale`, but not below `least`. */
  scaled(count: number, least?: number): number;
}

/** The address of one database of the server. */
export function databaseUrl({ mongoUrl }: Bench, name: string): string {
  const url = new URL(mongoUrl);
  url.pathname = `/${name}`;
  return url.href;
}
