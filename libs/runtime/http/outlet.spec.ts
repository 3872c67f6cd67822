import { Writable } from 'node:stream';
import { Outlet, TooSlow } from './outlet';

describe('An outlet', () => {
  test('waits for a reader to take what was sent, and keeps no more than that', async () => {
    const taken: string[] = [];
    let take: () => void = () => {};
    const reader = new Writable({
      highWaterMark: 4,
      write: (chunk: Buffer, _, done) => {
        taken.push(chunk.toString());
        take = done;
      },
    });
    const outlet = new Outlet(reader, 60_000);
    let isSent = false;
    const sent = outlet.send('first piece').then(() => (isSent = true));
    await new Promise((done) => setImmediate(done));
    expect([taken, isSent]).toEqual([['first piece'], false]);
    take();
    await sent;
    expect([isSent, reader.writableLength]).toEqual([true, 0]);
  });

  test('lets go of a reader who takes nothing', async () => {
    const reader = new Writable({ highWaterMark: 4, write: () => {} });
    const outlet = new Outlet(reader, 1);
    await expect(outlet.send('first piece')).rejects.toThrow(TooSlow);
    expect([outlet.isClosed, reader.destroyed]).toEqual([true, true]);
    await outlet.send('nothing more');
  });

  test('goes on when the reader goes away meanwhile', async () => {
    const reader = new Writable({ highWaterMark: 4, write: () => {} });
    const outlet = new Outlet(reader, 60_000);
    const sent = outlet.send('first piece');
    reader.destroy();
    await sent;
    expect(outlet.isClosed).toBe(true);
  });
});
