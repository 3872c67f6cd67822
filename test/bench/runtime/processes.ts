import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { EventStoreDBClient, jsonEvent, NO_STREAM } from '@eventstore/db-client';
import { UpdateCompany } from '@letopis/contexts/crm';
import { CreateProcessDefinition, PublishProcessDefinition, StartSmartProcess } from '@letopis/contexts/processes';
import { newId, system, type Context } from '@letopis/kernel';
import { MovableClock, type Runtime } from '@letopis/runtime';
import { contexts } from '../../../apps/server/product';
import { NOTHING } from '../../../libs/runtime/events/event-store';
import { newEvent } from '../../support/stores';
import type { Bench } from './bench';
import { BARE, inFlight, mustBe, once, rowOf, type Measured, type Row } from './measure';
import { letopis } from './systems';
import { withRuntime } from './whole';

const DAY = 86_400_000;
const PATIENCE = 1_200_000;
/** Fields of the product itself, without which it is not composed. */
const PRODUCT = contexts as readonly Context[];

/** Waits for an event of its company, and reminds after a day. */
const definition = {
  code: 'bench',
  name: { ru: 'Ожидание' },
  subjectTypes: ['company'],
  stages: [
    {
      code: 'work',
      name: { ru: 'Работа' },
      order: 1,
      color: '#9E9E9E',
      semantic: 'initial',
      onEnter: [
        { key: 'wait', type: 'wait_event', args: { event: 'CompanyUpdated' } },
        { key: 'heard', type: 'set_status_text', args: { text: 'Услышано' } },
      ],
      timers: [
        { key: 'delay', after: 'PT24H', clock: 'calendar', steps: [{ key: 'late', type: 'set_status_text', args: { text: 'Долго' } }] },
      ],
      exits: [{ to: 'done', on: 'manual' }],
    },
    { code: 'done', name: { ru: 'Конец' }, order: 2, color: '#43A047', semantic: 'success' },
  ],
};

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
/** Megabytes that are still in use once what is not has been let go. */
const heap = () => {
  collect();
  return Math.round(process.memoryUsage().heapUsed / 1024 / 1024);
};

/** Instances that are begun, hear an event, and whose terms come due at once; and what they cost in memory while they run. */
export async function runningProcesses(bench: Bench, title: string): Promise<Row[]> {
  const total = bench.scaled(10_000, 100);
  const few = Math.round(total / 10);
  const clock = new MovableClock();
  return withRuntime(bench, (runtime) => measured(bench, { runtime, clock, total, few, title }), clock, PRODUCT);
}

interface Plan {
  readonly runtime: Runtime;
  readonly clock: MovableClock;
  readonly total: number;
  readonly few: number;
  readonly title: string;
}

async function measured(bench: Bench, { runtime, clock, total, few, title }: Plan): Promise<Row[]> {
  const organizationId = newId();
  const execute = (command: object) =>
    runtime.dispatcher.execute(command, { commandId: newId(), actor: system('bench'), correlationId: newId() });
  const processDefinitionId = newId();
  const draft = { processDefinitionId, organizationId, code: definition.code, data: definition };
  await execute(Object.assign(new CreateProcessDefinition(), draft));
  await execute(Object.assign(new PublishProcessDefinition(), { processDefinitionId }));
  const companies = Array.from({ length: total }, newId);
  await inFlight(total, 64, (at) =>
    runtime.store.append(`company-${companies[at]!}`, NOTHING, [
      newEvent('CompanyCreated', { organizationId, name: `Компания ${at}`, phones: [], emails: [], interests: [] }, { organizationId }),
    ]),
  );
  await carriedOut(runtime);

  const instances = companies.map(() => newId());
  const begin = (from: number, to: number) =>
    until(runtime, to - from, (at) => {
      const subject = { type: 'company', id: companies[from + at]! };
      const start = {
        processId: instances[from + at]!,
        organizationId,
        definitionCode: definition.code,
        subject,
        initiatorStaffId: newId(),
      };
      return execute(Object.assign(new StartSmartProcess(), start));
    });
  const before = heap();
  const first = await begin(0, few);
  const withFew = heap();
  const rest = await begin(few, total);
  const withAll = heap();
  mustBe('instances that run', await rows(runtime, { status: 'running', statusText: { $exists: false } }), total);
  mustBe('timers that are set', await due(runtime), total);
  const record = await runtime.store.read(`smartProcess-${instances[0]!}`);

  const heard = await until(runtime, few, (at) =>
    execute(Object.assign(new UpdateCompany(), { companyId: companies[at]!, industry: 'Цветы' })),
  );
  mustBe('instances that have heard', await rows(runtime, { statusText: 'Услышано' }), few);
  const perEvent = (await runtime.store.read(`smartProcess-${instances[0]!}`)).length - record.length + 1;

  const fired = await once(total, async () => {
    clock.move(DAY);
    while ((await due(runtime)) > 0) await new Promise((resolve) => setTimeout(resolve, 200));
    await carriedOut(runtime);
  });
  mustBe('instances that were reminded', await rows(runtime, { statusText: 'Долго', overdue: true }), total);
  const perTimer = (await runtime.store.read(`smartProcess-${instances.at(-1)!}`)).length - record.length + 1;
  const after = heap();

  const named = (what: string) => `${title}: ${what}`;
  const memory = `heap ${before} MB before, ${withFew} MB with ${few}, ${withAll} MB with ${total}, ${after} MB after their terms`;
  const ofBegin = record.length + 2;
  return [
    rowOf(named('begun'), letopis.name, together(first, rest), `${ofBegin} records each, with number and timer; ${memory}`),
    rowOf(named('begun'), BARE, await floor(bench, total, ofBegin), 'appends as many records'),
    rowOf(named('one event → step'), letopis.name, heard, `${perEvent} records each, among ${total} that listen`),
    rowOf(named('one event → step'), BARE, await floor(bench, few, perEvent), 'appends as many records'),
    rowOf(named('timers due at once'), letopis.name, fired, `${perTimer} records each: fired, reminded, a step; p50 is the whole time`),
    rowOf(named('timers due at once'), BARE, await floor(bench, total, perTimer), 'appends as many records'),
  ];
}

/** Sends commands, 64 at a time; their time is until everything that follows from them is done and shown. */
async function until(runtime: Runtime, count: number, send: (at: number) => Promise<unknown>): Promise<Measured> {
  let samples: readonly number[] = [];
  const whole = await once(count, async () => {
    ({ samples } = await inFlight(count, 64, send));
    await carriedOut(runtime);
  });
  return { ...whole, samples };
}

/** Sagas have passed everything, what they did too, and read models show it. */
async function carriedOut({ store, sagas, projector }: Runtime): Promise<void> {
  for (let head = -1; ;) {
    const next = await store.head();
    if (next === head) break;
    head = next;
    await sagas.mark.reached(head, PATIENCE);
  }
  for (const code of ['smart_processes', 'timers_due']) await projector.mark(code).reached(await store.head(), PATIENCE);
}

const rows = ({ db, projector }: Runtime, filter: object) =>
  db.collection(projector.collection('smart_processes')).countDocuments({ ...filter, _deleted: { $exists: false } });
const due = ({ db, projector }: Runtime) =>
  db.collection(projector.collection('timers_due')).countDocuments({ saga: 'ProcessEngineSaga', _deleted: { $exists: false } });

const together = (one: Measured, other: Measured): Measured => ({
  count: one.count + other.count,
  seconds: one.seconds + other.seconds,
  samples: [...one.samples, ...other.samples],
});

/** As many records by the bare client, each in an append of its own, of what one such thing writes. */
async function floor({ eventStoreUrl }: Bench, count: number, records: number): Promise<Measured> {
  const client = EventStoreDBClient.connectionString(eventStoreUrl);
  const event = () => jsonEvent({ type: 'Noted', data: { key: 'x'.repeat(60) }, metadata: { commandId: newId(), correlationId: newId() } });
  try {
    return await inFlight(count, 64, async () => {
      const run = newId();
      for (let at = 0; at < records; at++) await client.appendToStream(`bareProcess-${run}${at}`, event(), { expectedRevision: NO_STREAM });
    });
  } finally {
    await client.dispose();
  }
}
