// @ts-nocheck
import type { Command } from 'commander';
import { resolve } from 'node:path';
import { progressBar } from '../local/progress';
import { copyBetween, fitDatabase, openSource } from './copy';

/** `letopis copy …`: the log moves to another server. */
export function registerCopy(program: Command): void {
  program
    .command('copy')
    .description('copies the log to another EventStoreDB; may be broken off and started again')
    .requiredOption('--to-eventstore <url>', 'the EventStoreDB to copy to (esdb://…)')
    .option(
      '--from <url>',
      'the EventStoreDB to copy from (default: EVENTSTORE_URL, else the local files)',
      process.env.EVENTSTORE_URL || undefined,
    )
    .option('--fit-read-models', 'then fit the MongoDB (MONGODB_URL, else the local one) to the copied log; nothing may be running on it')
    .option('--data <folder>', 'data folder: local files, and how far the copy has come', process.env.LETOPIS_DATA ?? '.letopis')
    .action(
      async ({
        toEventstore,
        from,
        data,
        fitReadModels,
      }: {
        toEventstore: string;
        from?: string;
        data: string;
        fitReadModels?: boolean;
      }) => {
        const dataFolder = resolve(data);
        const source = await openSource({ url: from, dataFolder });
        const bars = { copy: progressBar('copy  ', 'of the log'), verify: progressBar('verify', 'events') };
        const stop = () => [bars.copy, bars.verify].forEach((bar) => bar.stop());
        try {
          const { streams, events, different, others } = await copyBetween(source, toEventstore, {
            dataFolder,
            progress: (stage, done, total) => {
              if (stage === 'verify') bars.copy.stop();
              bars[stage](done, total);
            },
            onResume: (copied) => console.log(`going on after ${copied} events of an earlier run`),
          }).finally(stop);
          console.log(`${source.name}: ${events} events in ${streams} streams`);
          if (others > 0) console.log(`the target has ${others} streams that the source does not have`);
          if (different.length > 0) {
            const some = different.slice(0, 5).join(', ');
            throw new Error(`${different.length} streams differ at the target: ${some}${different.length > 5 ? ', …' : ''}`);
          }
          console.log('All of them are at the target, in the same order, with the same ids, types, data and metadata.');
          if (!fitReadModels) {
            console.log(
              'Read models are not copied. Before Letopis runs on the new log, stop it, and copy once more with --fit-read-models.',
            );
            return;
          }
          const dropped = await fitDatabase(source, toEventstore, dataFolder);
          console.log(
            `Read models (${dropped.length}) are built anew when Letopis starts with EVENTSTORE_URL. All else in MongoDB is as it was.`,
          );
        } finally {
          await source.close();
        }
      },
    );
}
