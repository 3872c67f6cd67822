import type { Caller } from './world';

/** A file that is a PDF as far as its first bytes say. */
export const pdf = (text: string): Buffer => Buffer.from(`%PDF-1.7\n% ${text}\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n`);

interface Sent {
  readonly status: number;
  readonly fileId?: string;
  readonly code?: string;
}

/** Sends bytes as a file for something, and answers what was said to it. */
export async function sendFile({ world, token }: Caller, content: Buffer, name: string, query = ''): Promise<Sent> {
  const answer = await fetch(`${world.product.url}/v1/files${query}`, {
    method: 'POST',
    headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), 'x-file-name': encodeURIComponent(name) },
    body: new Uint8Array(content),
  });
  return { ...((await answer.json()) as object), status: answer.status };
}

/** Opens a file. */
export async function fileOf({ world, token }: Caller, fileId: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`${world.product.url}/v1/files/${fileId}`, {
    headers: { ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}) },
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const text = bytes.toString();
  const isProblem = answer.headers.get('content-type')?.includes('json');
  return {
    status: answer.status,
    text,
    size: bytes.length,
    code: isProblem ? (JSON.parse(text) as { code: string }).code : undefined,
    type: answer.headers.get('content-type'),
    tag: answer.headers.get('etag'),
    range: answer.headers.get('content-range'),
    sniffing: answer.headers.get('x-content-type-options'),
    disposition: answer.headers.get('content-disposition'),
  };
}
