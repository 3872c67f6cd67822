// @ts-nocheck
// npm ci refuses a lock that names optional packages of other platforms without holding them, and a
// registry mirror may not serve those, so npm leaves them out. This adds the missing entries.
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));

const platformOf = (name) => {
  const os = ['win32', 'darwin', 'linux', 'freebsd', 'android', 'openbsd', 'netbsd', 'sunos', 'aix', 'wasi', 'openharmony'].find((o) =>
    name.includes(o),
  );
  const cpu = ['x64', 'arm64', 'ia32', 'arm', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el', 'wasm32'].find((c) =>
    new RegExp(`[-_]${c}\\b|[-_]${c}-`).test(name),
  );
  return { ...(os ? { os: [os === 'wasi' ? 'none' : os] } : {}), ...(cpu ? { cpu: [cpu] } : {}) };
};

let added = 0;
for (const [path, entry] of Object.entries({ ...lock.packages })) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const found = [...ancestors(path)].some((at) => lock.packages[`${at}node_modules/${name}`]);
    if (found) continue;
    lock.packages[`node_modules/${name}`] = { version: version.replace(/^[\^~]/, ''), ...platformOf(name), optional: true };
    added++;
  }
}

/** The prefixes under which a package at `path` finds its dependencies: its own folder, then each one above. */
function* ancestors(path) {
  for (let at = path; at; at = at.includes('/node_modules/') ? at.slice(0, at.lastIndexOf('/node_modules/')) : '') yield `${at}/`;
  yield '';
}

writeFileSync(file, JSON.stringify(lock, null, 2) + '\n');
console.log(`package-lock.json: ${added} foreign optional packages added`);
