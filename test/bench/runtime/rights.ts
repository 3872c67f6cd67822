import { identity } from '@letopis/contexts/identity';
import { organizations } from '@letopis/contexts/organizations';
import { persons } from '@letopis/contexts/persons';
import { SetDepartmentRight, staffContext } from '@letopis/contexts/staff';
import { workspaces } from '@letopis/contexts/workspace';
import {
  allows,
  defaultSettings,
  derivedId,
  Keyring,
  newId,
  noRights,
  staff,
  staffKey,
  system,
  type EventMetadata,
  type RightsSources,
  type UserActor,
} from '@letopis/kernel';
import { Runtime, silent, systemClock } from '@letopis/runtime';
import { NOTHING } from '../../../libs/runtime/events/event-store';
import { databaseUrl, type Bench } from './bench';
import { inFlight, mustBe, once, rowOf, type Row } from './measure';
import { withDatabase } from './whole';

const DEPARTMENTS = 50;
const STAFF = 1_000;
/** The category that is switched, and a function in it that everybody is asked about. */
const CATEGORY = 'clients';
const policy = staff<object, { organizationId: string }>('clients.accounts:edit');

/** Rights of 1,000 staff in 50 departments: what a check costs, and how long after a switch all of them are judged by it. */
export async function rights(bench: Bench, title: string): Promise<Row[]> {
  return withDatabase(bench, async (_, name) => {
    const start = () =>
      Runtime.start({
        contexts: [identity, organizations, persons, staffContext, workspaces],
        eventStoreUrl: bench.eventStoreUrl,
        mongoUrl: databaseUrl(bench, name),
        settings: defaultSettings,
        keyring: new Keyring(Buffer.alloc(32, 1)),
        clock: systemClock,
        logger: silent,
        roles: ['projections'],
        ports: async () => ({}),
      });
    const [writer, judge] = [await start(), await start()];
    try {
      const office = await populate(writer);
      return [pure(title), ...(await judged(bench, title, judge, office)), ...(await switched(bench, title, writer, judge, office))];
    } finally {
      await judge.stop();
      await writer.stop();
    }
  });
}

interface Office {
  readonly organizationId: string;
  readonly departments: readonly string[];
  /** By department. */
  readonly people: readonly (readonly UserActor[])[];
}

/** The office as the log would tell of it; without the commands that make it, which are not what is measured. */
async function populate({ store, claims }: Runtime): Promise<Office> {
  const organizationId = newId();
  const metadata = (commandId: string): EventMetadata => ({
    commandId,
    commandType: 'Bench',
    correlationId: commandId,
    causationId: commandId,
    actor: system('bench'),
    organizationId,
    occurredAt: new Date().toISOString(),
    schemaVersion: 1,
    fingerprint: '',
  });
  const append = async (stream: string, ...events: readonly { type: string; data: object }[]) => {
    const commandId = newId();
    await store.append(
      stream,
      NOTHING,
      events.map((event, at) => ({ ...event, id: derivedId(commandId, at), metadata: metadata(commandId) })),
    );
  };
  await append(
    `organization-${organizationId}`,
    { type: 'OrganizationAdded', data: { kind: 'legal_entity', inn: '7707083893', displayName: 'Bench', addedBy: newId() } },
    { type: 'OrganizationRegisteredAsClient', data: { requestId: newId(), registeredAt: new Date().toISOString() } },
  );
  const departments = Array.from({ length: DEPARTMENTS }, newId);
  for (const [at, id] of departments.entries())
    await append(`department-${id}`, {
      type: 'DepartmentCreated',
      data: { organizationId, name: { ru: `Отдел ${at}` }, taskLocale: 'ru' },
    });

  const people: UserActor[][] = departments.map(() => []);
  await inFlight(STAFF, 32, async (at) => {
    const [staffId, userId] = [newId(), newId()];
    const departmentId = departments[at % DEPARTMENTS]!;
    people[at % DEPARTMENTS]!.push({ kind: 'user', userId, sessionId: newId(), organizationId, ip: '10.0.0.1' });
    await append(`membership-${organizationId}:${userId}`, {
      type: 'MembershipGranted',
      data: { organizationId, userId, memberKind: 'employee', via: 'staff', sourceId: staffId },
    });
    await append(
      `staffMember-${staffId}`,
      {
        type: 'StaffMemberCreated',
        data: { organizationId, login: `l${at}`, email: `l${at}@mail.ru`, isDefaultAdmin: false, origin: 'import' },
      },
      { type: 'StaffUserLinked', data: { userId } },
      { type: 'StaffAddedToDepartment', data: { departmentId } },
    );
    await claims.claim(staffKey(organizationId, userId), { category: 'staffMember', id: staffId }, metadata(newId()));
  });
  return { organizationId, departments, people };
}

/** One judgement as the dispatcher makes it, on kept states. */
async function may({ resolver, clock }: Runtime, { organizationId }: Office, actor: UserActor): Promise<boolean> {
  const question = { actor, command: {}, state: { organizationId }, id: organizationId, now: clock.now() };
  const answers = await resolver().resolve(policy.needs!(question), question.now, true);
  return policy.judge(question, answers) === 'allow';
}

/** The function alone: three departments of five switches, two roles of thirty nodes. */
function pure(title: string): Row {
  const node = 'crm.deals:edit';
  const sources: RightsSources = {
    ...noRights,
    active: true,
    departments: Array.from({ length: 3 }, (_, id) => ({
      id: String(id),
      rights: { clients: true, services: true, finance: false, 'finance.acts': true, support: true },
    })),
    roles: Array.from({ length: 2 }, (_, code) => ({
      code: String(code),
      rights: Array.from({ length: 30 }, (__, at) => ['crm.leads', 'crm.contacts', 'documents.my'][at % 3]!),
    })),
    individual: ['finance.acts'],
  };
  const count = 2_000_000;
  for (let at = 0; at < 100_000; at++) allows(sources, node);
  const begin = performance.now();
  let open = 0;
  for (let at = 0; at < count; at++) if (allows(sources, node)) open++;
  const seconds = (performance.now() - begin) / 1_000;
  mustBe('open', open, 0);
  return rowOf(title, 'effective rights, pure', { count, seconds, samples: [] }, `${Math.round((seconds / count) * 1e9)} ns/op`);
}

/** Everybody judged again and again; the store is not asked once. */
async function judged(bench: Bench, title: string, judge: Runtime, office: Office): Promise<Row[]> {
  const everybody = office.people.flat();
  for (const actor of everybody) await may(judge, office, actor);
  await judge.feed.look();
  const read = judge.store.read.bind(judge.store);
  let asked = 0;
  judge.store.read = (...args) => (asked++, read(...args));
  const measured = await inFlight(bench.scaled(100_000), 1, async (at) => {
    // As calls come in, so the subscription and the timer that tells how fresh it is have their turns.
    if (at % 200 === 0) await new Promise((resolve) => setImmediate(resolve));
    await may(judge, office, everybody[at % everybody.length]!);
  });
  judge.store.read = read;
  mustBe('reads of the store', asked, 0);
  return [
    rowOf(
      title,
      'a caller judged, kept states',
      measured,
      `${Math.round((measured.seconds / measured.count) * 1e9)} ns/op, no read of the store`,
    ),
  ];
}

/** From sending a switch in one process until the people are judged by it in another. */
async function switched(bench: Bench, title: string, writer: Runtime, judge: Runtime, office: Office): Promise<Row[]> {
  const send = (departmentId: string, enabled: boolean) =>
    writer.dispatcher.execute(Object.assign(new SetDepartmentRight(), { departmentId, node: CATEGORY, enabled }), {
      commandId: newId(),
      actor: system('bench'),
      correlationId: newId(),
    });
  const seen = async (people: readonly UserActor[], enabled: boolean) => {
    for (const actor of people) while ((await may(judge, office, actor)) !== enabled) await new Promise((resolve) => setImmediate(resolve));
  };
  const one = await inFlight(bench.scaled(200), 1, async (at) => {
    const department = at % DEPARTMENTS;
    const enabled = Math.floor(at / DEPARTMENTS) % 2 === 0;
    await send(office.departments[department]!, enabled);
    await seen(office.people[department]!, enabled);
  });
  await Promise.all(office.departments.map((id) => send(id, false)));
  await seen(office.people.flat(), false);
  const all = [];
  for (let round = 0; round < 2 * bench.rounds; round++) {
    all.push(
      await once(STAFF, async () => {
        await Promise.all(office.departments.map((id) => send(id, round % 2 === 0)));
        await seen(office.people.flat(), round % 2 === 0);
      }),
    );
  }
  return [
    rowOf(title, 'one department, all 20 judged anew', one, 'from sending in one process to being judged by it in another'),
    rowOf(
      title,
      `${DEPARTMENTS} departments, all ${STAFF} judged anew`,
      {
        count: STAFF * all.length,
        seconds: all.reduce((sum, { seconds }) => sum + seconds, 0),
        samples: all.flatMap(({ samples }) => samples),
      },
      'the category switched in every department at once; the same two processes',
    ),
  ];
}
