/** Ends the process, as kill -9 does, when a letter was put into the outbox and nothing of that is recorded yet. */
const { existsSync, rmSync } = require('node:fs');
const promises = require('node:fs/promises');

const { rename } = promises;
promises.rename = async (from, to) => {
  await rename(from, to);
  if (!String(to).endsWith('.eml') || !existsSync(process.env.DIES_ONCE)) return;
  rmSync(process.env.DIES_ONCE);
  process.kill(process.pid, 'SIGKILL');
};
