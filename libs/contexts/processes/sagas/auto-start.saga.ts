import { RequestNotification } from '@letopis/contexts/communication';
import { staffMember } from '@letopis/contexts/staff';
import { derivedId, loginKey, passOver, saga, send, staffKey, type Effect, type Recorded, type SagaReads } from '@letopis/kernel';
import type { SubjectType } from '../definition/definition';
import { processErrors } from '../errors';
import type { ProcessDefinitionRow } from '../projections/definitions';
import { StartSmartProcess } from '../smart-process/smart-process.commands';

/** What is told of a record that has come to be; every context names its author in its own way. */
interface Created {
  readonly organizationId: string;
  readonly authorStaffId?: string;
  readonly responsibleStaffId?: string;
}

/** Facts by which subjects come to be; those of contexts that are not there never happen. */
const SUBJECTS: Readonly<Record<string, SubjectType>> = {
  DealCreated: 'deal',
  LeadRegistered: 'lead',
  DocumentUploaded: 'document',
  CompanyCreated: 'company',
  ContactCreated: 'contact',
  PersonCreated: 'person',
  SupportRequestCreated: 'supportRequest',
};

/** «Автоматически запускать при добавлении»: a new record begins the processes whose published templates say so. */
export const autoStartSaga = saga<Record<string, Created>>()({
  name: 'AutoStartSaga',
  on: Object.fromEntries(
    Object.entries(SUBJECTS).map(([created, type]) => [
      created,
      (event: Recorded, reads: SagaReads) => started(event as Recorded<string, Created>, type, reads),
    ]),
  ),
});

async function started(event: Recorded<string, Created>, type: SubjectType, reads: SagaReads): Promise<readonly Effect[]> {
  const { organizationId } = event.data;
  const rows = await reads.rows<ProcessDefinitionRow>('process_definitions', { organizationId, autoStartsFor: type, status: 'published' });
  if (rows.length === 0) return [];
  const initiatorStaffId = await initiatorOf(event, reads);
  if (initiatorStaffId === undefined) return [];
  const { userId } = await reads.state(staffMember, initiatorStaffId);
  return rows.map(({ processDefinitionId, code, name }) => {
    const processId = derivedId('autoStart', event.aggregateId, processDefinitionId);
    const told = (why: string) =>
      userId === undefined || why === 'PROCESS_ALREADY_RUNNING'
        ? []
        : [
            send(RequestNotification, {
              notificationId: derivedId('notStarted', processId),
              organizationId,
              recipient: { userId },
              category: 'process',
              policy: 'user_notification',
              textSite: `Процесс «${name}» не запущен: ${titleOf(why)}`,
              link: { type, id: event.aggregateId },
            }),
          ];
    const start = { processId, organizationId, definitionCode: code, subject: { type, id: event.aggregateId }, initiatorStaffId };
    return passOver(send(StartSmartProcess, start), told);
  });
}

const titleOf = (code: string) => (processErrors.entries as Readonly<Record<string, { readonly ru: string }>>)[code]?.ru ?? code;

/** The author of the record, else whoever is responsible for it, else the administrator whom every organization has. */
async function initiatorOf({ data, metadata }: Recorded<string, Created>, reads: SagaReads): Promise<string | undefined> {
  const { organizationId, authorStaffId, responsibleStaffId } = data;
  const holder = ({ scope, value }: { scope: string; value: string }) => reads.owner(scope, value);
  const { actor } = metadata;
  const author = authorStaffId ?? (actor.kind === 'user' ? await holder(staffKey(organizationId, actor.userId)) : undefined);
  for (const staffId of [author, responsibleStaffId, await holder(loginKey(organizationId, 'admin'))]) {
    if (staffId === undefined) continue;
    const found = await reads.state(staffMember, staffId);
    if (found.organizationId === organizationId && found.status === 'active') return staffId;
  }
  return undefined;
}
