// @ts-nocheck
import {
  secured,
  startInThread,
  withoutLogin,
  type LocalSecurity,
  type LocalServer,
  type LocalServerKind,
  type LocalServerOptions,
} from '@letopis/local';

export interface ServeOptions {
  /** Ports of the two protocols; 0 leaves that server out. */
  readonly eventstore: number;
  readonly mongodb: number;
  readonly dataFolder: string;
  /** Where they listen; the loopback address unless told otherwise. */
  readonly host?: string;
  readonly security?: LocalSecurity;
}

type Start = (kind: LocalServerKind, options: LocalServerOptions) => Promise<LocalServer>;

/**
 * Starts the local servers that have a port. @returns them, and what people are to know of them
 * @throws Error when there is none to start, or one would be open to other machines
 */
export async function startLocalServers(
  { dataFolder, host, security = {}, ...ports }: ServeOptions,
  start: Start = startInThread,
): Promise<{ servers: LocalServer[]; lines: string[] }> {
  const kinds = (['eventstore', 'mongodb'] satisfies LocalServerKind[]).filter((kind) => ports[kind] !== 0);
  for (const kind of kinds) {
    const port = ports[kind];
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--${kind}-port is not a port: ${port}`);
    if (host && !isLoopback(host)) refuseOpenDoor(kind, host, security);
  }
  if (kinds.length === 0) throw new Error('both servers are off');
  const servers: LocalServer[] = [];
  const lines: string[] = [];
  try {
    for (const kind of kinds) {
      const server = await start(kind, secured(kind, { port: ports[kind], dataFolder, ...(host ? { host } : {}) }, security));
      servers.push(server);
      lines.push(`${kind}: ${withoutLogin(server.url)}${guard(kind, security)}`);
    }
  } catch (cause) {
    await Promise.all(servers.map((server) => server.close()));
    throw cause;
  }
  lines.push(`data: ${dataFolder}`);
  lines.push(
    !host || isLoopback(host)
      ? 'For one machine: its other users can reach them on the loopback address.'
      : `Other machines can reach them at ${host}.`,
  );
  return { servers, lines };
}

/** Runs the local servers until the process is told to end. */
export async function serveLocal(options: ServeOptions): Promise<void> {
  const { servers, lines } = await startLocalServers(options);
  console.log(lines.join('\n'));
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await Promise.all(servers.map((server) => server.close()));
  process.exit(0);
}

const isLoopback = (host: string) => /^127\.|^::1$|^localhost$/.test(host);

function refuseOpenDoor(kind: LocalServerKind, host: string, { password, tls }: LocalSecurity): void {
  const missing = [
    ...(password ? [] : ['LETOPIS_LOCAL_PASSWORD']),
    ...(kind === 'mongodb' || tls ? [] : ['LETOPIS_LOCAL_TLS_CERT and _KEY']),
  ];
  if (missing.length > 0) throw new Error(`${kind} would be open to everybody who can reach ${host}: set ${missing.join(', ')}`);
}

function guard(kind: LocalServerKind, { password, tls }: LocalSecurity): string {
  if (kind === 'mongodb') return password ? '  (user letopis, with the password)' : '';
  if (!tls) return password ? '  (without a password: that needs TLS)' : '';
  return password ? '  (TLS, user admin, with the password)' : '  (TLS)';
}
