/** The outside world as the contexts name it: port → method → function. */
// @ts-nocheck

export type Ports = Readonly<Record<string, Readonly<Record<string, PortFunction>>>>;

/** A port's method for decisions and sagas. It is asked again with the same id after a crash and must answer the same, or do nothing twice. */
export type PortFunction = (input: never, asked: { readonly commandId: string; readonly now: string }) => Promise<unknown>;

/** @throws Error for a port that nobody has configured */
export function portMethod(
  ports: Ports,
  port: string,
  method: string,
): (input: object, asked: { commandId: string; now: string }) => Promise<unknown> {
  const found = ports[port]?.[method];
  if (!found) throw new Error(`no port answers ${port}.${method}`);
  return found as ReturnType<typeof portMethod>;
}
