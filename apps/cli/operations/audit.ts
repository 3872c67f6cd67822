import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { Replayed } from '@letopis/runtime';
import { progressBar } from '../local/progress';
import { at, print, register, type Where } from './commands';
import { diffText, historyTable, replayedText, stateText, storyText, whyText } from './tables';

interface ReplayTold extends Told {
  readonly from?: string;
  readonly to?: string;
  readonly category?: string[];
  readonly type?: string[];
  readonly organization?: string;
  readonly actor?: string;
  readonly output?: string;
}

interface Told extends Where {
  readonly json?: boolean;
}

/** `letopis audit … | replay | export`: who did what, when and why, and registries as files. */
export function registerAudit(program: Command): void {
  const audit = program.command('audit').description('who did what, when and why; whoever asks is recorded');
  const asking = (name: string, description: string) => register(audit, name, description).option('--json', 'as JSON, not for eyes');
  const tell = <Answer extends object>(answer: Answer, text: (answer: Answer) => string, { json }: Told) =>
    json ? print(answer) : console.log(text(answer));

  asking('history', 'what happened to a record')
    .argument('<category>', 'kind of record, such as organization')
    .argument('<id>', 'its id')
    .action((category: string, id: string, told: Told) =>
      at(told, async (door) => tell(await door.audit.history(category, id), historyTable, told)),
    );
  asking('state', 'a record as it was')
    .argument('<category>', 'kind of record')
    .argument('<id>', 'its id')
    .option('--at <moment>', 'a revision, or a time (else: now)')
    .action((category: string, id: string, told: Told & { at?: string }) =>
      at(told, async (door) => tell(await door.audit.state(category, id, told.at), stateText, told)),
    );
  asking('diff', 'what is otherwise between two moments')
    .argument('<category>', 'kind of record')
    .argument('<id>', 'its id')
    .requiredOption('--from <moment>', 'a revision, or a time')
    .option('--to <moment>', 'a revision, or a time (else: now)')
    .action((category: string, id: string, told: Told & { from: string; to?: string }) =>
      at(told, async (door) => tell(await door.audit.diff(category, id, told.from, told.to), diffText, told)),
    );
  asking('why', 'why an event happened, and what came of it')
    .argument('<eventId>', 'its id, as the history tells it')
    .action((eventId: string, told: Told) => at(told, async (door) => tell(await door.audit.why(eventId), whyText, told)));
  asking('story', 'all that followed from one call, each in what caused it')
    .argument('<correlationId>', 'id of the story')
    .action((correlationId: string, told: Told) =>
      at(told, async (door) => {
        const story = await door.audit.story(correlationId);
        if (story.tree.length === 0 && story.waiting.length === 0) throw new Error(`No event belongs to a story ${correlationId}.`);
        tell(story, storyText, told);
      }),
    );

  register(program, 'replay', 'what has happened, in the order of the log')
    .option('--from <moment>', 'after this: a time, or a position of the log')
    .option('--to <moment>', 'up to this: a time, or a position of the log (else: now)')
    .option('--category <kind...>', 'records of these kinds alone')
    .option('--type <event...>', 'events of these types alone')
    .option('--organization <id>', 'of one organization')
    .option('--actor <id>', 'what one person or service did')
    .option('--json', 'a line of JSON for each event')
    .option('--output <file>', 'into a file, as lines of JSON')
    .action((told: ReplayTold) =>
      at(told, async (door) => {
        const { from, to, organization: organizationId, actor: actorId } = told;
        const asked = { from, to, category: told.category?.join(','), type: told.type?.join(','), organizationId, actorId };
        const query = Object.entries(asked).filter((pair): pair is [string, string] => pair[1] !== undefined);
        const events = linesOf(await door.replay(Object.fromEntries(query)));
        if (told.output === undefined) {
          for await (const line of events) {
            if (!process.stdout.writable) return; // whoever read it has seen enough
            console.log(told.json ? line : replayedText(JSON.parse(line) as Replayed));
          }
          return;
        }
        const { head } = (await door.info()) as { head: number };
        const bar = progressBar('replayed', 'positions');
        const shown = async function* () {
          for await (const line of events) {
            bar((JSON.parse(line) as Replayed).position, head);
            yield `${line}\n`;
          }
        };
        await pipeline(shown(), createWriteStream(told.output)).finally(() => bar.stop());
      }),
    );
  register(program, 'export', 'a registry as CSV')
    .argument('<registry>', 'its code')
    .option('--as-of <moment>', 'as it was: a time, or a position of the log')
    .option('--filter <field=value...>', 'only rows of which this is so')
    .option('--sort <field>', 'in this order; -field downwards')
    .option('--q <text>', 'rows in which this is found')
    .option('--output <file>', 'into a file, not to the terminal')
    .action((code: string, told: Where & { asOf?: string; filter?: string[]; sort?: string; q?: string; output?: string }) =>
      at(told, async (door) => {
        const filters = (told.filter ?? []).map((one): [string, string] => {
          const [, field, value] = /^([^=]+)=(.*)$/s.exec(one) ?? [];
          if (field === undefined) throw new Error(`A filter is written field=value: ${one}`);
          return [`filter[${field}]`, value!];
        });
        const { asOf, sort, q } = told;
        const given = Object.entries({ asOf, sort, q }).filter((pair): pair is [string, string] => pair[1] !== undefined);
        const file = await door.export(code, Object.fromEntries([...filters, ...given]));
        if (told.output !== undefined) return pipeline(file, createWriteStream(told.output));
        for await (const chunk of file) {
          if (!process.stdout.writable) return;
          process.stdout.write(chunk);
        }
      }),
    );
}

/** The lines of a text that comes in pieces. */
async function* linesOf(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  // A stream that was broken off ends in the middle of a line, or throws: half an event is none.
  if (rest !== '') throw new Error('The log was broken off: ask again after the last position.');
}
