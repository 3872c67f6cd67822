import type { Files } from '@letopis/ports';
import { waitingSteps, type Runtime } from '@letopis/runtime';

/** Pause between two sweeps, in milliseconds. */
const EVERY = 60 * 60 * 1_000;

/** Takes away, every hour, files that nobody has named. Answers how to end it. */
export function sweepFiles(runtime: Runtime, files: Files): () => Promise<void> {
  let sweeping: Promise<unknown> = Promise.resolve();
  const sweep = () => {
    sweeping = files
      .sweep(runtime.clock.now(), () => allNamed(runtime))
      .catch((error: unknown) => runtime.logger.error({ error: String(error) }, 'files that nobody has named could not be taken away'));
  };
  const timer = setInterval(sweep, EVERY);
  timer.unref();
  sweep();
  return async () => {
    clearInterval(timer);
    await sweeping;
  };
}

/** Whether every record that has named a file has said so: the sagas are at the end of the log, and none of them waits. */
export async function allNamed({ store, sagas, db }: Runtime): Promise<boolean> {
  try {
    await sagas.mark.reached(await store.head());
  } catch {
    return false;
  }
  return (await waitingSteps(db).countDocuments({ saga: { $regex: 'FilesSaga$' } })) === 0;
}
