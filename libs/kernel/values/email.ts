/**
 * The address trimmed, or undefined when it is none: at most 254 characters, a local part of at most 64,
 * one `@`, a domain with a dot.
 */
export function parseEmail(value: string): string | undefined {
  const address = value.trim();
  const parts = address.split('@');
  if (address.length > 254 || parts.length !== 2) return undefined;
  const [local, domain] = parts as [string, string];
  if (local.length === 0 || local.length > 64 || /[\s"(),:;<>[\\\]]|\p{Cc}/u.test(address)) return undefined;
  const host = asciiDomain(domain);
  return host?.includes('.') ? address : undefined;
}

/** The domain in lower-case punycode, or undefined when it is no host name. `URL` does the IDNA mapping (UTS 46). */
function asciiDomain(domain: string): string | undefined {
  if (!URL.canParse(`http://${domain}/`)) return undefined;
  const { hostname, pathname, port, search, hash } = new URL(`http://${domain}/`);
  if (pathname !== '/' || port || search || hash || hostname.length > 253) return undefined;
  const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
  const labels = hostname.split('.');
  return labels.every((part) => label.test(part)) && !/^\d+$/.test(labels.at(-1)!) ? hostname : undefined;
}

/** The key under which two spellings are the same address: NFKC, lower case, domain in punycode; dots and pluses stay. */
export function emailKey(address: string): string {
  const [local, domain] = address.trim().normalize('NFKC').toLowerCase().split('@') as [string, string];
  return `${local}@${asciiDomain(domain) ?? domain}`;
}

/** The address with its middle hidden, for texts that others may read: `a***@romashka.ru`. */
export const maskedEmail = (address: string): string => address.replace(/^(.).*(@.*)$/, '$1***$2');
