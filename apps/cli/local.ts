import { startInThread, type LocalServer, type LocalServerKind } from '@letopis/local';

/** Runs the local servers until the process is told to end. A port of 0 leaves that server out. */
export async function serveLocal(options: { eventstore: number; mongodb: number; dataFolder: string }): Promise<void> {
  const { dataFolder } = options;
  const servers: LocalServer[] = [];
  for (const kind of ['eventstore', 'mongodb'] satisfies LocalServerKind[]) {
    const port = options[kind];
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--${kind}-port is not a port: ${port}`);
    if (port === 0) continue;
    const server = await startInThread(kind, { port, dataFolder });
    servers.push(server);
    console.log(`${kind}: ${server.url}`);
  }
  if (servers.length === 0) throw new Error('both servers are off');
  console.log(`data: ${dataFolder}\nFor one machine: its other users can reach them on the loopback address.`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await Promise.all(servers.map((server) => server.close()));
  process.exit(0);
}
