// Loaded into every process that is watched: tells what memory it holds, after a collection, when it is asked.
process.on('message', (asked) => {
  if (asked !== 'memory') return;
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  process.send({ rss, heapUsed });
});
process.channel?.unref();
