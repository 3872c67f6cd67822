import { subjectOf } from '@letopis/kernel';
import type { Command } from 'commander';
import { at, print, register, type Where } from './commands';

type Because = Where & { reason: string };

/** `letopis forget | hold | release`: the personal data of somebody. */
export function registerPersons(program: Command): void {
  register(program, 'forget', 'erases the personal data of a person: the key is destroyed, events stay')
    .argument('<userId>', 'the person')
    .requiredOption('--reason <text>', 'why: the audit shows it')
    .option('--deactivate', 'switch the account off first, if it is not off yet')
    .option('--dry-run', 'only say what stands in the way')
    .action((userId: string, { reason, deactivate, dryRun, ...where }: Because & { deactivate?: boolean; dryRun?: boolean }) =>
      at(where, async (door) => {
        const before = await door.subject(subjectOf(userId));
        if (before.key === 'none') throw new Error(`No personal data are kept of ${userId}.`);
        if (before.hold.status === 'held') throw new Error(`A legal hold since ${before.hold.since}: ${before.hold.reason}`);
        if (dryRun) return print(before);
        if (before.key === 'destroyed') {
          // Where log and database were restored from copies of an earlier time the log does not know of it any more.
          const { state } = await door.audit.state('user', userId);
          if ((state as { status?: string }).status === 'erased') return print(before);
        }
        if (deactivate) await door.send('DeactivateUser', { userId, reason }, reason);
        await door.send('EraseUser', { userId }, reason);
        const after = await door.subject(subjectOf(userId));
        if (after.key !== 'destroyed') throw new Error(`The key of ${userId} is still there: look at «letopis parked list».`);
        print(after);
      }),
    );

  const placing = [
    ['hold', 'keeps the personal data of a person from being erased', 'PlaceLegalHold'],
    ['release', 'ends a legal hold; erasures that waited for it are carried out', 'ReleaseLegalHold'],
  ] as const;
  for (const [name, description, command] of placing) {
    register(program, name, description)
      .argument('<userId>', 'the person')
      .requiredOption('--reason <text>', 'why: the audit shows it')
      .action((userId: string, { reason, ...where }: Because) =>
        at(where, async (door) => {
          const subject = subjectOf(userId);
          await door.send(command, { subject, reason }, reason);
          print(await door.subject(subject));
        }),
      );
  }
}
