import { EventStoreDBClient, jsonEvent, NO_STREAM } from '@eventstore/db-client';
import { derivedId, newId } from '@letopis/kernel';
import { MovableClock } from '@letopis/runtime';
import { timersDue } from '../../../libs/runtime/timers/timer';
import type { Bench } from './bench';
import { BARE, inFlight, once, rowOf, mustBe, type Row } from './measure';
import { letopis, metadata } from './systems';
import { headOf, withRuntime } from './whole';

const HOUR = 3_600_000;
const PATIENCE = 600_000;

/** Many timers of as many streams that all come due at one moment: each is decided and recorded as a command of its own. */
export async function timersDueAtOnce(bench: Bench, title: string): Promise<Row[]> {
  const total = bench.scaled(100_000);
  const clock = new MovableClock();
  return withRuntime(
    bench,
    async (runtime) => {
      const client = EventStoreDBClient.connectionString(bench.eventStoreUrl);
      const run = newId();
      const scheduled = { dueAt: new Date(Date.parse(clock.now()) + HOUR).toISOString(), saga: 'Nobody', owner: 'nobody-1', payload: {} };
      const event = (type: string, key: string) =>
        jsonEvent({ type, data: { ...scheduled, key }, metadata: { ...metadata('ScheduleTimer', newId()) } as Record<string, unknown> });
      await inFlight(total, 64, (at) =>
        client.appendToStream(`timer-${derivedId('bench', run, at)}`, event('TimerScheduled', `k${at}`), { expectedRevision: NO_STREAM }),
      );
      const rows = runtime.db.collection(runtime.projector.collection(timersDue.code));
      const isLeft = { saga: 'Nobody', _deleted: { $exists: false } };
      await runtime.projector.mark(timersDue.code).reached(await headOf(bench), PATIENCE);
      mustBe('timers that are set', await rows.countDocuments(isLeft), total);

      const fired = await once(total, async () => {
        clock.move(HOUR);
        while (await rows.findOne(isLeft)) await new Promise((resolve) => setTimeout(resolve, 100));
      });
      const floor = await inFlight(total, 64, (at) =>
        client.appendToStream(`bareTimer-${derivedId('bench', run, at)}`, event('TimerFired', `k${at}`), { expectedRevision: NO_STREAM }),
      );
      await client.dispose();
      return [
        rowOf(title, letopis.name, fired, `${total} timers until none is due in the read model; p50 is the whole time`),
        rowOf(title, BARE, floor, 'appends as many events'),
      ];
    },
    clock,
  );
}
